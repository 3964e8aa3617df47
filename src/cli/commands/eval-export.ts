import { findTree } from '../../core/paths.ts';
import { toPromptfoo } from '../../loop/evals/promptfoo.ts';
import { readEvals } from '../../loop/evals/read-evals.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill } from '../../skills/read.ts';
import type { Invocation, Outcome } from '../command.ts';

/** Bytes of the log that are exported at most, its end. */
const most = 64 * 1024 * 1024;

/** `snappy eval export`: prints the graded runs as a results file of promptfoo, for `promptfoo import`. */
export async function evalExport({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const [skill] = args;
  const { rows } = readEvals(tree, skill, most);
  if (skill !== undefined && rows.length === 0 && readSkill(tree, skill) === undefined) throw unknownSkill(skill);
  const file = toPromptfoo(rows);
  return { text: JSON.stringify(file, undefined, 2), data: file, ok: true, raw: true };
}
