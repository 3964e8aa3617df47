import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { chatApi } from './model-chat.ts';
import { geminiApi } from './model-gemini.ts';
import { messagesApi } from './model-messages.ts';
import { isObject, whole, type Answer, type ModelRequest, type Reply } from './model-request.ts';
import { responsesApi } from './model-responses.ts';

/** What the model does in a turn: `replies` are given one by one, the first to the request whose newest words hold `on`. */
export interface Cue {
  readonly on: string;
  readonly replies: readonly [Reply, ...Reply[]];
}

/** A stand-in for the models of all providers, on loopback: it answers by a script and keeps what it was asked. */
export interface ModelServer {
  /** Without a path: programs add `/v1/…` or `/v1beta/…` themselves or are told so. */
  readonly url: string;
  /** Begins a turn: from now on these cues hold, and its requests come into the list that is returned. */
  begin(cues: readonly Cue[]): readonly ModelRequest[];
  close(): Promise<void>;
}

const apis = [messagesApi, responsesApi, chatApi, geminiApi];

// Programs look for the models there are before they ask one; each API lists them in another way.
const models = {
  object: 'list',
  data: [{ id: 'scripted', type: 'model', object: 'model', created: 1, owned_by: 'test' }],
  models: [],
};

/** The rest of a script: a cue is used from its first match on, until its replies are given. */
class Script {
  readonly #left: { on: string; replies: Reply[]; started: boolean }[];

  constructor(cues: readonly Cue[]) {
    this.#left = cues.map(({ on, replies }) => ({ on, replies: [...replies], started: false }));
  }

  next({ text, last, hasTools }: ModelRequest): Reply {
    const cue = hasTools
      ? this.#left.find(({ on, started, replies }) => replies.length > 0 && (started ? text : last).includes(on))
      : undefined;
    if (cue === undefined) return { text: 'ok' };
    cue.started = true;
    return cue.replies.shift() ?? { text: 'ok' };
  }
}

function unpacked(raw: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return zlib.gunzipSync(raw);
  if (encoding === 'br') return zlib.brotliDecompressSync(raw);
  return encoding === 'zstd' ? zlib.zstdDecompressSync(raw) : raw;
}

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = unpacked(Buffer.concat(chunks), request.headers['content-encoding']).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function send(response: http.ServerResponse, status: number, answer?: Answer): void {
  const headers = answer === undefined ? {} : { 'content-type': answer.type, 'cache-control': 'no-cache' };
  response.writeHead(status, headers).end(answer?.body);
}

/** Starts the server on a free port of 127.0.0.1. What no cue is for is answered with the text `ok`. */
export async function startModel(): Promise<ModelServer> {
  let script = new Script([]);
  let requests: ModelRequest[] = [];
  const reply = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const api = request.method === 'POST' ? apis.find((one) => one.takes(pathname)) : undefined;
    const body = await bodyOf(request);
    if (api === undefined || !isObject(body)) {
      if (pathname.endsWith('/models')) send(response, 200, whole(models));
      else send(response, request.method === 'HEAD' || pathname === '/' ? 200 : 404);
      return;
    }
    const aside = api.aside?.(pathname, body);
    if (aside !== undefined) {
      send(response, 200, aside);
      return;
    }
    const asked = api.read(body);
    requests.push(asked);
    send(response, 200, api.answer(script.next(asked), body, pathname));
  };
  const server = http.createServer((request, response) => {
    reply(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    begin(cues) {
      script = new Script(cues);
      requests = [];
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
