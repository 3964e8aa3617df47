import { randomUUID } from 'node:crypto';
import {
  objectsOf,
  sinceModel,
  streamed,
  stringsOf,
  whole,
  type Answer,
  type JsonObject,
  type ModelApi,
  type Reply,
} from './model-request.ts';

const usage = { input_tokens: 1_000, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function blocksOf(reply: Reply): JsonObject[] {
  const calls = (reply.tools ?? []).map(({ name, input }) => ({
    type: 'tool_use',
    id: `toolu_${randomUUID()}`,
    name,
    input,
  }));
  return reply.text === undefined ? calls : [{ type: 'text', text: reply.text }, ...calls];
}

function blockEvents(block: JsonObject, index: number): JsonObject[] {
  const isText = block['type'] === 'text';
  const delta = isText
    ? { type: 'text_delta', text: block['text'] }
    : { type: 'input_json_delta', partial_json: JSON.stringify(block['input']) };
  return [
    { type: 'content_block_start', index, content_block: { ...block, ...(isText ? { text: '' } : { input: {} }) } },
    { type: 'content_block_delta', index, delta },
    { type: 'content_block_stop', index },
  ];
}

function answer(reply: Reply, body: JsonObject): Answer {
  const blocks = blocksOf(reply);
  // Claude Code counts messages by their id, over all turns of a session: each needs one of its own.
  const message = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model: 'scripted', usage };
  const end = {
    stop_reason: blocks.some((block) => block['type'] === 'tool_use') ? 'tool_use' : 'end_turn',
    stop_sequence: null,
  };
  if (body['stream'] !== true) return whole({ ...message, content: blocks, ...end });
  return streamed(
    [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
      ...blocks.flatMap(blockEvents),
      { type: 'message_delta', delta: end, usage },
      { type: 'message_stop' },
    ],
    true,
  );
}

/** The Messages API of Anthropic: `POST /v1/messages`. */
export const messagesApi: ModelApi = {
  takes: (pathname) => pathname.startsWith('/v1/messages'),
  read(body) {
    const messages = objectsOf(body['messages']);
    const since = sinceModel(messages, (message) => message['role'] === 'assistant');
    const contentOf = (list: typeof messages): unknown[] => list.map((message) => message['content']);
    return {
      text: stringsOf([body['system'], contentOf(messages)]).join('\n'),
      last: stringsOf(contentOf(since)).join('\n'),
      hasTools: objectsOf(body['tools']).length > 0,
    };
  },
  answer,
  aside: (pathname, body) =>
    pathname.endsWith('/count_tokens')
      ? whole({ input_tokens: Math.ceil(JSON.stringify(body).length / 4) })
      : undefined,
};
