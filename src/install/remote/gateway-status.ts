import * as z from 'zod/mini';

/** Revisions of the canonical of both repos; 0 where nothing was ever pushed to it. */
export interface CanonicalRevisions {
  readonly os: number;
  readonly kernel: number;
}

/** What a gateway said of itself at `/_status`, or why nothing is known of it. */
export interface GatewayStatus {
  readonly ok: boolean;
  readonly version?: string;
  /** What the key that was sent may read of it; without a key the public alone. */
  readonly canonical?: CanonicalRevisions;
  /** For a person; never with a name or a password of the address in it. */
  readonly message: string;
}

const revision = z.int().check(z.nonnegative());
/** Whatever else a gateway tells is passed over. */
const statusBody = z.object({
  version: z.optional(z.string().check(z.regex(/^[\w.+-]{1,64}$/))),
  canonical: z.optional(z.object({ os: revision, kernel: revision })),
});

const maxBody = 64 * 1024;

type Address = { readonly url: URL } | { readonly fault: string };

/** The address of `/_status` below a gateway's own: `https://host/base/` gives `https://host/base/_status`. */
function statusAddress(gateway: string): Address {
  let url: URL;
  try {
    url = new URL(gateway);
  } catch {
    return { fault: 'SNAPPY_GATEWAY is not an address; expected https://host' };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { fault: `SNAPPY_GATEWAY begins with ${url.protocol}, expected https:// or http://` };
  if (url.username !== '' || url.password !== '')
    return { fault: 'SNAPPY_GATEWAY has a name or a password in it; they belong in .env.cache, not in an address' };
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/_status`;
  url.search = '';
  url.hash = '';
  return { url };
}

/** The first bytes of a body, or `undefined` when it has more than `maxBody`. */
async function readBody(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return Buffer.concat(chunks).toString('utf8');
    chunks.push(part.value);
    size += part.value.length;
    if (size > maxBody) {
      await reader?.cancel();
      return undefined;
    }
  }
}

function parseBody(text: string | undefined): z.infer<typeof statusBody> | undefined {
  if (text === undefined) return undefined;
  try {
    return statusBody.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What kept a request from being answered: the code of the network (`ECONNREFUSED`), or that time was over. */
function reasonOf(cause: unknown, timeout: number): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return `no answer within ${timeout / 1_000} s`;
  const inner = cause instanceof Error ? cause.cause : undefined;
  const code = inner instanceof Error ? (inner as NodeJS.ErrnoException).code : undefined;
  return code ?? 'the connection failed';
}

/**
 * Asks a gateway how it is: `GET <gateway>/_status`, with the key if one is given. Never rejects. A redirection is not
 * followed: the address that is configured is the one that keys go to.
 */
export async function readGatewayStatus(
  gateway: string,
  options: { timeout?: number; key?: string | undefined } = {},
): Promise<GatewayStatus> {
  const address = statusAddress(gateway);
  if ('fault' in address) return { ok: false, message: address.fault };
  const { timeout = 3_000, key } = options;
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const { url } = address;
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { ok: false, message: `${url.href} redirects to another address; set SNAPPY_GATEWAY to that one` };
    }
    const body = await readBody(response);
    if (response.status === 401)
      return { ok: false, message: `the gateway ${url.host} does not know the key of this tree` };
    if (!response.ok) return { ok: false, message: `${url.href} answered with status ${response.status}` };
    const parsed = parseBody(body);
    if (parsed === undefined) return { ok: false, message: `${url.href} did not answer as a gateway does` };
    const { version, canonical } = parsed;
    const message = `the gateway ${url.host} is there${version === undefined ? '' : `, version ${version}`}`;
    return {
      ok: true,
      ...(version === undefined ? {} : { version }),
      ...(canonical === undefined ? {} : { canonical }),
      message,
    };
  } catch (cause) {
    return { ok: false, message: `${url.href} could not be reached: ${reasonOf(cause, timeout)}` };
  }
}

/** `os at revision 3, kernel at 1`; `nothing yet` where both are 0. */
function describeRevisions({ os, kernel }: CanonicalRevisions): string {
  const parts = [...(os > 0 ? [`os at revision ${os}`] : []), ...(kernel > 0 ? [`kernel at ${kernel}`] : [])];
  return parts.length === 0 ? 'nothing yet' : parts.join(', ');
}

/**
 * Step 4, the canonical: what the gateway has of it, and whether that is here. `status` is `undefined` without a gateway,
 * `held` where nothing was pulled from it yet.
 */
export function describeCanonical(
  status: GatewayStatus | undefined,
  held: CanonicalRevisions | undefined,
): { state: 'ok' | 'warn'; text: string } {
  if (status === undefined) return { state: 'ok', text: 'no gateway is configured: nothing to pull' };
  const { ok, message, canonical } = status;
  if (!ok) return { state: 'warn', text: message };
  if (canonical === undefined) return { state: 'ok', text: `${message}; it tells nothing of a canonical` };
  const text = `${message}; canonical: ${describeRevisions(canonical)}`;
  const wanted = [
    ...(canonical.os > (held?.os ?? 0) ? ['snappy pull --scope all'] : []),
    ...(canonical.kernel > (held?.kernel ?? 0) ? ['snappy pull --repo kernel'] : []),
  ];
  if (wanted.length > 0) return { state: 'ok', text: `${text}; bring it in with: ${wanted.join(', ')}` };
  return { state: 'ok', text: canonical.os + canonical.kernel === 0 ? text : `${text}; all of it is in` };
}
