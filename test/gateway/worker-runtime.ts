import path from 'node:path';
import { Miniflare } from 'miniflare';
import type { Request, Response } from 'miniflare';
import type { Settings } from '../../src/gateway/adapters/settings.ts';
import { migrations } from '../../src/gateway/schema.ts';

/** What of an operator's settings a Worker is given, and where it is. */
export interface WorkerWorld extends Pick<Settings, 'secret' | 'operatorKeyHash' | 'store'> {
  /** The name of its database: two that run at once share what has one name. */
  readonly ledger: string;
  /** Stands between it and what it fetches. */
  readonly outbound?: Outbound | undefined;
}

export type Outbound = (request: Request) => Promise<Response>;

/** A Worker that answers. */
export interface RunningWorker {
  readonly runtime: Miniflare;
  /** Without a slash at its end. */
  readonly url: string;
  readonly ledger: Awaited<ReturnType<Miniflare['getD1Database']>>;
}

/** The Worker as it is built. */
const builtWorker = path.resolve(import.meta.dirname, '../../dist/worker.js');

/** Starts the built Worker in the runtime that Cloudflare runs, with its tables laid. */
export async function startWorkerRuntime({ ledger: name, outbound, ...world }: WorkerWorld): Promise<RunningWorker> {
  const runtime = new Miniflare({
    modules: [{ type: 'ESModule', path: builtWorker }],
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    host: '127.0.0.1',
    port: 0,
    ...(world.store.kind === 'files' ? { r2Buckets: { STORE: 'store' } } : {}),
    d1Databases: { LEDGER: name },
    kvNamespaces: { CACHE: 'cache' },
    bindings: variablesOf(world),
    ...(outbound === undefined ? {} : { outboundService: outbound }),
  });
  const { origin } = await runtime.ready;
  const ledger = await runtime.getD1Database('LEDGER');
  for (const { statements } of migrations) {
    await ledger.batch(statements.map((statement) => ledger.prepare(statement)));
  }
  return { runtime, url: origin, ledger };
}

function variablesOf({ secret, operatorKeyHash, store }: Omit<WorkerWorld, 'ledger'>): Record<string, string> {
  const base = { GATEWAY_SECRET: secret, OPERATOR_KEY_HASH: operatorKeyHash };
  if (store.kind === 'files') return base;
  return {
    ...base,
    S3_ENDPOINT: store.endpoint,
    S3_REGION: store.region,
    S3_BUCKET: store.bucket,
    S3_ACCESS_KEY_ID: store.accessKeyId,
    S3_SECRET_ACCESS_KEY: store.secretAccessKey,
  };
}
