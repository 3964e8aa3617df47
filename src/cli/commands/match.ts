import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { compileIndex } from '../../skills/compile.ts';
import type { Invocation, Outcome } from '../command.ts';
import { askHook } from '../hook-answer.ts';

/**
 * `snappy match`: runs the tree's own hook on a prompt, outside any session, and shows what it would inject. A skill that
 * was edited just now counts. With `--eval` it holds skills to the prompts in their folders instead.
 */
export async function match(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  if (flags['eval'] !== undefined) return (await import('./match-eval.ts')).matchEval(invocation);
  const [prompt] = args;
  if (prompt === undefined) {
    throw new SnappyError('usage', 'no prompt is given', {
      hint: 'snappy match "<prompt>", or snappy match --eval <skill> for the prompts in its evals/ folder',
    });
  }
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  compileIndex(tree, { ifStale: true });
  const { context, explanation } = askHook(tree, prompt, env);
  const shown = flags['explain'] === true ? [...explanation, '', context] : [context];
  return {
    text:
      context === '' && flags['explain'] !== true
        ? 'Nothing: no skill is named, triggered or near enough. (--explain says why.)'
        : shown.join('\n'),
    data: { tree, context, explanation },
    ok: true,
  };
}
