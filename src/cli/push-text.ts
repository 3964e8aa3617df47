import { layout } from '../core/paths.ts';
import { wordsOfTier } from '../sync/gateway/plan-push.ts';
import type { PlannedFile, PushPlan, TierPlan } from '../sync/gateway/plan-push.ts';
import type { Hindrance } from '../sync/gateway/push.ts';
import { countOf } from './columns.ts';
import { listed, section, sizeText } from './listing.ts';
import { oneLine } from './paint.ts';
import type { painter } from './paint.ts';

type Paint = ReturnType<typeof painter>;

/** Lines that are shown of what is only mentioned. */
const shownAside = 8;

function totalOf(files: readonly PlannedFile[]): string {
  return sizeText(files.reduce((sum, { size }) => sum + size, 0));
}

function fileLines(files: readonly PlannedFile[]): string[] {
  return files.map(({ path, size, exec }) => `${oneLine(path, 120)}  (${sizeText(size)}${exec ? ', a program' : ''})`);
}

/** What a push does to one tier, kind by kind. */
function renderTier({ tier, files, gone, goneBytes }: TierPlan, paint: Paint, done: boolean): string[] {
  const say = (will: string, did: string): string => (done ? did : will);
  const of = (change: PlannedFile['change']): PlannedFile[] => files.filter((file) => file.change === change);
  const group = (title: string, found: readonly PlannedFile[]): string[] =>
    found.length === 0
      ? []
      : [
          `${title}: ${countOf(found.length, 'file')}, ${totalOf(found)}`,
          ...listed(fileLines(found)).map((line) => `  ${line}`),
        ];
  return [
    '',
    `${say('To', 'Sent to')} ${paint('bold', wordsOfTier(tier))} (${tier})`,
    ...[
      ...group('new', of('new')),
      ...group('changed', of('changed')),
      ...(gone.length === 0
        ? []
        : [
            paint('red', `deleted there: ${countOf(gone.length, 'file')}, ${sizeText(goneBytes)}`),
            ...listed(gone.map((path) => oneLine(path, 120))).map((line) => `  ${line}`),
          ]),
    ].map((line) => `  ${line}`),
  ];
}

interface Reason {
  readonly path: string;
  readonly size?: number;
  readonly why: string;
}

function reasons(rows: readonly Reason[], most?: number): string[] {
  const sizeOf = (size: number | undefined): string => (size === undefined ? '' : `  (${sizeText(size)})`);
  return listed(
    rows.map(({ path, size, why }) => `${oneLine(path, 120)}${sizeOf(size)}: ${oneLine(why, 200)}`),
    'files',
    most,
  );
}

function renderRefused({ refused }: PushPlan, paint: Paint): string[] {
  const lines = refused.flatMap(({ line }) => (line === undefined ? [] : [line]));
  return [
    ...section(paint('yellow', `Refused: ${countOf(refused.length, 'file')}`), reasons(refused)),
    ...section(
      `To let these travel, add to "allow" of ${layout.syncRules} (to keep them here, to "deny"):`,
      listed(lines, 'lines'),
    ),
  ];
}

/** What a push would do, or has done, for a person. */
export function renderPush(
  plan: PushPlan,
  {
    paint,
    done,
    hindrances = [],
    notes,
  }: {
    readonly paint: Paint;
    readonly done?: readonly TierPlan[];
    readonly hindrances?: readonly Hindrance[];
    readonly notes: readonly string[];
  },
): string {
  const tiers = done ?? plan.tiers;
  const odd = plan.leftOut.filter(({ note }) => note);
  const denied = plan.leftOut.length - odd.length;
  const stays = [
    ...(denied === 0
      ? []
      : [`${countOf(denied, 'file')} by the rules of ${layout.syncRules}, or because such files never travel`]),
    ...(plan.asLaid === 0 ? [] : [`${countOf(plan.asLaid, 'file')} as every tree is laid with`]),
  ];
  return [
    ...tiers.flatMap((tier) => renderTier(tier, paint, done !== undefined)),
    ...section(paint('yellow', 'Look at these:'), reasons(plan.warnings, shownAside)),
    ...renderRefused(plan, paint),
    ...section('Not sent:', reasons([...plan.kept, ...odd], shownAside)),
    ...section('Stays here:', stays),
    ...section(
      paint('red', 'Nothing can be sent:'),
      hindrances.flatMap(({ what, hint }) => [oneLine(what, 500), `  ${hint}`]),
    ),
    ...section(
      'But:',
      notes.map((note) => oneLine(note, 300)),
    ),
  ].join('\n');
}

/** The end of the sentence "Changed: …"; `undefined` where nothing was sent. */
export function summaryOf(sent: readonly TierPlan[], revisions: ReadonlyMap<string, number>): string | undefined {
  if (sent.length === 0) return undefined;
  const parts = sent.map(({ tier, files, gone }) => {
    const counts = [
      ...(files.length === 0 ? [] : [`${countOf(files.length, 'file')} sent`]),
      ...(gone.length === 0 ? [] : [`${gone.length} deleted`]),
    ];
    return `${tier} is at revision ${revisions.get(tier) ?? 0} (${counts.join(', ')})`;
  });
  return parts.join('; ');
}
