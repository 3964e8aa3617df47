import { SnappyError } from '../core/errors.ts';
import { runHook } from '../hook/run.ts';

/** What the hook would do with a prompt outside any session. */
export interface HookAnswer {
  /** The text it puts in front of the agent; '' for none. */
  readonly context: string;
  /** Why each skill was chosen or passed over, a line each. */
  readonly explanation: readonly string[];
}

/** Runs the tree's own hook on a prompt, as a trial. Throws `failure` where it does not answer. */
export function askHook(tree: string, prompt: string, env: NodeJS.ProcessEnv): HookAnswer {
  const input = { hook_event_name: 'UserPromptSubmit', prompt };
  const { stdout, explanation, status } = runHook(tree, 'prompt', input, { explain: true, env });
  if (status !== 0) {
    throw new SnappyError(
      'failure',
      `the hook did not answer (${status === null ? 'it was stopped' : `status ${status}`})`,
      {
        hint: 'snappy doctor looks for the cause',
      },
    );
  }
  const answer = (stdout.trim() === '' ? {} : JSON.parse(stdout)) as {
    hookSpecificOutput?: { additionalContext?: string };
  };
  return {
    context: answer.hookSpecificOutput?.additionalContext ?? '',
    explanation: explanation.split('\n').filter((line) => line !== ''),
  };
}

/** The skills whose loaders the hook gives, by its own words. */
export function loadersGiven({ explanation }: HookAnswer): string[] {
  return explanation.flatMap((line) => /^give +(.+)$/.exec(line)?.[1] ?? []);
}
