import type { EvalRow, EvalRowDraft } from '../../../seed/state/lib/eval.ts';
import { parseJsonLine } from '../../../seed/state/lib/log.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { appendEval, prepareEval } from '../../loop/evals/add.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';

type Flags = Invocation['flags'];

/** Flags that give one field of the row each. */
const fieldFlags: Readonly<Record<string, string>> = {
  actor: 'actor_session_id',
  auditor: 'auditor_session_id',
  runtime: 'runtime',
  issue: 'primary_issue',
  run: 'run_id',
  rev: 'rev_id',
  mode: 'eval_mode',
  artifact: 'artifact',
};

const numberFlags: Readonly<Record<string, string>> = { score: 'score', cost: 'cost_usd' };

/** A number as a person writes it; `NaN`, which no row takes, for anything else (`Number('')` would be 0). */
function readNumber(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN;
}

function readYes(text: string): boolean {
  const found = /^(?:(yes|true)|no|false)$/i.exec(text.trim());
  if (found !== null) return found[1] !== undefined;
  throw new SnappyError('usage', `--ok is ${JSON.stringify(text.slice(0, 40))}; expected yes or no`, {
    hint: 'leave it out, and a score of 0.5 or more counts as yes',
  });
}

function draftOfFlags(skill: string | undefined, flags: Flags): EvalRowDraft {
  const draft: Record<string, unknown> = { skill };
  for (const [flag, field] of Object.entries(fieldFlags))
    if (flags[flag] !== undefined) draft[field] = String(flags[flag]).trim();
  for (const [flag, field] of Object.entries(numberFlags))
    if (flags[flag] !== undefined) draft[field] = readNumber(String(flags[flag]));
  if (flags['ok'] !== undefined) draft['ok'] = readYes(String(flags['ok']));
  return draft;
}

function readDraft({ args, flags }: Invocation): EvalRowDraft {
  const text = flags['row'];
  if (text === undefined) {
    if (args[0] !== undefined) return draftOfFlags(args[0], flags);
    throw new SnappyError('usage', 'no skill is named', {
      hint: 'snappy eval add <skill> --score 0.8 --actor <session> --auditor <session> --runtime codex',
    });
  }
  const own = [...Object.keys(fieldFlags), ...Object.keys(numberFlags), 'ok'].filter(
    (name) => flags[name] !== undefined,
  );
  if (args[0] !== undefined || own.length > 0) {
    throw new SnappyError(
      'usage',
      `--row is the whole row; ${own.length > 0 ? `--${own[0]}` : args[0]} cannot be given beside it`,
      {
        hint: 'put it into the row',
      },
    );
  }
  const row = parseJsonLine(String(text));
  if (row !== undefined) return row;
  throw new SnappyError('usage', '--row is not a JSON object', {
    hint: `expected: --row '{"skill":"…","score":0.8,"actor_session_id":"…","auditor_session_id":"…","runtime":"codex"}'`,
  });
}

function renderRow(row: EvalRow): string {
  const issue = row.primary_issue === undefined ? '' : `\n  issue     ${oneLine(row.primary_issue, 300)}`;
  return [
    `${row.skill} ${row.score.toFixed(2)} ${row.ok ? 'ok' : 'not ok'}`,
    `  revision  ${row.rev_id}`,
    `  actor     ${row.actor_session_id} (${row.runtime})`,
    `  auditor   ${row.auditor_session_id} (${row.eval_mode})${issue}`,
  ].join('\n');
}

/** `snappy eval add`: notes one graded run. */
export async function evalAdd(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const dry = flags['dry'] === true;
  const row = await prepareEval(tree, readDraft(invocation), new Date());
  if (!dry) appendEval(realSystem(), tree, row);
  return {
    text: renderRow(row),
    data: { tree, row, noted: !dry },
    ok: true,
    changed: dry ? undefined : `${layout.evals} has one more run of ${row.skill}`,
    unchanged: 'this is what would be noted',
  };
}
