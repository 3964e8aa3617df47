import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fetch as fetchOutside } from 'miniflare';
import type { Request as MiniflareRequest, Response as MiniflareResponse } from 'miniflare';
import { inject } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { openNodeHome } from '../../src/gateway/adapters/node/serve-home.ts';
import { serve } from '../../src/gateway/adapters/node/serve.ts';
import { parseSettings } from '../../src/gateway/adapters/settings.ts';
import type { Settings } from '../../src/gateway/adapters/settings.ts';
import type { Row, SqlValue } from '../../src/gateway/ports.ts';
import { operatorKey } from '../../src/gateway/test-home.ts';
import { makeBucket } from './s3-server.ts';
import { startWorkerRuntime } from './worker-runtime.ts';
import type { Outbound } from './worker-runtime.ts';

/** A gateway that runs, in one of its homes, seen from outside. */
export interface RunningHome {
  readonly name: string;
  /** Without a slash at its end. */
  readonly url: string;
  readonly operatorKey: string;
  /** Looks into the ledger, or sets what a test could only wait for, such as the end of an invite. */
  sql(text: string, ...values: SqlValue[]): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

export interface HomeKind {
  readonly name: string;
  /** Whether large bodies go between client and bucket directly. */
  readonly presigns: boolean;
  start(): Promise<RunningHome>;
}

const secret = 'the one secret of a gateway that lives in a test';
const operatorKeyHash = createHash('sha256').update(operatorKey).digest('hex');

async function newBucket(): Promise<Settings['store']> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await makeBucket(
    inject('s3'),
    `home-${randomUUID()}`,
  );
  return { kind: 's3', endpoint, region, bucket, accessKeyId, secretAccessKey };
}

async function startNode(name: string, store: Settings['store']): Promise<RunningHome> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-home-'));
  const faults: unknown[] = [];
  const onError = (cause: unknown): unknown => faults.push(cause);
  const settings = parseSettings({ _v: 1, secret, operatorKeyHash, store }, {}, 'the test');
  const home = await openNodeHome(dir, settings, { version: '0.0.0', onError });
  const app = createApp(home);
  const serving = await serve((request, extra) => app.fetch(request, extra), { host: '127.0.0.1', port: 0, onError });
  return {
    name,
    url: serving.url,
    operatorKey,
    sql: (sql, ...values) => home.ledger.all({ sql, values }),
    async stop() {
      await serving.stop(5_000);
      await home.close();
      fs.rmSync(dir, { recursive: true, force: true });
      if (faults.length > 0) throw new AggregateError(faults, 'work that nobody waited for has failed');
    },
  };
}

async function startWorker(name: string, store: Settings['store'], outbound?: Outbound): Promise<RunningHome> {
  const world = { secret, operatorKeyHash, store, ledger: randomBytes(8).toString('hex'), outbound };
  const { runtime, url, ledger } = await startWorkerRuntime(world);
  return {
    name,
    url,
    operatorKey,
    async sql(text, ...values) {
      const { results } = await ledger
        .prepare(text)
        .bind(...values)
        .all();
      return results as Row[];
    },
    stop: () => runtime.dispose(),
  };
}

const files = { kind: 'files' } as const;

/** Every home that a gateway may have. The same tests run on each. */
export const homes: readonly HomeKind[] = [
  { name: 'Node on files and SQLite', presigns: false, start: () => startNode('node-files', files) },
  { name: 'Node on S3 and SQLite', presigns: true, start: async () => startNode('node-s3', await newBucket()) },
  { name: 'the Worker on R2, D1 and KV', presigns: false, start: () => startWorker('worker-r2', files) },
  {
    name: 'the Worker on S3, D1 and KV',
    presigns: true,
    start: async () => startWorker('worker-s3', await newBucket()),
  },
];

/** The Worker on S3, with something between the two that counts what is sent, and may answer in the place of S3. */
export async function startWatchedWorker(
  inPlace: (request: MiniflareRequest, really: Outbound) => Promise<MiniflareResponse> = (request, really) =>
    really(request),
): Promise<RunningHome & { readonly sent: () => number }> {
  let sent = 0;
  const home = await startWorker('worker-s3', await newBucket(), (request) => {
    sent += 1;
    return inPlace(request, fetchOutside);
  });
  return { ...home, sent: () => sent };
}
