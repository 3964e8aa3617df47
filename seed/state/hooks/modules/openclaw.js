// @ts-check
// snappy-os inside of openclaw: puts the loader that a prompt needs in front of the agent. Written by `snappy install`,
// taken away by `snappy uninstall`. What can fail is in the tree, and a tree that is gone leaves a plugin that does
// nothing. The task of a subagent is a prompt of its own session: it gets its loader in the same way.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const hook = '@HOOK@';

/** @type {Promise<ReturnType<typeof import('./connect.mjs').connect> | undefined>} */
const snappy = import(new URL('modules/connect.mjs', pathToFileURL(hook)).href).then(
  ({ connect }) => connect(hook, 'openclaw'),
  () => undefined,
);

/**
 * What is used here of openclaw's events and of the context they come with.
 * @typedef {{ prompt: string, currentUserMessage?: string }} Prompt
 * @typedef {{ toolName: string, params: Record<string, unknown>, error?: unknown }} ToolCall
 * @typedef {{ role: string, content: string | object[] }} Message
 * @typedef {{ sessionId?: string, sessionKey?: string, runId?: string, workspaceDir?: string }} Context
 */

/**
 * Sessions that are in the middle of a turn: where their agent works, what was put before it, whether that has been
 * written down, and what it is told next time.
 * @type {Map<string, { run: string | undefined, cwd: string, given: string, written: boolean, told: string }>}
 */
const turns = new Map();

/**
 * A handler that never throws and never rejects.
 * @template Event
 * @param {(event: Event, session: string, context: Context) => Promise<unknown>} handle
 * @returns {(event: Event, context: Context) => Promise<unknown>}
 */
const safely = (handle) => async (event, context) => {
  try {
    return await handle(event, context.sessionId ?? context.sessionKey ?? '', context);
  } catch {
    return undefined;
  }
};

const keyOf = (/** @type {Context} */ { sessionKey, sessionId }) => sessionKey ?? sessionId ?? '';

const onPrompt = safely(async (/** @type {Prompt} */ { prompt, currentUserMessage }, session, context) => {
  const key = keyOf(context);
  const { runId: run, workspaceDir: cwd = process.cwd() } = context;
  const last = turns.get(key);
  // A run that is tried once more builds its prompt anew, and the hook program would not give the same loader twice.
  if (last === undefined || run === undefined || last.run !== run) {
    // `prompt` may hold rebuilt history; newer versions give the request itself beside it.
    const loader = (await (await snappy)?.prompt(session, cwd, currentUserMessage ?? prompt)) ?? '';
    const given = [last?.told ?? '', loader].filter((text) => text !== '').join('\n\n');
    turns.set(key, { run, cwd, given, written: false, told: '' });
  }
  const prependContext = turns.get(key)?.given;
  return prependContext ? { prependContext } : undefined;
});

/**
 * openclaw puts a hook's context before the model in this turn alone; a loader that is given once for the whole session
 * has to be in its history. So it goes into the prompt once more, as that is written down. Synchronous: openclaw takes no
 * promise here.
 * @param {{ message: Message }} event
 * @param {Context} context
 */
function onWrite(event, context) {
  try {
    const { message } = event;
    const turn = turns.get(keyOf(context));
    if (message.role !== 'user' || turn === undefined || turn.written || turn.given === '') return undefined;
    const { content } = message;
    const text = turn.given;
    turn.written = true;
    const both = typeof content === 'string' ? `${content}\n\n${text}` : [...content, { type: 'text', text }];
    return { message: { ...message, content: both } };
  } catch {
    return undefined;
  }
}

/** @type {(call: ToolCall, cwd: string) => { file_path: string } | { input: string } | undefined} */
function editOf({ toolName, params }, cwd) {
  const file = params['path'] ?? params['file_path'];
  if ((toolName === 'write' || toolName === 'edit') && typeof file === 'string')
    return { file_path: path.resolve(cwd, file) };
  return toolName === 'apply_patch' && typeof params['input'] === 'string' ? { input: params['input'] } : undefined;
}

const onTool = safely(async (/** @type {ToolCall} */ call, session, context) => {
  const turn = turns.get(keyOf(context));
  const cwd = turn?.cwd ?? process.cwd();
  const edit = call.error ? undefined : editOf(call, cwd);
  const text = edit === undefined ? undefined : await (await snappy)?.edit(session, cwd, edit);
  // A plugin may look at a tool's result, not add to it: the agent is told with its next prompt.
  if (text && turn !== undefined) turn.told = text;
});

const onCompact = safely(async (/** @type {unknown} */ _event, session) => (await snappy)?.compacted(session));

const onEnd = safely(async (/** @type {unknown} */ _event, session, context) => {
  const turn = turns.get(keyOf(context));
  if (turn?.told === '') turns.delete(keyOf(context));
  await (await snappy)?.stop(session, turn?.cwd ?? process.cwd());
});

// oxlint-disable-next-line import/no-default-export -- what openclaw loads
export default {
  id: 'snappy',
  name: 'snappy-os',
  description: "Puts the right skill's loader in front of the agent, at the turn that needs it.",
  /** @param {{ on(event: string, handler: unknown): unknown }} api */
  register(api) {
    try {
      api.on('before_prompt_build', onPrompt);
      api.on('before_message_write', onWrite);
      api.on('after_tool_call', onTool);
      api.on('after_compaction', onCompact);
      api.on('agent_end', onEnd);
    } catch {
      // An openclaw without one of these events: what is registered stays.
    }
  },
};
