import type { Home } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { countStatement, limitsOf, overCounter } from './limits.ts';
import type { Proved } from './authenticate.ts';

/**
 * Hands `work` the request with its body counted, as it is read: the bytes are put down afterwards for the tenant, whether
 * they were of use or not. 429 for a tenant that has sent, or changed files, enough for a day, also half-way; 400 where the
 * line to the sender breaks.
 */
export async function withCountedBody(
  home: Home,
  request: Request,
  proved: Proved | undefined,
  work: (request: Request) => Promise<Response> | Response,
): Promise<Response> {
  const now = home.platform.now();
  const allowance = proved === undefined ? Infinity : allowanceOf(home, proved, now);
  if (request.body === null) return work(request);

  const counted = countedBody(request.body, allowance, now);
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
    if (proved !== undefined && n > 0) {
      const statement = countStatement(home, 'bytes', proved.caller.tenant, n);
      home.platform.later(async () => void (await home.ledger.batch([statement])));
    }
  }
}

const enoughBytes = 'this tenant has sent all that it may in a day';

/** The bytes that a tenant may still send today. Throws where it may send nothing. */
function allowanceOf(home: Home, { bytes, files }: Proved, now: Date): number {
  const { tenantBytes, tenantFiles } = limitsOf(home);
  if (bytes >= tenantBytes) throw overCounter('bytes', enoughBytes, now);
  if (files >= tenantFiles) throw overCounter('files', 'this tenant has changed all files that it may in a day', now);
  return tenantBytes - bytes;
}

interface CountedBody {
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes that have come so far. */
  count(): number;
}

function countedBody(source: ReadableStream<Uint8Array>, allowance: number, now: Date): CountedBody {
  const reader = source.getReader();
  let n = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          throw new GatewayProblem('bad_request', 'the body was cut off', { cause });
        });
        if (done) {
          controller.close();
          return;
        }
        n += value.length;
        if (n > allowance) throw overCounter('bytes', enoughBytes, now);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { body, count: () => n };
}
