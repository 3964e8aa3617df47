import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { openFileStore } from '../adapters/node/file-store.ts';
import type { ObjectStore } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import { sha256Of, TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

/** As S3: `bytes=5-4` is no range (RFC 9110 14.1.2). */
function withoutEmptyRanges(store: ObjectStore): ObjectStore {
  const check = (length: number | undefined): void => {
    if (length === 0) throw new Error('a range without bytes was asked for');
  };
  return {
    ...store,
    get: async (key, range) => (check(range?.length), store.get(key, range)),
    stream: async (key, range) => (check(range?.length), store.stream(key, range)),
  };
}

function filesStore(): Promise<ObjectStore> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-empty-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));
  return openFileStore(dir);
}

const stores = {
  memory: () => makeMemoryStore(),
  files: filesStore,
  strict: () => withoutEmptyRanges(makeMemoryStore()),
};

test.each(['memory', 'files', 'strict'] as const)(
  'empty files, alone in their frames, are pushed, pulled and compacted like others: %s store',
  async (kind) => {
    const home = await makeTestHome({ store: await stores[kind]() });
    const client = new TestClient(home, home.operatorKey);
    const files: Record<string, string> = {};
    for (let n = 0; n < 30; n += 1) {
      const changed: Files = {
        [`state/skills/s${n}/empty.md`]: '',
        ...(n % 5 === 1 ? { [`state/s${n}.md`]: 'x' } : {}),
      };
      const push = { tier: 'public', base: n, before: files, changed, filesOfFrame: 1, codec: 'none' } as const;
      expect((await client.push(push)).status).toBe(200);
      Object.assign(files, changed);
      expect((await client.pull()).contents['public']).toEqual(files);
    }
    const one = await client.fetch(`/_blobs/os/public/${sha256Of('')}`);
    expect([one.status, await one.text()]).toEqual([200, '']);
    await home.idle();
    expect(await home.store.get('snappy-os/state/skills/s0/empty.md')).toEqual(new Uint8Array(0));
  },
);
