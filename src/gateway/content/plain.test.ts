import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { StoreError } from '../ports.ts';
import type { ObjectStore } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import { copyPlain, resumePlain } from './plain.ts';
import { TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

/** What a person finds in the bucket under `snappy-os/`, but for what the gateway keeps for itself. */
function plainFiles(objects: ReadonlyMap<string, Uint8Array>): Files {
  const found = [...objects].filter(([key]) => key.startsWith('snappy-os/') && !key.startsWith('snappy-os/.snappy/'));
  return Object.fromEntries(
    found.map(([key, bytes]) => [key.slice('snappy-os/'.length), Buffer.from(bytes).toString()]),
  );
}

const step = fc.record({
  tier: fc.constantFrom('public' as const, 'subscriber' as const),
  names: fc.uniqueArray(fc.constantFrom('a.md', 'a/b.md', 'c.md', 'd.md', 'e.md'), { minLength: 1 }),
  text: fc.string({ maxLength: 10 }),
  remove: fc.boolean(),
  /** How many turns the copies have before the next push. */
  turns: fc.nat(3),
});

test('the plain copies come to be the canonical, the public before the subscriber, whenever they are cut off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const objects = new Map<string, Uint8Array>();
      const home = await makeTestHome({ store: makeMemoryStore(objects), config: { laterAtOnce: 1 } });
      const client = new TestClient(home, home.operatorKey);
      const tiers: Record<'public' | 'subscriber', { rev: number; files: Files }> = {
        public: { rev: 0, files: {} },
        subscriber: { rev: 0, files: {} },
      };
      for (const { tier, names, text, remove, turns } of steps) {
        const { rev: base, files } = tiers[tier];
        const paths = names.map((name) => `state/skills/${name}`);
        const gone = remove ? paths.filter((path) => path in files) : [];
        const changed = remove ? {} : Object.fromEntries(paths.map((path) => [path, text]));
        expect((await client.push({ tier, base, before: files, changed, gone })).status).toBe(200);
        const left = Object.entries(files).filter(([path]) => !gone.includes(path));
        tiers[tier] = { rev: base + 1, files: { ...Object.fromEntries(left), ...changed } };
        await home.idle();
        for (let turn = 0; turn < turns; turn += 1) await copyPlain(home, 'os', 1);
      }
      while (await copyPlain(home, 'os', 1));
      expect(plainFiles(objects)).toEqual({ ...tiers.subscriber.files, ...tiers.public.files });
    }),
    { numRuns: 25 },
  );
});

test('while one process makes the copies no other does, and when it died the next one goes on', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({ store: makeMemoryStore(objects), config: { laterAtOnce: 1 } });
  const client = new TestClient(home, home.operatorKey);
  const changed = { 'state/skills/a.md': 'a', 'state/skills/b.md': 'b', 'state/skills/c.md': 'c' };
  await client.push({ tier: 'public', base: 0, changed });
  await home.idle();
  // As one that was killed in the middle of its turn leaves it.
  const until = new Date(home.clock.now.getTime() + 60_000).toISOString();
  await home.ledger.batch([{ sql: 'UPDATE plain SET lease = ?', values: [until] }]);
  expect(await copyPlain(home, 'os')).toBe(false);
  expect(Object.keys(plainFiles(objects)).length).toBeLessThan(3);
  home.clock.now = new Date(home.clock.now.getTime() + 61_000);
  expect(await copyPlain(home, 'os')).toBe(false);
  expect(plainFiles(objects)).toEqual(changed);
});

test('what lands while copies are made, and finds that somebody else makes them, is for that one to go on with', async () => {
  const objects = new Map<string, Uint8Array>();
  const memory = makeMemoryStore(objects);
  let [begin, goOn] = [(): void => {}, (): void => {}];
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));
  const isFree = new Promise<void>((resolve) => (goOn = resolve));
  const put: ObjectStore['put'] = async (key, body) => {
    if (key === 'snappy-os/state/a.md') {
      begin();
      await isFree;
    }
    return memory.put(key, body);
  };
  const home = await makeTestHome({ store: { ...memory, put }, config: { laterAtOnce: 0 } });
  const client = new TestClient(home, home.operatorKey);
  await client.push({ tier: 'subscriber', base: 0, changed: { 'state/a.md': 'a' } });
  const first = copyPlain(home, 'os');
  await hasBegun;
  await client.push({ tier: 'public', base: 0, changed: { 'state/b.md': 'b' } });
  expect(await copyPlain(home, 'os')).toBe(false);
  goOn();
  expect(await first).toBe(true);
  expect(await copyPlain(home, 'os')).toBe(false);
  expect(plainFiles(objects)).toEqual({ 'state/a.md': 'a', 'state/b.md': 'b' });
});

/** The same, with each call of it told. */
function counted<T extends object>(port: T, onCall: () => void): T {
  const calls = Object.entries(port).map(([name, call]: [string, unknown]) => {
    if (typeof call !== 'function') return [name, call];
    return [name, (...given: unknown[]): unknown => (onCall(), (call as (...all: unknown[]) => unknown)(...given))];
  });
  return Object.fromEntries(calls) as T;
}

// The free plan of Workers ends a request that makes more than 50 calls, with what goes on after its answer.
test('a push to the canonical and the copies that it causes are few calls', async () => {
  let calls = 0;
  const count = (): void => void (calls += 1);
  const plain = await makeTestHome();
  const home = { ...plain, store: counted(plain.store, count), ledger: counted(plain.ledger, count) };
  const client = new TestClient(home, home.operatorKey);
  const before = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`state/skills/s${n}/SKILL.md`, `${n}`]));
  await client.push({ tier: 'subscriber', base: 0, changed: before, filesOfFrame: 10 });
  await plain.idle();
  calls = 0;
  // As in an isolate that has just started.
  const other = new TestClient({ ...home, store: { ...home.store } }, home.operatorKey);
  await other.push({ tier: 'public', base: 0, changed: before, filesOfFrame: 10 });
  await plain.idle();
  expect(calls).toBeLessThan(50);
});

test('a home goes on with the copies that were left when it opens, and lets them be when it closes', async () => {
  const objects = new Map<string, Uint8Array>();
  const few = await makeTestHome({ store: makeMemoryStore(objects), config: { laterAtOnce: 1 } });
  const changed = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`state/skills/s${n}/SKILL.md`, `${n}`]));
  await new TestClient(few, few.operatorKey).push({ tier: 'public', base: 0, changed });
  await few.idle();
  expect(Object.keys(plainFiles(objects))).toHaveLength(1);
  const all = { ...few, config: { ...few.config, laterAtOnce: 1_000 } };
  resumePlain({ ...all, platform: { ...few.platform, closing: () => true } });
  await few.idle();
  expect(Object.keys(plainFiles(objects))).toHaveLength(1);
  // As one that was killed in the middle of its turn leaves it.
  const until = new Date(few.clock.now.getTime() + 60_000).toISOString();
  await few.ledger.batch([{ sql: 'UPDATE plain SET lease = ?', values: [until] }]);
  resumePlain(all);
  await few.idle();
  expect(plainFiles(objects)).toEqual(changed);
});

test('a file of the kernel cannot lie where the gateway keeps its own', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({ store: makeMemoryStore(objects) });
  const client = new TestClient(home, home.operatorKey);
  const changed = { '.Snappy/public/packs/x': 'evil', 'guide.md': 'good' };
  expect((await client.push({ repo: 'kernel', tier: 'public', base: 0, changed })).status).toBe(200);
  await home.idle();
  expect([...objects.keys()].filter((key) => !key.includes('/.snappy/'))).toEqual(['snappy-kernel/guide.md']);
});

/** A store as a disk is: nothing lies below a file, and no file where a folder is. */
function asFolders(store: ObjectStore, objects: ReadonlyMap<string, unknown>): ObjectStore {
  const check = (key: string): void => {
    const clash = [...objects.keys()].find((other) => other.startsWith(`${key}/`) || key.startsWith(`${other}/`));
    if (clash !== undefined) throw new StoreError(`${clash} is in the way of ${key}`, { retryable: false });
  };
  return { ...store, put: async (key, body) => (check(key), store.put(key, body)) };
}

test('where a name is a file in one tier and a folder in the other, the public one has the say', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({ store: asFolders(makeMemoryStore(objects), objects) });
  const client = new TestClient(home, home.operatorKey);
  const files = { 'state/a/SKILL.md': 'below', 'state/b': 'file', 'state/z.md': 'z' };
  await client.push({ tier: 'subscriber', base: 0, changed: files });
  await home.idle();
  const shown = { 'state/a': 'file', 'state/b/SKILL.md': 'below' };
  await client.push({ tier: 'public', base: 0, changed: shown });
  await home.idle();
  expect(plainFiles(objects)).toEqual({ ...shown, 'state/z.md': 'z' });
  await client.push({ tier: 'public', base: 1, before: shown, gone: Object.keys(shown) });
  await home.idle();
  expect(plainFiles(objects)).toEqual(files);
});

test('a file that becomes a folder while copies are half-way is copied in the end', async () => {
  const objects = new Map<string, Uint8Array>();
  const home = await makeTestHome({
    store: asFolders(makeMemoryStore(objects), objects),
    config: { laterAtOnce: 1 },
  });
  const client = new TestClient(home, home.operatorKey);
  const first = { 'state/a': 'file', 'state/b.md': 'b', 'state/c.md': 'c' };
  await client.push({ tier: 'public', base: 0, changed: first });
  await home.idle();
  const changed = { 'state/a/SKILL.md': 'below' };
  await client.push({ tier: 'public', base: 1, before: first, changed, gone: ['state/a'] });
  await home.idle();
  for (let turn = 0; turn < 10; turn += 1) await copyPlain(home, 'os', 1);
  expect(plainFiles(objects)).toEqual({ 'state/b.md': 'b', 'state/c.md': 'c', ...changed });
});

test('a copy that the store will never take holds up no other, and is made when the file has changed', async () => {
  const objects = new Map<string, Uint8Array>();
  const memory = makeMemoryStore(objects);
  let refuses = true;
  const put: ObjectStore['put'] = async (key, body) => {
    if (refuses && key === 'snappy-os/state/a.md') throw new StoreError('it stands there', { retryable: false });
    return memory.put(key, body);
  };
  const home = await makeTestHome({ store: { ...memory, put } });
  const client = new TestClient(home, home.operatorKey);
  const before = { 'state/a.md': 'a', 'state/b.md': 'b', 'state/c.md': 'c' };
  await client.push({ tier: 'public', base: 0, changed: before });
  await expect(home.idle()).rejects.toThrow(/failed/);
  expect(Object.keys(plainFiles(objects))).toEqual(['state/b.md', 'state/c.md']);
  refuses = false;
  const changed = { 'state/a.md': 'A' };
  await client.push({ tier: 'public', base: 1, before, changed });
  await home.idle();
  expect(plainFiles(objects)).toEqual({ ...before, ...changed });
});
