// @ts-check
// snappy-os inside of OpenCode: puts the loader that a prompt needs in front of the agent. Written by `snappy install`,
// taken away by `snappy uninstall`. What can fail is in the tree, and a tree that is gone leaves a plugin that does
// nothing. The task of a subagent is a prompt of its own session: it gets its loader in the same way.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const hook = '@HOOK@';

/** @type {Promise<ReturnType<typeof import('./connect.mjs').connect> | undefined>} */
const snappy = import(new URL('modules/connect.mjs', pathToFileURL(hook)).href).then(
  ({ connect }) => connect(hook, 'opencode'),
  () => undefined,
);

/**
 * What is used here of OpenCode's plugin API.
 * @typedef {{ type: string, text?: string, synthetic?: boolean, [key: string]: unknown }} Part
 * @typedef {{ message: { id: string, sessionID: string }, parts: Part[] }} Message
 * @typedef {{ tool: string, sessionID: string, args: Record<string, unknown> }} ToolCall
 * @typedef {{ event: { type: string, properties: { sessionID: string } } }} Notice
 */

/**
 * A handler that never rejects.
 * @template Input, Output
 * @param {(input: Input, output: Output) => Promise<void>} handle
 * @returns {(input: Input, output: Output) => Promise<void>}
 */
const safely = (handle) => async (input, output) => {
  try {
    await handle(input, output);
  } catch {
    // The turn goes on without us.
  }
};

/** @type {(directory: string) => (input: unknown, output: Message) => Promise<void>} */
const onMessage = (directory) =>
  safely(async (_input, { message, parts }) => {
    const prompt = parts.filter((part) => part.type === 'text' && !part.synthetic).map((part) => part.text ?? '');
    const text = await (await snappy)?.prompt(message.sessionID, directory, prompt.join('\n'));
    if (!text) return;
    // Parts are sorted by their ids, which begin with a time in hexadecimal digits: ours comes last.
    const id = `prt_zz${randomUUID().replaceAll('-', '')}`;
    parts.push({ id, sessionID: message.sessionID, messageID: message.id, type: 'text', text, synthetic: true });
  });

/** @type {(call: ToolCall) => { file_path: string } | { input: string } | undefined} */
function editOf({ tool, args }) {
  const { filePath, patchText } = args;
  if ((tool === 'write' || tool === 'edit') && typeof filePath === 'string') return { file_path: filePath };
  return tool === 'apply_patch' && typeof patchText === 'string' ? { input: patchText } : undefined;
}

/** @type {(directory: string) => (call: ToolCall, output: { output: string }) => Promise<void>} */
const onTool = (directory) =>
  safely(async (call, output) => {
    const edit = editOf(call);
    if (edit === undefined) return;
    if ('file_path' in edit) edit.file_path = path.resolve(directory, edit.file_path);
    const text = await (await snappy)?.edit(call.sessionID, directory, edit);
    // OpenCode takes the result out of the object it handed over.
    if (text) Object.assign(output, { output: `${output.output}\n\n${text}` });
  });

/** @type {(directory: string) => (notice: Notice) => Promise<void>} */
const onEvent = (directory) => (notice) =>
  safely(async (/** @type {Notice} */ { event }) => {
    if (event.type === 'session.compacted') (await snappy)?.compacted(event.properties.sessionID);
    if (event.type === 'session.idle') await (await snappy)?.stop(event.properties.sessionID, directory);
  })(notice, undefined);

/**
 * The plugin, as OpenCode calls it.
 * @param {{ directory?: string }} [place]
 */
export const Snappy = async (place) => {
  const directory = place?.directory ?? '.';
  return { 'chat.message': onMessage(directory), 'tool.execute.after': onTool(directory), event: onEvent(directory) };
};
