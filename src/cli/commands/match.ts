import { findTree } from '../../core/paths.ts';
import { runHook } from '../../hook/run.ts';
import { compileIndex } from '../../skills/compile.ts';
import type { Invocation, Outcome } from '../command.ts';

/** The text a hook's answer puts in front of the agent; "" for an empty answer. */
function contextOf(stdout: string): string {
  if (stdout.trim() === '') return '';
  const answer = JSON.parse(stdout) as { hookSpecificOutput?: { additionalContext?: string } };
  return answer.hookSpecificOutput?.additionalContext ?? '';
}

/**
 * `snappy match`: runs the tree's own hook on a prompt, outside any session, and shows what it would inject. A skill that
 * was edited just now counts.
 */
export async function match({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  compileIndex(tree, { ifStale: true });
  const result = runHook(
    tree,
    'prompt',
    { hook_event_name: 'UserPromptSubmit', prompt: args[0] ?? '' },
    { explain: true, env },
  );
  const context = contextOf(result.stdout);
  const explanation = result.explanation.split('\n').filter((line) => line !== '');
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
