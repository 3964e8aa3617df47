// @ts-check
// snappy-os inside of Pi: puts the loader that a prompt needs in front of the agent. Written by `snappy install`, taken
// away by `snappy uninstall`. An extension that throws while it loads ends Pi: what can fail is in the tree, and a tree
// that is gone leaves an extension that does nothing.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const hook = '@HOOK@';

/** @type {Promise<ReturnType<typeof import('./connect.mjs').connect> | undefined>} */
const snappy = import(new URL('modules/connect.mjs', pathToFileURL(hook)).href).then(
  ({ connect }) => connect(hook, 'pi'),
  () => undefined,
);

/**
 * What is used here of Pi's events and of the context they come with.
 * @typedef {{ prompt: string }} Prompt
 * @typedef {{ toolName: string, input: Record<string, unknown>, content: object[], isError?: boolean }} ToolResult
 * @typedef {{ cwd: string, sessionManager: { getSessionId(): string } }} Context
 */

/**
 * A handler that never throws and never rejects.
 * @template Event
 * @param {(event: Event, session: string, cwd: string) => Promise<unknown>} handle
 * @returns {(event: Event, context: Context) => Promise<unknown>}
 */
const safely = (handle) => async (event, context) => {
  try {
    return await handle(event, context.sessionManager.getSessionId(), context.cwd);
  } catch {
    return undefined;
  }
};

const onPrompt = safely(async (/** @type {Prompt} */ { prompt }, session, cwd) => {
  const content = await (await snappy)?.prompt(session, cwd, prompt);
  return content ? { message: { customType: 'snappy', content, display: false } } : undefined;
});

const onToolResult = safely(async (/** @type {ToolResult} */ { toolName, input, content, isError }, session, cwd) => {
  if ((toolName !== 'write' && toolName !== 'edit') || isError || typeof input['path'] !== 'string') return undefined;
  const text = await (await snappy)?.edit(session, cwd, { file_path: path.resolve(cwd, input['path']) });
  return text ? { content: [...content, { type: 'text', text }] } : undefined;
});

const onCompact = safely(async (/** @type {unknown} */ _event, session) => (await snappy)?.compacted(session));
const onEnd = safely(
  async (/** @type {unknown} */ _event, session, cwd) => void (await (await snappy)?.stop(session, cwd)),
);

/**
 * @param {{ on(event: string, handler: unknown): unknown }} pi
 */
// oxlint-disable-next-line import/no-default-export -- what Pi calls
export default function snappyExtension(pi) {
  try {
    pi.on('before_agent_start', onPrompt);
    pi.on('tool_result', onToolResult);
    pi.on('session_compact', onCompact);
    pi.on('agent_end', onEnd);
  } catch {
    // A Pi without one of these events: what is registered stays.
  }
}
