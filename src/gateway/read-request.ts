import type * as z from 'zod/mini';
import { limits } from '../sync/wire/limits.ts';
import { joined } from './content/bytes.ts';
import { GatewayProblem } from './problem.ts';
import type { Call, Route } from './route.ts';

/** Faults that are named at most. */
const namedAtMost = 5;

/** The address that others reach this gateway by, without a slash at its end. */
export function addressOf({ home, request }: Pick<Call, 'home' | 'request'>): string {
  return home.config.publicUrl ?? new URL(request.url).origin;
}

/** The parts of the path by the route's schemas. What cannot be a name is as if nothing had it: 404. */
export function readParams(route: Route, given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, schema] of Object.entries(route.params ?? {})) {
    if (!schema.safeParse(given[name]).success) throw notFound();
  }
  return { ...given };
}

/** What is not there, and what the caller may not see, are answered with this and nothing else. */
export function notFound(): GatewayProblem {
  return new GatewayProblem('not_found', 'there is nothing here that this key may see');
}

/** The values the route asks for; others are left aside. 400 for one that is not valid, missing or there twice. */
export function readQuery(route: Route, url: URL): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, schema] of Object.entries(route.query ?? {})) {
    const [value, second] = url.searchParams.getAll(name);
    if (second !== undefined) throw new GatewayProblem('bad_request', `?${name}= is there twice`);
    const result = schema.safeParse(value);
    if (!result.success)
      throw new GatewayProblem('bad_request', `?${name}= is ${value === undefined ? 'missing' : 'not valid'}`);
    if (typeof result.data === 'string') read[name] = result.data;
  }
  return read;
}

/** A JSON body of at most `limits.json` bytes by its schema: 413 for a larger one, 400 for one that is not valid. */
export async function readJson(request: Request, schema: z.ZodMiniType): Promise<unknown> {
  let value: unknown;
  try {
    const bytes = await readWhole(bodyOf(request, limits.json), limits.json);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof GatewayProblem) throw cause;
    throw new GatewayProblem('bad_request', 'the body was cut off, or is not JSON', { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, namedAtMost).map(faultOf);
  throw new GatewayProblem('bad_request', `the body is not what it has to be: ${faults.join(', ')}`);
}

/** Where and what, and never the value: it may be a key. */
function faultOf(issue: z.core.$ZodIssue): string {
  const { path, code } = issue;
  const bound =
    code === 'too_small' ? `: at least ${issue.minimum}` : code === 'too_big' ? `: at most ${issue.maximum}` : '';
  const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${where === '' ? 'all of it' : where.replace(/^\./, '')} (${code.replaceAll('_', ' ')}${bound})`;
}

/** The body of a request, not read yet. Throws `too_large` at once where the client itself says that it has more than `atMost` bytes. */
export function bodyOf(request: Request, atMost: number): ReadableStream<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > atMost) throw tooLarge(atMost);
  if (request.body === null) throw new GatewayProblem('bad_request', 'there is no body');
  return request.body;
}

/** All of a body. Throws `too_large` as soon as there is more than `atMost`. */
export async function readWhole(body: ReadableStream<Uint8Array>, atMost: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > atMost) throw tooLarge(atMost);
    pieces.push(piece);
  }
  return joined(pieces);
}

function tooLarge(atMost: number): GatewayProblem {
  return new GatewayProblem('too_large', `a body has at most ${atMost} bytes here`, { more: { limit: atMost } });
}
