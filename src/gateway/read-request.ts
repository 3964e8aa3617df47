import type * as z from 'zod/mini';
import { limits } from '../sync/wire/limits.ts';
import { GatewayProblem } from './problem.ts';
import type { Route } from './route.ts';

/** Faults that are named at most. */
const namedAtMost = 5;

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
  const text = await readText(request, limits.json);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatewayProblem('bad_request', 'the body is not JSON', { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, namedAtMost).map(faultOf);
  throw new GatewayProblem('bad_request', `the body is not what it has to be: ${faults.join(', ')}`);
}

/** Where and what, and never the value: it may be a key. */
function faultOf({ path, code }: z.core.$ZodIssue): string {
  const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${where === '' ? 'all of it' : where.replace(/^\./, '')} (${code.replaceAll('_', ' ')})`;
}

async function readText(request: Request, atMost: number): Promise<string> {
  const tooLarge = new GatewayProblem('too_large', `a body here may have ${atMost} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > atMost) throw tooLarge;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > atMost) throw tooLarge;
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (cause) {
    if (cause instanceof GatewayProblem) throw cause;
    throw new GatewayProblem('bad_request', 'the body was cut off, or is not UTF-8', { cause });
  }
}
