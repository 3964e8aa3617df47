import { randomUUID } from 'node:crypto';
import {
  isObject,
  objectsOf,
  sinceModel,
  streamed,
  stringsOf,
  whole,
  type JsonObject,
  type ModelApi,
} from './model-request.ts';

const usageMetadata = { promptTokenCount: 1_000, candidatesTokenCount: 10, totalTokenCount: 1_010 };

/** The least value that a JSON schema allows: what a side question with a `responseSchema` is answered with. */
function leastOf(schema: unknown): unknown {
  if (!isObject(schema)) return 'ok';
  const { enum: values, properties, required } = schema;
  if (Array.isArray(values)) return values[0];
  switch (String(schema['type']).toLowerCase()) {
    case 'object': {
      const needed = Array.isArray(required) ? required.map(String) : [];
      return Object.fromEntries(
        needed.map((key) => [key, leastOf(isObject(properties) ? properties[key] : undefined)]),
      );
    }
    case 'array':
      return [];
    case 'boolean':
      return false;
    case 'number':
    case 'integer':
      return 0;
    default:
      return 'ok';
  }
}

// A function's answer stands in `functionResponse`; a picture or a thought's signature is no text.
const wordsOf = (contents: readonly JsonObject[]): string =>
  contents
    .flatMap((content) => objectsOf(content['parts']))
    .flatMap((part) => stringsOf([part['text'], part['functionResponse'], part['functionCall']]))
    .join('\n');

/** The Gemini API: `POST …/models/<model>:generateContent`, `:streamGenerateContent` and `:countTokens`. */
export const geminiApi: ModelApi = {
  takes: (pathname) => /:(generateContent|streamGenerateContent|countTokens)$/.test(pathname),
  read(body) {
    const contents = objectsOf(body['contents']);
    const system = isObject(body['systemInstruction']) ? [body['systemInstruction']] : [];
    return {
      text: wordsOf([...system, ...contents]),
      last: wordsOf(sinceModel(contents, (content) => content['role'] === 'model')),
      hasTools: objectsOf(body['tools']).length > 0,
    };
  },
  answer(reply, body, pathname) {
    const config = isObject(body['generationConfig']) ? body['generationConfig'] : {};
    const schema = config['responseJsonSchema'] ?? config['responseSchema'];
    const calls = (reply.tools ?? []).map(({ name, input }) => ({
      functionCall: { id: randomUUID(), name, args: input },
    }));
    const text = schema === undefined ? reply.text : JSON.stringify(leastOf(schema));
    const parts = text === undefined ? calls : [{ text }, ...calls];
    const said = {
      candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
      usageMetadata,
      modelVersion: 'scripted',
    };
    return pathname.endsWith(':streamGenerateContent') ? streamed([said]) : whole(said);
  },
  aside: (pathname) => (pathname.endsWith(':countTokens') ? whole({ totalTokens: 1_000 }) : undefined),
};
