import type { Problem } from '../sync/wire/messages.ts';

/** Every code of a problem, with the status it is answered with and its title (RFC 9457). */
export const problems = {
  bad_request: [400, 'The request is not valid'],
  unknown_key: [401, 'The key is not known here'],
  forbidden: [403, 'This key may not do that'],
  not_found: [404, 'There is no such thing here'],
  stale_base: [409, 'The gateway has a newer revision'],
  since_ahead: [409, 'The gateway has not come to that revision'],
  taken: [409, 'That is taken'],
  revoked: [409, 'That tenant was revoked'],
  spent: [410, 'The invite cannot be redeemed'],
  too_large: [413, 'That is too large'],
  mismatch: [422, 'The content does not match what was said of it'],
  missing_content: [422, 'Content of some files is missing'],
  refused_path: [422, 'Some paths are refused'],
  too_many: [429, 'Too many requests'],
  internal: [500, 'The gateway failed'],
  storage: [503, 'The storage of the gateway does not answer'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;
export type ProblemCode = keyof typeof problems;

/** A refusal or failure that is answered as a problem document. `detail` is for a person and never tells a secret. */
export class GatewayProblem extends Error {
  readonly code: ProblemCode;
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { more?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayProblem';
    this.code = code;
    this.more = options.more ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The answer that a problem is. */
export function problemResponse({ code, message, more, headers }: GatewayProblem): Response {
  const [status, title] = problems[code];
  const body: Problem = { ...more, type: `urn:snappy-os:problem:${code}`, title, status, code, detail: message };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
