import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnappyError } from '../../core/errors.ts';
import { limits } from '../wire/limits.ts';
import type { Gateway } from './connection.ts';
import { ProxyRefusal } from './proxy-refusal.ts';
import type { Proxy } from './proxy.ts';
import { problemError, reasonOf, unreachable } from './request-problem.ts';
import type { SentOptions, Way } from './tunnel.ts';

/** A body in pieces is given by a function that begins it anew, so that a request can be sent again. */
export type RequestBody = Uint8Array | (() => AsyncIterable<Uint8Array>);

export interface GatewayRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the gateway's address; begins with a slash. */
  readonly path: string;
  /** What is `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Sent as JSON, in the place of a body. */
  readonly json?: unknown;
  /** How long the line may be silent, in milliseconds; default 60,000. */
  readonly timeout?: number;
  /** Whether asking again does no harm where nothing is known of the first time; default: for GET and PUT. */
  readonly idempotent?: boolean;
  /** Without the key: for what is asked before there is one. */
  readonly anonymous?: boolean;
  /** Statuses that the caller handles itself; others of 400 and more are thrown. */
  readonly handled?: readonly number[];
  /** Called when all of it has been handed to the system, at each try. */
  readonly onSent?: () => void;
}

/** An answer whose status was fine, or is one of those that the caller handles. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** To be read once and to its end, or given up by `return`: throws a `SnappyError` when the line breaks. */
  readonly body: AsyncIterable<Uint8Array>;
}

const silence = 60_000;
const tries = 3;
/** Before the second and the third try, in milliseconds; up to as much again at random, so that machines do not ask in step. */
const pauses = [200, 1_000];

/** Statuses that the next try may not have: of the gateway or of what stands before it. */
const passing = [500, 502, 503, 504];

/**
 * Node's client, without what an `import` of it brings: that reads every export, of which one loads all of `fetch`, 20 ms. An
 * `https:` that is not asked is not loaded either.
 */
function startRequest(url: URL, options: RequestOptions): ClientRequest {
  return process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http').request(url, options);
}

const straight: Way = { proxy: undefined, lead: (options) => Promise.resolve(options) };

/** The way to an address. What it takes to go through a proxy is loaded where the environment names any. */
async function findWay(url: URL): Promise<Way> {
  if (!Object.keys(process.env).some((name) => /_proxy$/i.test(name))) return straight;
  return (await import('./tunnel.ts')).findWay(url, process.env) ?? straight;
}

/** Whether a proxy has said what it will say again. */
const isFinal = (cause: unknown): boolean => cause instanceof ProxyRefusal && !passing.includes(cause.status);

/** Waits for the first of some events. */
function nextOf(emitter: ClientRequest, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) emitter.off(event, done);
      resolve();
    };
    for (const event of events) emitter.on(event, done);
  });
}

/** Sends the pieces of a body as fast as the line takes them; stops when `isOver` says that the rest is of no use. */
async function sendBody(
  request: ClientRequest,
  pieces: AsyncIterable<Uint8Array>,
  isOver: () => boolean,
): Promise<void> {
  for await (const piece of pieces) {
    if (isOver()) return;
    if (request.write(piece)) continue;
    await nextOf(request, ['drain', 'close', 'error', 'response']);
    if (isOver()) return;
  }
  request.end();
}

/** One try: resolves with the beginning of the answer, rejects with what the network said or what a piece of the body threw. */
function exchange(
  url: URL,
  options: RequestOptions,
  body: RequestBody | undefined,
  onSent: () => void,
): Promise<IncomingMessage> {
  const request = startRequest(url, options);
  request.once('finish', onSent);
  return new Promise<IncomingMessage>((resolve, reject) => {
    let isOver = false;
    const end = (finish: () => void): void => {
      isOver = true;
      finish();
    };
    request.once('response', (response) => end(() => resolve(response)));
    // After an answer it is the rest of the body that could not be sent, which is of no interest.
    request.on('error', (cause) => end(() => reject(cause)));
    request.once('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    if (body === undefined) request.end();
    else if (body instanceof Uint8Array) request.end(body);
    else
      sendBody(request, body(), () => isOver).catch((cause: unknown) => {
        request.destroy();
        end(() => reject(new BodyError(cause)));
      });
  });
}

/** What was thrown as the body was made: it is no fault of the network, and nothing is sent again. */
class BodyError extends Error {
  constructor(cause: unknown) {
    super('the body could not be made', { cause });
  }
}

async function* readPieces(
  gateway: string,
  proxy: Proxy | undefined,
  response: IncomingMessage,
  timeout: number,
): AsyncGenerator<Uint8Array> {
  response.setTimeout(timeout, () => response.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
  try {
    for await (const piece of response) yield piece as Uint8Array;
    if (!response.complete) throw Object.assign(new Error('cut off'), { code: 'ECONNRESET' });
  } catch (cause) {
    throw unreachable(gateway, `the answer was cut off: ${reasonOf(cause, timeout)}`, cause, proxy);
  } finally {
    response.destroy();
  }
}

/** All of an answer's body. Throws when it has more than `atMost` bytes. */
export async function readAll(answer: Pick<GatewayAnswer, 'body'>, atMost: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.length;
    if (size > atMost)
      throw new SnappyError('failure', `the gateway answered with more than ${atMost} bytes`, notAGateway);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

const notAGateway = { hint: 'nothing was changed; look whether SNAPPY_GATEWAY is the address of a gateway' };

/** The address of a request, and what goes with it. */
function prepare(
  { url, key }: Gateway,
  wanted: GatewayRequest,
): { url: URL; options: SentOptions; body: RequestBody | undefined } {
  const address = new URL(`${url}${wanted.path}`);
  for (const [name, value] of Object.entries(wanted.query ?? {}))
    if (value !== undefined) address.searchParams.set(name, String(value));
  const { json, timeout = silence } = wanted;
  const body = json === undefined ? wanted.body : Buffer.from(JSON.stringify(json));
  const headers: Record<string, string> = {
    accept: 'application/json, */*',
    ...(wanted.anonymous === true ? {} : { authorization: `Bearer ${key}` }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}),
    ...wanted.headers,
  };
  // No agent: a kept connection that the other side has just closed would look like a gateway that fails.
  return { url: address, options: { method: wanted.method, headers, timeout, agent: false }, body };
}

async function pause(attempt: number, retryAfter: string | undefined): Promise<void> {
  const base = pauses[attempt] ?? 1_000;
  const asked = /^\d$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : 0;
  await sleep(Math.max(asked, base) + Math.random() * base);
}

/** The error that an answer is, which may be the proxy's where it could read what was asked. */
async function explainRefusal(address: string, answer: GatewayAnswer, proxy: Proxy | undefined): Promise<SnappyError> {
  const { status, headers } = answer;
  const body = await readAll(answer, limits.json * 16).catch(() => undefined);
  if (status !== 407 || proxy === undefined) return problemError(address, { status, headers, body }, proxy);
  const refusal = new ProxyRefusal(status, headers['proxy-authenticate']);
  return unreachable(address, refusal.message, refusal, proxy);
}

/**
 * Asks the gateway. What does no harm when it is asked twice is tried up to three times when the network or the gateway
 * fails. Redirections are not followed: the key is for the address that was configured. Throws a `SnappyError` that names the
 * gateway and what to do; `handled` statuses are given back instead.
 */
export async function ask(gateway: Gateway, wanted: GatewayRequest): Promise<GatewayAnswer> {
  const { url, options, body } = prepare(gateway, wanted);
  const { idempotent = wanted.method === 'GET' || wanted.method === 'PUT', timeout = silence } = wanted;
  const { onSent = () => undefined } = wanted;
  const way = await findWay(url);
  for (let attempt = 0; ; attempt += 1) {
    const isLast = !idempotent || attempt === tries - 1;
    let response: IncomingMessage;
    try {
      response = await exchange(url, await way.lead(options), body, onSent);
    } catch (cause) {
      if (cause instanceof BodyError) throw cause.cause;
      if (isLast || isFinal(cause)) throw unreachable(gateway.url, reasonOf(cause, timeout), cause, way.proxy);
      await pause(attempt, undefined);
      continue;
    }
    const status = response.statusCode ?? 0;
    const answer = { status, headers: response.headers, body: readPieces(gateway.url, way.proxy, response, timeout) };
    if ((status >= 200 && status < 300) || wanted.handled?.includes(status) === true) return answer;
    if (passing.includes(status) && !isLast) {
      response.destroy();
      await pause(attempt, response.headers['retry-after']);
      continue;
    }
    throw await explainRefusal(gateway.url, answer, way.proxy);
  }
}

/** As `ask`, for an answer in JSON. `schema` says what it must be; what that throws is told as an answer that is none of a gateway's. */
export async function askJson<T>(
  gateway: Gateway,
  wanted: GatewayRequest,
  schema: { parse(value: unknown): T },
  atMost: number = limits.json,
): Promise<T> {
  const text = (await readAll(await ask(gateway, wanted), atMost)).toString('utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SnappyError('failure', `${gateway.url}${wanted.path} did not answer as a gateway does`, {
      ...notAGateway,
      cause,
    });
  }
}

/**
 * Asks an address that a gateway gave, which may be of its store: without the key. It must be https, or http where the
 * gateway itself is asked by http.
 */
export function askAddress(
  gateway: Gateway,
  address: string,
  wanted: Omit<GatewayRequest, 'path' | 'query'>,
): Promise<GatewayAnswer> {
  const url = new URL(address, `${gateway.url}/`);
  if (url.protocol !== 'https:' && url.protocol !== new URL(gateway.url).protocol)
    throw new SnappyError(
      'failure',
      `${gateway.url} sends to an address that is not https: ${url.protocol}//${url.host}`,
      notAGateway,
    );
  return ask({ url: url.href, key: '' }, { ...wanted, path: '', anonymous: true });
}
