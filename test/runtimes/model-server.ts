import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverSentEvents, type Reply } from './model-events.ts';

/** One request that reached the model: a turn of the agent or of one of its subagents. */
export interface ModelRequest {
  /** Every text in it, in order: what is put where differs by version and model, so tests search all of it. */
  readonly text: string;
  /** The same of the last user message alone: the newest prompt or tool result. */
  readonly last: string;
  /** Whether tools were offered: false for side requests such as a title or a summary. */
  readonly hasTools: boolean;
}

/** A stand-in for the Messages API on loopback: it answers by a script and keeps what it was asked. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

/** One line of the script: used once, for the first request whose newest message holds `on`. */
export interface Cue {
  readonly on: string;
  readonly reply: Reply;
}

interface Message {
  readonly role: string;
  readonly content: unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every string in a JSON value, in order. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isRecord(value) ? Object.values(value).flatMap(strings) : [];
}

function readRequest(body: unknown): ModelRequest {
  if (!isRecord(body) || !Array.isArray(body['messages'])) throw new Error('not a request of the Messages API');
  const messages = body['messages'].filter((message): message is Message & Record<string, unknown> =>
    isRecord(message),
  );
  const last = messages.findLast((message) => message.role === 'user');
  return {
    text: strings([body['system'], messages.map((message) => message.content)]).join('\n'),
    last: strings(last?.content).join('\n'),
    hasTools: Array.isArray(body['tools']) && body['tools'].length > 0,
  };
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts the server on a free port of 127.0.0.1. What no cue is for is answered with the text `ok`. */
export async function startModel(cues: readonly Cue[]): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const left = [...cues];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const raw = await readBody(request);
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'POST' || !pathname.startsWith('/v1/messages')) {
      response.writeHead(request.method === 'HEAD' || pathname === '/' ? 200 : 404).end();
      return;
    }
    if (pathname.endsWith('/count_tokens')) {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ input_tokens: Math.ceil(raw.length / 4) }));
      return;
    }
    const asked = readRequest(JSON.parse(raw));
    requests.push(asked);
    const at = asked.hasTools ? left.findIndex((cue) => asked.last.includes(cue.on)) : -1;
    const [cue] = at < 0 ? [] : left.splice(at, 1);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (const event of serverSentEvents(cue?.reply ?? { text: 'ok' })) response.write(event);
    response.end();
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
