// The built Worker in the Workers runtime, as a process of its own: prints its address. Its settings are the one argument.
import path from 'node:path';
import { Miniflare } from 'miniflare';
import type { Settings } from '../../src/gateway/adapters/settings.ts';
import { migrations } from '../../src/gateway/schema.ts';

interface Given {
  readonly store: Extract<Settings['store'], { kind: 's3' }>;
  readonly operatorKeyHash: string;
}
const { store, operatorKeyHash } = JSON.parse(process.argv[2] ?? '') as Given;
const runtime = new Miniflare({
  modules: [{ type: 'ESModule', path: path.resolve(import.meta.dirname, '../../dist/worker.js') }],
  compatibilityDate: '2026-07-01',
  compatibilityFlags: ['nodejs_compat'],
  host: '127.0.0.1',
  port: 0,
  d1Databases: { LEDGER: 'ledger' },
  kvNamespaces: { CACHE: 'cache' },
  bindings: {
    GATEWAY_SECRET: 'the one secret of a gateway that lives in a benchmark',
    OPERATOR_KEY_HASH: operatorKeyHash,
    S3_ENDPOINT: store.endpoint,
    S3_REGION: store.region,
    S3_BUCKET: store.bucket,
    S3_ACCESS_KEY_ID: store.accessKeyId,
    S3_SECRET_ACCESS_KEY: store.secretAccessKey,
  },
});
const { origin } = await runtime.ready;
const ledger = await runtime.getD1Database('LEDGER');
for (const { statements } of migrations) await ledger.batch(statements.map((statement) => ledger.prepare(statement)));
process.stdout.write(`${origin}\n`);
