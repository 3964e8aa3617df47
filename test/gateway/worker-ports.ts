import path from 'node:path';
import { Miniflare } from 'miniflare';
import { rolldown } from 'rolldown';
import type { S3Settings } from '../../src/gateway/adapters/s3/settings.ts';
import { StoreError } from '../../src/gateway/ports.ts';
import type { Cache, Ledger, ObjectStore } from '../../src/gateway/ports.ts';
import { formatCall } from './port-call.ts';
import type { PortCall } from './port-call.ts';

/** The adapters of Workers as they run in workerd, called from here. */
export interface WorkerPorts {
  readonly r2: ObjectStore;
  /** S3 as seen from a Worker, whose streams and requests are not those of Node. */
  readonly s3: ObjectStore;
  readonly d1: Ledger;
  readonly kv: Cache;
  /** `sha256` or `compress` (its codec), and `decompress`. */
  platform(operation: string, body: Uint8Array, ...args: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

type Body = NonNullable<RequestInit['body']>;
type Call = (call: PortCall, body?: Body) => Promise<Response>;

/** Starts workerd with a bucket, a database and a namespace of its own, all empty. */
export async function startWorkerPorts(settings: S3Settings): Promise<WorkerPorts> {
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundle('ports.worker.ts') }],
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    r2Buckets: ['STORE'],
    d1Databases: ['LEDGER'],
    kvNamespaces: ['CACHE'],
    bindings: { S3: { ...settings } },
  });
  const base = await miniflare.ready;
  const call: Call = async (what, body) => {
    // workerd resets a connection on which it has answered before the body was over: the next call must not be on it.
    const init = { method: 'POST', headers: { connection: 'close' } };
    const whole = body === undefined ? init : { ...init, body, duplex: 'half' as const };
    const response = await fetch(formatCall.write(base, what), whole);
    if (response.ok) return response;
    const { message, retryable } = (await response.json()) as { message: string; retryable?: boolean };
    throw retryable === undefined ? new Error(message) : new StoreError(message, { retryable });
  };
  return {
    r2: storeOf(call, 'r2'),
    s3: storeOf(call, 's3'),
    d1: {
      all: async (statement) => json(await call({ port: 'd1', operation: 'all', args: [statement] })),
      batch: async (statements) => json(await call({ port: 'd1', operation: 'batch', args: [statements] })),
    },
    kv: {
      get: async (key) => bytes(await call({ port: 'kv', operation: 'get', args: [key] })),
      put: async (key, value, seconds) =>
        void (await call({ port: 'kv', operation: 'put', args: [key, seconds] }, bodyOf(value))),
    },
    async platform(operation, body, ...args) {
      const response = await call({ port: 'platform', operation, args }, bodyOf(body));
      return operation === 'decompress' ? bytes(response) : json(response);
    },
    stop: () => miniflare.dispose(),
  };
}

async function bundle(file: string): Promise<string> {
  const input = path.join(import.meta.dirname, file);
  const made = await rolldown({ input, platform: 'node', external: /^(?:node|cloudflare):/ });
  const { output } = await made.generate({ format: 'esm' });
  await made.close();
  return output[0].code;
}

function storeOf(call: Call, port: 'r2' | 's3'): ObjectStore {
  const run = (operation: string, args: readonly unknown[], body?: Body): Promise<Response> =>
    call({ port, operation, args }, body);
  return {
    get: async (key, range) => bytes(await run('get', [key, range])),
    async stream(key, range) {
      const response = await run('stream', [key, range]);
      return response.status === 204 ? undefined : (response.body ?? new Blob([]).stream());
    },
    put: async (key, body, options) => void (await run('put', [key, options], bodyOf(body))),
    putStream: async (key, body, size) => void (await run('putStream', [key, size], body)),
    async size(key) {
      const response = await run('size', [key]);
      return response.status === 204 ? undefined : json(response);
    },
    remove: async (key) => void (await run('remove', [key])),
    list: async (prefix, limit) => json(await run('list', [prefix, limit])),
  };
}

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

async function bytes(response: Response): Promise<Uint8Array | undefined> {
  return response.status === 204 ? undefined : new Uint8Array(await response.arrayBuffer());
}

function bodyOf(value: Uint8Array): Body {
  return value as Uint8Array<ArrayBuffer>;
}
