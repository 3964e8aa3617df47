import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { makeMemoryStore } from '../../src/gateway/adapters/memory-store.ts';
import { makeFaultyStore } from '../../src/gateway/adapters/test-faulty-store.ts';
import { mintInvite } from '../../src/sync/gateway/admin.ts';
import { findGateway } from '../../src/sync/gateway/connection.ts';
import { enrol, readInvitation } from '../../src/sync/gateway/enrol.ts';
import { inviteLinkOf } from '../../src/sync/gateway/invite.ts';
import { makeScene } from '../program.ts';
import { serveGateway } from '../served-gateway.ts';
import { treeAt } from './trees.ts';
import type { Tree } from './trees.ts';

/** What each call of the store waits for; nothing at first. */
let late: (() => Promise<unknown>) | undefined;
/** Keys in the order in which the store had them whole. */
const kept: string[] = [];

const memory = makeMemoryStore();
const noting: typeof memory = {
  ...memory,
  async put(key, body, options) {
    await memory.put(key, body, options);
    kept.push(key);
  },
};
const served = await serveGateway({
  store: makeFaultyStore(noting, () => (late === undefined ? undefined : { waitFor: late() })),
});
const scene = makeScene();
const skill = (name: string): string => `state/skills/${name}/SKILL.md`;
/** What a push puts, and in what folders of the store that is. */
const wholePush = new Set(['manifests', 'packs']);
const foldersOf = (keys: readonly string[]): Set<string | undefined> =>
  new Set(keys.map((key) => key.split('/').at(-2)));
const twoSeconds = (): Promise<void> => sleep(2_000);

function makeGate(): { readonly gate: Promise<void>; open(this: void): void } {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate, open };
}

/** A tree of somebody new, or one more of whom `of` belongs to. */
async function joined(of?: Tree): Promise<Tree> {
  const tree = treeAt(scene, served.makeTree());
  const by = of?.dir ?? served.operatorTree;
  const gateway = findGateway(by, {});
  const asked = { label: 'test', subscriber: false, teams: [], expires_in: 3_600, uses: 1 };
  const minted = await mintInvite(gateway, of === undefined ? asked : { ...asked, same_tenant: true });
  await enrol(tree.dir, await readInvitation(await inviteLinkOf(by, gateway, minted)), { env: {} });
  return tree;
}

let one: Tree;
let two: Tree;
beforeEach(async () => {
  late = undefined;
  one = await joined();
  two = await joined(one);
  one.write(skill('a'), 'first\n');
  await one.json('push', '--apply');
  await two.json('pull', '--apply');
  kept.length = 0;
});

test('a store that is two seconds late at each call makes a push and a pull late, and nothing else', async () => {
  one.write(skill('a'), 'second\n');
  late = twoSeconds;
  const push = one.json('push', '--apply').then(() => 'over' as const);
  // Whoever looks meanwhile sees the revision before, whole, or the one after, which the store has.
  const look = async (): Promise<'looked'> => {
    await two.json('pull', '--apply');
    const mayBe = foldersOf(kept).size === wholePush.size ? ['first\n', 'second\n'] : ['first\n'];
    expect(mayBe).toContain(two.read(skill('a')));
    return 'looked';
  };
  while ((await Promise.race([push, look()])) !== 'over');
  expect(foldersOf(kept)).toEqual(wholePush);
  const fresh = await joined(one);
  await fresh.json('pull', '--apply');
  expect(fresh.files()).toEqual(one.files());
});

test('a push is not acknowledged before the store has all of it, and is not seen before', async () => {
  const { gate, open } = makeGate();
  let waiting = 0;
  late = () => {
    waiting += 1;
    return gate;
  };
  one.write(skill('a'), 'second\n');
  const push = one.json('push', '--apply').then(() => [...kept]);
  await expect.poll(() => waiting, { timeout: 10_000 }).toBe(2);
  late = undefined;
  await two.json('pull', '--apply');
  expect(two.read(skill('a'))).toBe('first\n');
  expect(kept).toEqual([]);
  open();
  expect(foldersOf(await push)).toEqual(wholePush);
  await two.json('pull', '--apply');
  expect(two.read(skill('a'))).toBe('second\n');
});

test('a client that has waited long enough says so and what to do, and what it has pushed is there once', async () => {
  // Its patience of a minute is made that of a moment.
  scene.write(
    'impatient.cjs',
    `const http = require('node:http');
const { request } = http;
http.request = (url, options) => {
  const asked = request(url, { ...options, timeout: 300 });
  asked.prependListener('response', (answer) => {
    const { setTimeout } = answer;
    answer.setTimeout = (_milliseconds, then) => setTimeout.call(answer, 300, then);
  });
  return asked;
};
`,
  );
  const impatient = ['--require', path.join(scene.dir, 'impatient.cjs')];
  const { gate, open } = makeGate();
  late = () => gate;
  one.write(skill('b'), 'of one\n');
  for (const args of [
    ['push', '--apply'],
    ['pull', '--apply'],
  ]) {
    if (args[0] === 'pull') fs.rmSync(path.join(two.dir, 'state/log/gateway/os.known'));
    const before = { files: two.files(), known: one.known() };
    const { status, stderr } = await (args[0] === 'push' ? one : two).snappyUnder(impatient, ...args);
    expect({ status, stderr }, args[0]).toMatchObject({ status: 1 });
    expect(stderr).toContain(`the gateway ${served.url} could not be reached: `);
    expect(stderr).toContain('no answer within 60 s');
    expect(stderr).toContain('nothing is lost: run this again when it is there');
    expect({ files: two.files(), known: one.known() }).toEqual(before);
  }
  open();
  late = undefined;
  await one.json('push', '--apply');
  await two.json('pull', '--apply');
  expect(two.files()).toEqual(one.files());
  expect(two.read(skill('b'))).toBe('of one\n');
});
