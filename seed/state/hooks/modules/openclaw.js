// @ts-check
// snappy-os inside of openclaw: puts the loader that a prompt needs in front of the agent. Written by `snappy install`,
// taken away by `snappy uninstall`. What can fail is in the tree, and a tree that is gone leaves a plugin that does
// nothing. The task of a subagent is a prompt of its own session: it gets its loader in the same way.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const hook = '@HOOK@';

/** @type {Promise<ReturnType<typeof import('./connect.js').connect> | undefined>} */
const snappy = import(new URL('modules/connect.js', pathToFileURL(hook)).href).then(
  ({ connect }) => connect(hook, 'openclaw'),
  () => undefined,
);

/**
 * What is used here of openclaw's events and of the context they come with.
 * @typedef {{ prompt: string, currentUserMessage?: string }} Prompt
 * @typedef {{ toolName: string, params: Record<string, unknown>, error?: unknown }} ToolCall
 * @typedef {{ sessionId?: string, sessionKey?: string, workspaceDir?: string }} Context
 */

/**
 * A handler that never throws and never rejects.
 * @template Event
 * @param {(event: Event, session: string, cwd: string) => Promise<unknown>} handle
 * @returns {(event: Event, context?: Context) => Promise<unknown>}
 */
const safely = (handle) => async (event, context) => {
  try {
    const session = context?.sessionId ?? context?.sessionKey ?? '';
    return await handle(event, session, context?.workspaceDir ?? process.cwd());
  } catch {
    return undefined;
  }
};

const onPrompt = safely(async (/** @type {Prompt} */ { prompt, currentUserMessage }, session, cwd) => {
  // `prompt` may hold rebuilt history; the request itself is given beside it by newer versions.
  const prependContext = await (await snappy)?.prompt(session, cwd, currentUserMessage ?? prompt);
  return prependContext ? { prependContext } : undefined;
});

/** @type {(call: ToolCall, cwd: string) => { file_path: string } | { input: string } | undefined} */
function editOf({ toolName, params }, cwd) {
  const file = params['path'] ?? params['file_path'];
  if ((toolName === 'write' || toolName === 'edit') && typeof file === 'string')
    return { file_path: path.resolve(cwd, file) };
  return toolName === 'apply_patch' && typeof params['input'] === 'string' ? { input: params['input'] } : undefined;
}

const onTool = safely(async (/** @type {ToolCall} */ call, session, cwd) => {
  const edit = call.error ? undefined : editOf(call, cwd);
  if (edit !== undefined) await (await snappy)?.edit(session, cwd, edit);
});

const onCompact = safely(async (/** @type {unknown} */ _event, session) => (await snappy)?.compacted(session));
const onEnd = safely(
  async (/** @type {unknown} */ _event, session, cwd) => void (await (await snappy)?.stop(session, cwd)),
);

// oxlint-disable-next-line import/no-default-export -- what openclaw loads
export default {
  id: 'snappy',
  name: 'snappy-os',
  description: "Puts the right skill's loader in front of the agent, at the turn that needs it.",
  /** @param {{ on(event: string, handler: unknown): unknown }} api */
  register(api) {
    try {
      api.on('before_prompt_build', onPrompt);
      api.on('after_tool_call', onTool);
      api.on('after_compaction', onCompact);
      api.on('agent_end', onEnd);
    } catch {
      // An openclaw without one of these events: what is registered stays.
    }
  },
};
