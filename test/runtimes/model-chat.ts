import { randomUUID } from 'node:crypto';
import { objectsOf, sinceModel, streamed, stringsOf, whole, type ModelApi } from './model-request.ts';

const usage = { prompt_tokens: 1_000, completion_tokens: 10, total_tokens: 1_010 };

/** The Chat Completions API of OpenAI, which most other providers speak too: `POST …/chat/completions`. */
export const chatApi: ModelApi = {
  takes: (pathname) => pathname.endsWith('/chat/completions'),
  read(body) {
    const messages = objectsOf(body['messages']);
    const since = sinceModel(messages, (message) => message['role'] === 'assistant');
    const contentOf = (list: typeof messages): string => stringsOf(list.map((item) => item['content'])).join('\n');
    return { text: contentOf(messages), last: contentOf(since), hasTools: objectsOf(body['tools']).length > 0 };
  },
  answer(reply, body) {
    const calls = (reply.tools ?? []).map(({ name, input }, index) => ({
      index,
      id: `call_${randomUUID()}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    const message = {
      role: 'assistant',
      content: reply.text ?? null,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    const base = { id: `chatcmpl-${randomUUID()}`, created: 1, model: body['model'] };
    const finish = calls.length === 0 ? 'stop' : 'tool_calls';
    if (body['stream'] !== true)
      return whole({
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: finish }],
        usage,
      });
    const chunk = { ...base, object: 'chat.completion.chunk' };
    return streamed([
      { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
      { ...chunk, choices: [], usage },
      '[DONE]',
    ]);
  },
};
