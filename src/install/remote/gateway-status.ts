import * as z from 'zod/mini';

/** What a gateway said of itself at `/_status`, or why nothing is known of it. */
export interface GatewayStatus {
  readonly ok: boolean;
  readonly version?: string;
  /** For a person; never with a name or a password of the address in it. */
  readonly message: string;
}

/** Only the version is of use here; whatever else a gateway tells is passed over. */
const statusBody = z.object({ version: z.optional(z.string().check(z.regex(/^[\w.+-]{1,64}$/))) });

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
 * Asks a gateway how it is: `GET <gateway>/_status`, without any key. Never rejects. A redirection is not followed: the
 * address that is configured is the one that keys would go to.
 */
export async function readGatewayStatus(gateway: string, options: { timeout?: number } = {}): Promise<GatewayStatus> {
  const address = statusAddress(gateway);
  if ('fault' in address) return { ok: false, message: address.fault };
  const { timeout = 3_000 } = options;
  const { url } = address;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { ok: false, message: `${url.href} redirects to another address; set SNAPPY_GATEWAY to that one` };
    }
    const body = await readBody(response);
    if (!response.ok) return { ok: false, message: `${url.href} answered with status ${response.status}` };
    const parsed = parseBody(body);
    if (parsed === undefined) return { ok: false, message: `${url.href} did not answer as a gateway does` };
    const { version } = parsed;
    const message = `the gateway ${url.host} is there${version === undefined ? '' : `, version ${version}`}`;
    return { ok: true, ...(version === undefined ? {} : { version }), message };
  } catch (cause) {
    return { ok: false, message: `${url.href} could not be reached: ${reasonOf(cause, timeout)}` };
  }
}

/** Step 4, the canonical: what there was to pull, and from where. `status` is `undefined` without a gateway. */
export function describeCanonical(status: GatewayStatus | undefined): {
  state: 'ok' | 'skipped' | 'warn';
  text: string;
} {
  if (status === undefined) return { state: 'ok', text: 'no gateway is configured: nothing to pull' };
  if (!status.ok) return { state: 'warn', text: status.message };
  return { state: 'skipped', text: `${status.message}; this version of snappy-os does not pull from one yet` };
}
