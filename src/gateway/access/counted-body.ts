import type { Home } from '../ports.ts';
import { countStatement, limitsOf, overCounter } from './limits.ts';
import type { Proved } from './authenticate.ts';

/**
 * Hands `work` the request with its body counted, as it is read: the bytes are put down afterwards for the tenant, whether
 * they were of use or not. 429 for a tenant that has sent, or changed files, enough for a day, also half-way.
 */
export async function withCountedBody(
  home: Home,
  request: Request,
  { caller: { tenant }, bytes, files }: Proved,
  work: (request: Request) => Promise<Response> | Response,
): Promise<Response> {
  const { tenantBytes, tenantFiles } = limitsOf(home);
  const now = home.platform.now();
  if (bytes >= tenantBytes) throw overCounter('bytes', enoughBytes, now);
  if (files >= tenantFiles) throw overCounter('files', 'this tenant has changed all files that it may in a day', now);
  if (request.body === null) return work(request);

  const counted = countedBody(request.body, tenantBytes - bytes, now);
  // `duplex` is asked for where a body is a stream (fetch.spec.whatwg.org, RequestInit), and unknown to the types.
  const init: RequestInit & { duplex: 'half' } = {
    method: request.method,
    headers: request.headers,
    body: counted.body,
    duplex: 'half',
  };
  try {
    return await work(new Request(request.url, init));
  } finally {
    const n = counted.count();
    const count = async (): Promise<void> => {
      await home.ledger.batch([countStatement(home, 'bytes', tenant, n)]);
    };
    if (n > 0) home.platform.later(count);
  }
}

const enoughBytes = 'this tenant has sent all that it may in a day';

interface CountedBody {
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes that have come so far. */
  count(): number;
}

function countedBody(body: ReadableStream<Uint8Array>, allowance: number, now: Date): CountedBody {
  let n = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      n += chunk.length;
      if (n <= allowance) controller.enqueue(chunk);
      else controller.error(overCounter('bytes', enoughBytes, now));
    },
  });
  return { body: body.pipeThrough(counting), count: () => n };
}
