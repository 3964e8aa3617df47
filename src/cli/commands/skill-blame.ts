import { findTree } from '../../core/paths.ts';
import { readMachineId } from '../../core/machine-id.ts';
import { blameLoader } from '../../loop/edits/blame.ts';
import type { LineBlame, LoaderBlame, Origin } from '../../loop/edits/blame.ts';
import { describeMeasure } from '../../loop/evals/summary-text.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { alignColumns } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';

/** A runtime and the beginning of its session, as `git log --oneline` shortens a commit. */
function sessionOf({ runtime, session }: Origin): string {
  const name = runtime === 'none' ? 'a command' : oneLine(runtime, 20);
  return session === '' ? name : `${name} ${oneLine(session, 64).slice(0, 8)}`;
}

/** Who brought a line, in a few words, and those words in full below the table. */
const ways: Readonly<Record<Origin['how'], { who(by: string): string; readonly says: string }>> = {
  tool: { who: (by) => by, says: '' },
  watched: {
    who: (by) => `during ${by}`,
    says: 'during: the file changed while that session ran, not by its edit tool: a command of the agent, or a person.',
  },
  found: {
    who: (by) => `found by ${by}`,
    says: 'found by: it was there when that session looked, at that time; who wrote it is not known (often a person).',
  },
  drain: {
    who: (by) => `drained by ${by}`,
    says: 'drained by: an agent program that worked off an open brief in the background.',
  },
  revert: { who: (by) => `reverted by ${by}`, says: 'reverted by: it came back with an older revision.' },
  merge: { who: (by) => `merged for ${by}`, says: 'merged for: put together from what several sessions wrote.' },
};

function whoOf({ origin, by }: LineBlame, machine: string | undefined): string {
  if (by === undefined) return origin === 'seed' ? 'the seed' : 'before';
  if (!by.noted) return 'not noted yet';
  const elsewhere = by.machine_id === machine ? '' : ` on ${oneLine(by.machine_id, 12).slice(0, 6)}`;
  return ways[by.how].who(sessionOf(by)) + elsewhere;
}

function legendOf(lines: readonly LineBlame[], machine: string | undefined): string[] {
  const origins = new Set(lines.map(({ origin }) => origin));
  const edits = lines.flatMap(({ by }) => (by === undefined ? [] : [by]));
  const used = new Set(edits.filter(({ noted }) => noted).map(({ how }) => how));
  return [
    ...(origins.has('seed') ? ['the seed: laid with the tree by snappy init or a refresh.'] : []),
    ...(origins.has('before') ? ['before: it was there already when this tree first looked at the skill.'] : []),
    ...Object.entries(ways).flatMap(([how, { says }]) =>
      [...used].some((way) => way === how) && says !== '' ? [says] : [],
    ),
    ...(edits.some(({ noted, machine_id: from }) => noted && from !== machine)
      ? ['on …: the machine it was written on, where that is another one than this.']
      : []),
    ...(edits.some(({ noted }) => !noted)
      ? [
          'not noted yet: changed since the last look; the next edit or stop of an agent notes it, or snappy regen notice.',
        ]
      : []),
    'Scores since: mean of the runs graded on this machine since the line came, and their number; unmeasured: none was.',
  ];
}

function renderBlame({ loader, lines }: LoaderBlame, machine: string | undefined, invocation: Invocation): string {
  const paint = painter(invocation);
  const rows = lines.map((line) => [
    String(line.line),
    line.by?.noted === true ? line.by.ts.slice(0, 16).replace('T', ' ') : '',
    whoOf(line, machine),
    describeMeasure(line.since),
    oneLine(line.text, 100),
  ]);
  const table = alignColumns([['LINE', 'WHEN (UTC)', 'WHO', 'SCORES SINCE', 'TEXT'], ...rows]);
  return [`${String(loader)}\n\n${table}`, paint('dim', legendOf(lines, machine).join('\n'))].join('\n\n');
}

/** `snappy skill blame`: for each line of a loader who added it, when, in which runtime, and the scores since. */
export async function skillBlame(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const name = args[0] ?? '';
  const blame = await blameLoader(tree, name, new Date());
  if (blame === undefined) throw unknownSkill(name);
  const hasLines = blame.lines.length > 0;
  return {
    text: hasLines
      ? renderBlame(blame, readMachineId(tree), invocation)
      : `${name} has no loader yet: there is no line to tell of.`,
    data: { tree, ...blame, loader: blame.loader ?? null },
    ok: true,
  };
}
