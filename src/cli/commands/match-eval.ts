import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { readTriggerCases, scoreTriggers } from '../../loop/evals/trigger-evals.ts';
import type { TriggerCase, TriggerScore } from '../../loop/evals/trigger-evals.ts';
import { compileIndex } from '../../skills/compile.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill, readSkills } from '../../skills/read.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { askHook, loadersGiven } from '../hook-answer.ts';
import { oneLine, painter } from '../paint.ts';

/** One skill and the prompts of its `evals/` folder. */
type Cases = readonly [skill: string, cases: readonly TriggerCase[]];

function readCases(tree: string, wanted: string): Cases[] {
  if (wanted === 'all')
    return readSkills(tree).flatMap(({ name }) => {
      const cases = readTriggerCases(tree, name);
      return cases === undefined ? [] : [[name, cases] as const];
    });
  if (readSkill(tree, wanted) === undefined) throw unknownSkill(wanted);
  const cases = readTriggerCases(tree, wanted);
  if (cases !== undefined) return [[wanted, cases]];
  throw new SnappyError('usage', `${wanted} has no prompts to be held to`, {
    hint: `write ${layout.skills}/${wanted}/evals/trigger-eval.json: [{"query": "a prompt", "should_trigger": true}, …]`,
  });
}

const share = (part: number | undefined): string => (part === undefined ? 'none' : part.toFixed(2));

function renderMisses({ skill, misses }: TriggerScore): string[] {
  return misses.map(({ prompt, expected, came, from }) => {
    const others = came.filter((name) => name !== skill);
    const instead = others.length === 0 ? '' : `; ${others.join(', ')} came`;
    return `  ${expected ? 'did not come' : 'came unasked'}: "${oneLine(prompt, 120)}" (${skill}, ${from}${instead})`;
  });
}

function renderScores(scores: readonly TriggerScore[], paint: ReturnType<typeof painter>): string {
  if (scores.length === 0) return 'No skill has an evals/trigger-eval.json or evals/evals.json.';
  const rows = scores.map(({ skill, precision, recall, wanted, unwanted, misses }) => [
    oneLine(skill, 64),
    share(precision),
    share(recall),
    `${wanted + unwanted} (${wanted} should bring it, ${unwanted} should not)`,
    misses.length === 0 ? '' : `${misses.length} missed`,
  ]);
  const misses = scores.flatMap(renderMisses);
  const verdict = misses.length === 0 ? paint('green', 'Each prompt brought what it should.') : paint('red', 'Missed:');
  return [
    alignColumns([['SKILL', 'PRECISION', 'RECALL', 'PROMPTS', ''], ...rows]),
    [verdict, ...misses].join('\n'),
  ].join('\n\n');
}

/** `snappy match --eval <skill>|all`: holds the triggers of skills to the prompts in their folders; exit 1 on a miss. */
export async function matchEval(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env, tell } = invocation;
  if (args[0] !== undefined)
    throw new SnappyError('usage', 'a prompt and --eval cannot be given together', { hint: 'leave one of them out' });
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const all = readCases(tree, String(flags['eval']));
  compileIndex(tree, { ifStale: true });
  const scores = all.map(([skill, cases]) => {
    tell?.(`${skill}: ${countOf(cases.length, 'prompt')}`);
    return scoreTriggers(
      skill,
      cases.map((one) => ({ ...one, came: loadersGiven(askHook(tree, one.prompt, env)) })),
    );
  });
  return {
    text: renderScores(scores, painter(invocation)),
    data: { tree, skills: scores },
    ok: scores.every(({ misses }) => misses.length === 0),
  };
}
