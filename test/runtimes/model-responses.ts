import { randomUUID } from 'node:crypto';
import {
  isObject,
  objectsOf,
  sinceModel,
  streamed,
  stringsOf,
  whole,
  type Answer,
  type JsonObject,
  type ModelApi,
  type Reply,
  type ToolCall,
} from './model-request.ts';

const usage = {
  input_tokens: 1_000,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1_010,
};

function callItem({ name, input, namespace }: ToolCall): JsonObject {
  const call = { status: 'completed', call_id: `call_${randomUUID()}`, name };
  if (typeof input === 'string') return { ...call, id: `ctc_${randomUUID()}`, type: 'custom_tool_call', input };
  const group = namespace === undefined ? {} : { namespace };
  return { ...call, id: `fc_${randomUUID()}`, type: 'function_call', arguments: JSON.stringify(input), ...group };
}

function itemsOf(reply: Reply): JsonObject[] {
  const calls = (reply.tools ?? []).map(callItem);
  if (reply.text === undefined) return calls;
  const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
  return [{ id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', status: 'completed', content }, ...calls];
}

function answer(reply: Reply, body: JsonObject): Answer {
  const output = itemsOf(reply);
  const response = {
    id: `resp_${randomUUID()}`,
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: body['model'],
    output,
    usage,
  };
  if (body['stream'] !== true) return whole(response);
  const events: JsonObject[] = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
    ...output.flatMap((item, at) => [
      { type: 'response.output_item.added', output_index: at, item: { ...item, status: 'in_progress' } },
      { type: 'response.output_item.done', output_index: at, item },
    ]),
    { type: 'response.completed', response },
  ];
  return streamed(
    events.map((event, at) => ({ ...event, sequence_number: at })),
    true,
  );
}

// An item of the model's own. What a hook or a person says is a `message` of another role.
const isModels = (item: JsonObject): boolean =>
  item['role'] === 'assistant' || String(item['type']).endsWith('_call') || item['type'] === 'reasoning';

const wordsOf = (items: readonly JsonObject[]): string =>
  stringsOf(items.map((item) => item['content'] ?? item['output'] ?? item['input'] ?? item['arguments'])).join('\n');

// A group of tools, or tools that were added later, stand in the list of tools or among the items.
function hasTools(body: JsonObject, items: readonly JsonObject[]): boolean {
  return objectsOf(body['tools']).length > 0 || items.some((item) => objectsOf(item['tools']).length > 0);
}

/** The Responses API of OpenAI: `POST …/responses`. */
export const responsesApi: ModelApi = {
  takes: (pathname) => pathname.endsWith('/responses'),
  read(body) {
    const { input } = body;
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : objectsOf(input);
    const instructions = isObject(body) ? stringsOf(body['instructions']) : [];
    return {
      text: [...instructions, wordsOf(items)].join('\n'),
      last: wordsOf(sinceModel(items, isModels)),
      hasTools: hasTools(body, items),
    };
  },
  answer,
};
