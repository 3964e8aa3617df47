import { makeS3Store } from '../../src/gateway/adapters/s3/store.ts';
import type { S3Settings } from '../../src/gateway/adapters/s3/settings.ts';
import { makeD1Ledger } from '../../src/gateway/adapters/worker/d1-ledger.ts';
import type { D1Database } from '../../src/gateway/adapters/worker/d1-ledger.ts';
import { makeKvCache } from '../../src/gateway/adapters/worker/kv-cache.ts';
import type { KvNamespace } from '../../src/gateway/adapters/worker/kv-cache.ts';
import { makeWorkerPlatform } from '../../src/gateway/adapters/worker/platform.ts';
import { makeR2Store } from '../../src/gateway/adapters/worker/r2-store.ts';
import type { R2Bucket } from '../../src/gateway/adapters/worker/r2-store.ts';
import { StoreError } from '../../src/gateway/ports.ts';
import { formatCall } from './port-call.ts';
import type { PortCall } from './port-call.ts';

interface Env {
  readonly STORE: R2Bucket;
  readonly LEDGER: D1Database;
  readonly CACHE: KvNamespace;
  readonly S3: S3Settings;
}

/** Does one call of a port; what it gives is bytes, JSON, or nothing. */
async function call(env: Env, { port, operation, args }: PortCall, body: Uint8Array | undefined): Promise<unknown> {
  const [first, second] = args as [never, never];
  if (port === 'd1') return makeD1Ledger(env.LEDGER)[operation as 'all' | 'batch'](first);
  if (port === 'kv') {
    const cache = makeKvCache(env.CACHE);
    return operation === 'get' ? cache.get(first) : cache.put(first, body ?? new Uint8Array(), second);
  }
  if (port === 'platform') return compute(operation, args, body ?? new Uint8Array());
  const store = port === 'r2' ? makeR2Store(env.STORE) : makeS3Store(env.S3);
  if (operation === 'put') return store.put(first, body ?? new Uint8Array(), second);
  return store[operation as 'get' | 'stream' | 'size' | 'remove' | 'list'](first, second);
}

function compute(operation: string, [codec, rawSize]: PortCall['args'], body: Uint8Array): unknown {
  const platform = makeWorkerPlatform(() => {});
  if (operation === 'sha256') return platform.sha256(body);
  if (operation === 'decompress') return platform.decompress(codec as 'gzip', body, rawSize as number);
  return platform.compress(body, 'contents').codec;
}

async function answer(request: Request, env: Env): Promise<Response> {
  const wanted = formatCall.read(request.url);
  if (wanted.operation === 'putStream') {
    const store = wanted.port === 'r2' ? makeR2Store(env.STORE) : makeS3Store(env.S3);
    const [key, size] = wanted.args as [string, number];
    await store.putStream(key, request.body ?? new Blob([]).stream(), size);
    return new Response(null, { status: 204 });
  }
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const made = await call(env, wanted, body);
  if (made === undefined) return new Response(null, { status: 204 });
  if (made instanceof Uint8Array || made instanceof ReadableStream) {
    return new Response(made as ReadableStream, { headers: { 'content-type': 'application/octet-stream' } });
  }
  return Response.json(made);
}

/** A Worker for tests: the adapters of Workers, where they run, behind one address. */
const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await answer(request, env);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const retryable = cause instanceof StoreError ? cause.retryable : undefined;
      return Response.json({ message, retryable }, { status: 500 });
    }
  },
};
export default worker;
