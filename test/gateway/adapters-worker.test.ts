import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, expect, inject, test } from 'vitest';
import { describeCache } from '../../src/gateway/adapters/test-cache-contract.ts';
import { describeLedger } from '../../src/gateway/adapters/test-ledger-contract.ts';
import { describeStore } from '../../src/gateway/adapters/test-store-contract.ts';
import { makeBucket } from './s3-server.ts';
import { startWorkerPorts } from './worker-ports.ts';
import type { WorkerPorts } from './worker-ports.ts';

/** What `wrangler d1 migrations apply` takes. */
const migrations = path.resolve(import.meta.dirname, '../../migrations');

const started = makeBucket(inject('s3'), 'worker').then(async (settings): Promise<WorkerPorts> => {
  const ports = await startWorkerPorts(settings);
  for (const name of fs.readdirSync(migrations).toSorted()) {
    const statements = fs.readFileSync(path.join(migrations, name), 'utf8').split(/;\n/).slice(0, -1);
    await ports.d1.batch(statements.map((sql) => ({ sql, values: [] })));
  }
  return ports;
});
afterAll(async () => (await started).stop());

describeStore('R2 in workerd', async () => (await started).r2);
describeStore('S3 from workerd', async () => (await started).s3);
describeLedger('D1 in workerd', async () => (await started).d1);
describeCache('KV in workerd', async () => (await started).kv);

test('a Worker computes what Node does', async () => {
  const ports = await started;
  const digest = createHash('sha256').update('snappy').digest('hex');
  expect(await ports.platform('sha256', new TextEncoder().encode('snappy'))).toBe(digest);
  // Sizes at which workerd's own buffers are full, or nearly so.
  for (const size of [0, 1, 60_000, 65_536, 70_000, 200_000, 327_680, 1_000_000, 1_310_720]) {
    const body = new Uint8Array(randomBytes(size));
    for (const [codec, packed] of [
      ['gzip', zlib.gzipSync(body, { level: 1 })],
      ['zstd', zlib.zstdCompressSync(body)],
    ] as const) {
      const back = await ports.platform('decompress', packed, codec, size);
      expect(Buffer.compare(back as Uint8Array, body)).toBe(0);
      for (const wrong of [size - 1, size + 1]) {
        await expect(ports.platform('decompress', packed, codec, wrong)).rejects.toThrow(Error);
      }
      const torn = packed.subarray(0, packed.length >> 1);
      await expect(ports.platform('decompress', torn, codec, size + 1)).rejects.toThrow(Error);
    }
    expect(['gzip', 'zstd']).toContain(await ports.platform('compress', body));
  }
});
