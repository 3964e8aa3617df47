import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import { emptyManifest } from '../../sync/wire/manifest.ts';
import type { Frame, ManifestEntry } from '../../sync/wire/manifest.ts';
import { makeTestHome } from '../test-home.ts';
import { compactPacks } from './compact.ts';
import { TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const change = fc.record({ name: fc.nat(12), text: fc.string({ maxLength: 40 }), remove: fc.boolean() });

test('whatever is pushed in small steps is there, in few packs, and as it was at each revision', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 30, maxLength: 60 }), async (changes) => {
      const home = await makeTestHome();
      const client = new TestClient(home, home.operatorKey);
      let files: Files = {};
      let followed: Files = {};
      let since = 0;
      for (const [base, { name, text, remove }] of changes.entries()) {
        const path = `state/skills/s${name}/SKILL.md`;
        const { [path]: old, ...others } = files;
        const isRemoval = remove && old !== undefined;
        const content = `${text}\n`;
        const step = isRemoval ? { gone: [path] } : { changed: { [path]: content } };
        expect((await client.push({ base, before: files, ...step })).status).toBe(200);
        files = isRemoval ? others : { ...files, [path]: content };
        // One that follows by what has changed since its last look comes to the same.
        if (name % 3 > 0) continue;
        const pulled = await client.pull(`repo=os&since=private:${since}&scope=all&accept=zstd`);
        const gone = new Set(pulled.document.tiers[0]?.gone);
        const left = Object.entries(followed).filter(([known]) => !gone.has(known));
        followed = { ...Object.fromEntries(left), ...pulled.contents['private'] };
        since = base + 1;
        expect(followed).toEqual(files);
      }
      const { contents } = await client.pull();
      expect(contents['private']).toEqual(files);
      await home.idle();
    }),
    { numRuns: 10 },
  );
});

test('many small packs become one; what they were in before stays to be read', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({ store: makeMemoryStore(objects) });
  const client = new TestClient(home, home.operatorKey);
  const files: Record<string, string> = {};
  for (let n = 0; n < 60; n += 1) {
    const changed = { [`state/skills/s${n}/SKILL.md`]: `${n}\n` };
    await client.push({ base: n, before: files, changed });
    Object.assign(files, changed);
  }
  const { document, contents } = await client.pull();
  expect(contents['private']).toEqual(files);
  expect(document.frames.length).toBeLessThan(27);
  const first = document.tiers[0]?.files.find(({ path }) => path === 'state/skills/s0/SKILL.md');
  const old = await client.fetch(`/_blobs/os/private/${first?.sha256}?rev=1`);
  expect(await old.text()).toBe('0\n');
  await home.idle();
});

test('a frame is not made anew for an empty file, which lies where the next content begins', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({ store: makeMemoryStore(objects) });
  const client = new TestClient(home, home.operatorKey);
  const files = { 'state/z.md': '', 'state/a.md': 'x' };
  await client.push({ tier: 'public', base: 0, changed: files });
  await client.push({ tier: 'public', base: 1, before: files, changed: { 'state/b.md': 'y' } });
  expect([...objects.keys()].filter((key) => key.includes('/packs/'))).toHaveLength(2);
  await home.idle();
});

test('who was away for a few pushes is given little more than these, also when packs were laid together', async () => {
  const home = await makeTestHome();
  const client = new TestClient(home, home.operatorKey);
  const files: Record<string, string> = {};
  // Text that becomes half as small at most: four files of 40 kB in each push, spread over the paths.
  const text = (n: number): string => createHash('shake256', { outputLength: 20_000 }).update(`${n}`).digest('hex');
  for (let base = 0; base < 26; base += 1) {
    const numbers = [0, 26, 52, 78].map((group) => group + ((base * 7) % 26));
    const changed = Object.fromEntries(numbers.map((n) => [`state/skills/s${100 + n}/SKILL.md`, text(n)]));
    await client.push({ base, before: files, changed });
    Object.assign(files, changed);
  }
  const whole = await client.pull();
  expect(whole.contents['private']).toEqual(files);
  expect(whole.document.frames.length).toBeLessThanOrEqual(26);
  const few = await client.pull('repo=os&since=private:22&scope=all&accept=zstd');
  expect(Object.keys(few.contents['private'] ?? {})).toHaveLength(16);
  expect(few.bytes).toBeLessThan(450_000);
  await home.idle();
});

test('a store that fails while packs are laid together costs nothing but that', async () => {
  let fails = false;
  const store = makeFaultyStore(makeMemoryStore(), (_, operation, key) =>
    fails && operation === 'get' && key.includes('/packs/') ? 'before' : undefined,
  );
  const home = await makeTestHome({ store });
  const client = new TestClient(home, home.operatorKey);
  const files: Record<string, string> = {};
  for (let n = 0; n < 40; n += 1) {
    fails = n > 20 && n < 38;
    const changed = { [`state/skills/s${n}/SKILL.md`]: `${n}\n` };
    expect((await client.push({ base: n, before: files, changed })).status).toBe(200);
    Object.assign(files, changed);
  }
  expect((await client.pull()).contents['private']).toEqual(files);
  await home.idle();
});

// By a list that is copied for each file it takes a minute.
test('laying together a frame of many tiny files takes a moment', { timeout: 20_000 }, async () => {
  const home = await makeTestHome();
  const content = new TextEncoder().encode('x');
  const frames = Array.from({ length: 25 }, (_, n): Frame => {
    return { pack: `packs/${n}`, at: 0, size: 1, rawSize: 1, codec: 'none' };
  });
  await Promise.all(frames.map(({ pack }) => home.store.put(pack, content)));
  const entry = { sha256: home.platform.sha256(content), size: 1, exec: false, rev: 1, at: 0 };
  const files = Array.from({ length: 60_000 }, (_, n): ManifestEntry => ({ ...entry, path: `state/${n}`, frame: 0 }));
  const place = { repo: 'os', tier: 'private:0123456789ab' } as const;
  const manifest = { ...emptyManifest(place.repo, place.tier), rev: 1, frames, files };
  const compacted = await compactPacks(home, place, manifest, new Set());
  expect(compacted?.manifest.frames).toHaveLength(1);
  expect(compacted?.manifest.files).toHaveLength(files.length);
});
