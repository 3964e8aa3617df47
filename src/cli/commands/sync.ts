import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { isProgram } from '../../sync/files/own-paths.ts';
import { applySync, planSync } from '../../sync/git/sync.ts';
import type { SyncReport } from '../../sync/git/sync.ts';
import { alignColumns, countOf } from '../columns.ts';
import { agreeTo, answerOf } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';
import { homely } from '../plan-text.ts';
import { refreshIndex } from './index-skills.ts';

type Paint = ReturnType<typeof painter>;

/** Lines and files of one kind that are shown; the rest is counted. */
const shownLines = 8;
const shownFiles = 20;

function listed(lines: readonly string[], most: number, noun: string): string[] {
  const more = lines.length - most;
  return more <= 0 ? [...lines] : [...lines.slice(0, most), `… and ${countOf(more, `more ${noun}`)}`];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function renderPulled({ skills, others }: SyncReport, paint: Paint): string[] {
  const lines = skills.flatMap(({ skill, added, removed }) => [
    `${oneLine(skill)}  ${paint('green', `+${added.length}`)} ${paint('red', `-${removed.length}`)}`,
    ...listed(
      [
        ...added.map((line) => paint('green', `+ ${oneLine(line)}`)),
        ...removed.map((line) => paint('red', `- ${oneLine(line)}`)),
      ],
      shownLines,
      'line',
    ).map((line) => `  ${line}`),
  ]);
  const programs = others.filter(isProgram);
  const rest = others.filter((file) => !isProgram(file));
  return [
    ...lines,
    ...listed(
      rest.map((file) => oneLine(file)),
      shownFiles,
      'file',
    ),
    ...(programs.length === 0 ? [] : [paint('yellow', 'programs, which will run here:')]),
    ...listed(
      programs.map((file) => `  ${oneLine(file)}`),
      shownFiles,
      'file',
    ),
  ];
}

function renderReport(report: SyncReport, paint: Paint, done: boolean): string {
  const { commit, leftOut, pulled, merged, conflicts, pushed, relation } = report;
  const say = (will: string, did: string): string => (done ? did : will);
  const commits = commit.map(({ path, change }) => [change, oneLine(path)]);
  const rows = alignColumns(commits).split('\n');
  return [
    `${paint('bold', report.branch)} with ${report.remote} (${oneLine(report.url, 200)})`,
    ...section(
      `${say('To commit', 'Committed')}: ${countOf(commit.length, 'file')} of this machine`,
      commit.length === 0 ? [] : listed(rows, shownFiles, 'file'),
    ),
    ...section(
      'Left out:',
      leftOut.map(({ path, why }) => `${oneLine(path)}: ${why}`),
    ),
    ...(pulled === 0
      ? []
      : section(
          `${say('To bring in', 'Brought in')}: ${countOf(pulled, 'commit')} of other machines`,
          renderPulled(report, paint),
        )),
    ...section(
      `${say('To merge', 'Merged')}: ${countOf(merged.length, 'file')} that both sides have changed`,
      listed(
        merged.map((file) => oneLine(file)),
        shownFiles,
        'file',
      ),
    ),
    ...section(
      paint('yellow', `In conflict: one version stays, the other is kept in ${layout.conflicts}/`),
      listed(
        conflicts.map((file) => oneLine(file)),
        shownFiles,
        'file',
      ),
    ),
    ...(pushed === 0
      ? []
      : [
          '',
          `${say('To push', 'Pushed')}: ${countOf(pushed, 'commit')}${relation === 'first' ? ', the first of this branch at the remote' : ''}`,
        ]),
    ...section(
      'But:',
      report.notes.map((note) => oneLine(note, 200)),
    ),
  ].join('\n');
}

function isQuiet({ commit, pulled, pushed }: SyncReport): boolean {
  return commit.length === 0 && pulled === 0 && pushed === 0;
}

function summary({ commit, pulled, conflicts, pushed }: SyncReport): string {
  const conflict =
    conflicts.length === 0 ? '' : `, ${countOf(conflicts.length, 'file')} in conflict (snappy regen list)`;
  return `${countOf(commit.length, 'file')} committed, ${countOf(pulled, 'commit')} brought in, ${countOf(pushed, 'commit')} pushed${conflict}`;
}

async function apply(tree: string, remote: string | undefined): Promise<SyncReport> {
  try {
    const report = await applySync(realSystem(), tree, remote);
    refreshIndex(tree, { ifStale: true });
    return report;
  } catch (cause) {
    throw explainDiskError(cause, 'nothing is lost; when that is mended, run this again: it goes on from where it is');
  }
}

/**
 * `snappy sync`: brings the tree and its git remote together, and merges what several machines have learned. Shows what it
 * would commit, bring in, merge and push first.
 */
export async function sync(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const remote = flags['remote'] as string | undefined;
  if (remote !== undefined && !/^[\w][\w./-]*$/.test(remote)) {
    throw new SnappyError('usage', `${JSON.stringify(remote.slice(0, 80))} is no name of a git remote`, {
      hint: 'expected a name that `git remote` lists, such as origin',
    });
  }
  const paint = painter(invocation);
  const heading = `Sync of ${homely(tree)}`;
  if (answerOf(invocation) !== true) {
    const plan = await planSync(tree, remote);
    const shown = `${heading}, ${renderReport(plan, paint, false)}`;
    const data = { tree, applied: false, ...plan };
    if (isQuiet(plan)) return { text: shown, data, ok: true, unchanged: 'the tree and the remote are the same' };
    const { agreed, text } = await agreeTo(invocation, 'Carry this out?', shown);
    if (!agreed) return { text, data, ok: true, unchanged: 'this was the plan; add --apply to carry it out' };
  }
  const report = await apply(tree, remote);
  return {
    text: `${heading}, ${renderReport(report, paint, true)}`,
    data: { tree, applied: true, ...report },
    ok: true,
    changed: isQuiet(report) ? undefined : summary(report),
    unchanged: 'the tree and the remote are the same',
  };
}
