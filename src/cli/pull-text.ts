import { layout } from '../core/paths.ts';
import { isProgram } from '../sync/files/own-paths.ts';
import type { PullItem, PullReport } from '../sync/gateway/pull.ts';
import { countOf } from './columns.ts';
import { listed, section, sizeText } from './listing.ts';
import { oneLine } from './paint.ts';
import type { painter } from './paint.ts';

type Paint = ReturnType<typeof painter>;

function lineOf({ path, tier, size, change, why }: PullItem): string {
  const name = oneLine(path, 120);
  if (why !== undefined) return `${name}: ${oneLine(why, 200)}`;
  const from = tier === 'private' ? '' : `, ${tier}`;
  return change === 'deleted' || change === 'kept'
    ? `${name}${from === '' ? '' : `  (${tier})`}`
    : `${name}  (${sizeText(size)}${from})`;
}

function tierLine({ tier, from, to, files }: PullReport['tiers'][number]): string {
  const rev = from === to ? `revision ${to}` : from === 0 ? `revision ${to}, new here` : `revision ${from} to ${to}`;
  return `${tier}: ${rev}, ${countOf(files, 'file')}`;
}

/** What a pull does to the files here, kind by kind, and which of them will run. */
export function renderItems(
  { repo, items }: Pick<PullReport, 'repo' | 'items'>,
  paint: Paint,
  done: boolean,
): string[] {
  const say = (will: string, did: string): string => (done ? did : will);
  const of = (change: PullItem['change']): PullItem[] => items.filter((item) => item.change === change);
  const group = (change: PullItem['change'], title: string): string[] => {
    const found = of(change);
    const size = found.reduce((sum, one) => sum + one.size, 0);
    const weight = size === 0 ? '' : `, ${sizeText(size)}`;
    return section(`${title}: ${countOf(found.length, 'file')}${weight}`, listed(found.map(lineOf)));
  };
  const programs = items.filter(
    ({ path, change }) => repo === 'os' && isProgram(path) && ['new', 'changed', 'merged'].includes(change),
  );
  return [
    ...group('new', say('To bring in', 'Brought in')),
    ...group('changed', say('To change', 'Changed')),
    ...group('merged', say('To merge, as both sides have changed them', 'Merged, as both sides had changed them')),
    ...section(
      paint('yellow', `In conflict: one version stays, the other is kept in ${layout.conflicts}/`),
      items.filter(({ conflict }) => conflict).map(({ path }) => oneLine(path, 120)),
    ),
    ...group('deleted', say('To remove, as it was removed there', 'Removed, as it was removed there')),
    ...group('kept', 'Kept, although it was removed there, as it was changed here'),
    ...section(paint('yellow', 'Not brought in:'), listed(of('waits').map(lineOf))),
    ...section(paint('yellow', 'Programs, which will run here:'), listed(programs.map(lineOf))),
  ];
}

/** What a pull would do, or has done, for a person. */
export function renderPull(report: PullReport, paint: Paint, done: boolean): string {
  const { beyond } = report;
  const more = beyond === 0 ? [] : [`${countOf(beyond, 'file')} beyond state/ not looked at: snappy pull --scope all`];
  return [
    ...report.tiers.filter(({ to, from }) => to > 0 || from > 0).map(tierLine),
    ...renderItems(report, paint, done),
    ...section(
      'But:',
      [...report.notes, ...more].map((note) => oneLine(note, 300)),
    ),
  ].join('\n');
}

/** The end of the sentence "Changed: …"; `undefined` where nothing was. */
export function summaryOf({ items, repo }: PullReport): string | undefined {
  const count = (...changes: PullItem['change'][]): number =>
    items.filter(({ change }) => changes.includes(change)).length;
  const came = count('new', 'changed');
  const [merged, gone, conflicts] = [
    count('merged'),
    count('deleted'),
    items.filter(({ conflict }) => conflict).length,
  ];
  if (came + merged + gone + conflicts === 0) return undefined;
  const parts = [
    `${countOf(came, 'file')} of ${repo} brought in`,
    ...(merged === 0 ? [] : [`${merged} merged`]),
    ...(gone === 0 ? [] : [`${gone} removed`]),
    ...(conflicts === 0
      ? []
      : [`${countOf(conflicts, 'file')} in conflict${repo === 'os' ? ' (snappy regen list)' : ''}`]),
  ];
  return parts.join(', ');
}
