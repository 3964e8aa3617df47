import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { newPushId } from '../../src/gateway/content/test-client.ts';
import type { Files } from '../../src/gateway/content/test-client.ts';
import { makeScene } from '../program.ts';
import { Client } from './client.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Head } from './world.ts';

/**
 * Loaded before the gateway: from the first push on it counts what is done to the disk and the ledger, and kills the process
 * where it comes to the n-th, before it or after it.
 */
const killer = `
const fs = require('node:fs');
const http = require('node:http');
const sqlite = require('node:sqlite');
let count = 0;
let armed = false;
const kill = () => process.kill(process.pid, 'SIGKILL');
function watch(object, name) {
  const real = object[name];
  object[name] = function (...args) {
    if (!armed) return real.apply(this, args);
    count += 1;
    const at = Number(process.env.KILL_AT);
    if (count === at) kill();
    const result = real.apply(this, args);
    if (count === at - 0.5) kill();
    return result;
  };
}
for (const name of ['open', 'rename', 'mkdir', 'rm']) watch(fs.promises, name);
fs.promises.open(__filename).then(async (file) => {
  for (const name of ['writeFile', 'sync', 'close']) watch(Object.getPrototypeOf(file), name);
  await file.close();
});
watch(sqlite.DatabaseSync.prototype, 'exec');
watch(sqlite.StatementSync.prototype, 'all');
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, ...rest) {
  if (event === 'request' && request.method === 'POST') armed = true;
  return emit.call(this, event, request, ...rest);
};
process.on('exit', () => process.stderr.write('steps: ' + count));
`;

const scene = makeScene();
const base = path.join(scene.dir, 'base');
const before: Files = { 'state/skills/a/SKILL.md': 'old a', 'state/skills/b/SKILL.md': 'old b' };
const changed: Files = { 'state/skills/a/SKILL.md': 'new a', 'state/skills/c/SKILL.md': 'new c' };
const gone = ['state/skills/b/SKILL.md'];
const after: Files = changed;
let key = '';

/** A copy of the gateway that holds one revision. */
function freshData(name: string): string {
  const dir = path.join(scene.dir, name);
  fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  fs.cpSync(base, dir, { recursive: true });
  return dir;
}

beforeAll(async () => {
  scene.snappy('init');
  scene.write('killer.cjs', killer);
  const gateway = await startGateway(scene, ['--data', base, '--apply']);
  key = /^SNAPPY_MASTER_KEY=(.*)$/m.exec(scene.read('home/snappy-os/.env.cache'))?.[1] ?? '';
  await new Client(gateway, key).push({ base: 0, changed: before });
  await gateway.stop();
});

/** The files of the private tier, whole: `readPull` has held each to its sha256. */
async function contentsAt(gateway: GatewayProcess): Promise<{ rev: number; files: Files }> {
  const { document, contents } = await new Client(gateway, key).pull();
  const tier = document.tiers.find(({ tier: name }) => name === 'private');
  return { rev: tier?.head.rev ?? 0, files: contents['private'] ?? {} };
}

async function pushUntilKilled(
  data: string,
  at: number,
  pushId: string,
): Promise<{ acknowledged: boolean; steps: number }> {
  const node = ['--require', path.join(scene.dir, 'killer.cjs')];
  const gateway = await startGateway(scene, ['--data', data], { node, env: { KILL_AT: String(at) } });
  const push = { base: 1, before, changed, gone, pushId };
  const answer = await new Client(gateway, key).push<Head>(push).catch(() => undefined);
  const { stderr } = await gateway.stop();
  return { acknowledged: answer?.status === 200, steps: Number(/steps: (\d+)/.exec(stderr)?.[1] ?? 0) };
}

describe('a gateway that is killed', () => {
  test('at any step of a push has the old revision or the new one, and takes the same push again', async () => {
    const { steps, acknowledged } = await pushUntilKilled(freshData('whole'), 1e9, newPushId());
    expect(acknowledged).toBe(true);
    expect(steps).toBeGreaterThan(10);
    const seen = new Set<number>();
    for (let at = 1; at <= steps; at += 1) {
      const pushId = newPushId();
      const data = freshData('killed');
      const killed = await pushUntilKilled(data, at, pushId);
      const gateway = await startGateway(scene, ['--data', data]);
      const { rev, files } = await contentsAt(gateway);
      expect(files, `killed at step ${at}`).toEqual(rev === 1 ? before : after);
      expect(killed.acknowledged && rev === 1, `lost at step ${at}`).toBe(false);
      const again = await new Client(gateway, key).push<Head>({ base: 1, before, changed, gone, pushId });
      expect(again.status).toBe(200);
      expect(again.body).toMatchObject({ head: { rev: 2 }, repeated: rev === 2 });
      expect((await contentsAt(gateway)).files).toEqual(after);
      await gateway.stop();
      seen.add(rev);
    }
    // Else it was killed too early or too late to tell anything.
    expect(seen).toEqual(new Set([1, 2]));
  });

  test('in the middle of many pushes keeps each that it has acknowledged', async () => {
    const data = freshData('many');
    let known = 1;
    let files = before;
    for (const acknowledgedAtMost of [1, 3, 7, 2, 12]) {
      const gateway = await startGateway(scene, ['--data', data]);
      const client = new Client(gateway, key);
      const found = await contentsAt(gateway);
      // All that was acknowledged, and the one push beside it that was not answered: as a whole or not at all.
      expect(found.files).toMatchObject(files);
      expect(Object.keys(found.files)).toHaveLength(Object.keys(files).length + found.rev - known);
      expect([known, known + 1]).toContain(found.rev);
      ({ rev: known, files } = found);
      for (let n = 0; n < acknowledgedAtMost; n += 1) {
        const more = { [`state/skills/s${known}/SKILL.md`]: `text ${known}` };
        const answer = await client.push<Head>({ base: known, before: files, changed: more });
        expect(answer.status).toBe(200);
        known = answer.body.head.rev;
        files = { ...files, ...more };
      }
      const last = client.push({
        base: known,
        before: files,
        changed: { 'state/skills/last/SKILL.md': `last ${known}` },
      });
      const ended = gateway.stop('SIGKILL');
      await last.catch(() => undefined);
      await ended;
    }
  });
});

describe('a ledger that a power cut has torn', () => {
  const harm: readonly (readonly [string, (wal: Buffer) => Buffer])[] = [
    ['no last bytes', (wal) => wal.subarray(0, wal.length - 100)],
    ['no last page', (wal) => wal.subarray(0, wal.length - 4_120)],
    ['half of it alone', (wal) => wal.subarray(0, wal.length / 2)],
    ['nothing in it', () => Buffer.alloc(0)],
    ['noise in its last page', (wal) => Buffer.concat([wal.subarray(0, wal.length - 50), Buffer.alloc(50, 0xa5)])],
    [
      'noise in its middle',
      (wal) => Buffer.concat([wal.subarray(0, wal.length / 2), Buffer.alloc(wal.length / 2, 0xa5)]),
    ],
  ];
  test.each(harm)('whose journal has %s is whole at an older revision, and goes on', async (_, spoil) => {
    const data = freshData('torn');
    const first = await startGateway(scene, ['--data', data]);
    const client = new Client(first, key);
    const revisions: Files[] = [{}, before];
    for (let rev = 1; rev < 4; rev += 1) {
      const files = revisions[rev] ?? {};
      const more = { [`state/skills/s${rev}/SKILL.md`]: `text ${rev}` };
      expect((await client.push({ base: rev, before: files, changed: more })).status).toBe(200);
      revisions.push({ ...files, ...more });
    }
    await first.stop('SIGKILL');
    const wal = path.join(data, 'ledger.sqlite-wal');
    fs.writeFileSync(wal, spoil(fs.readFileSync(wal)));
    // It is the index of what was there, and made anew.
    fs.rmSync(path.join(data, 'ledger.sqlite-shm'), { force: true });

    const second = await startGateway(scene, ['--data', data]);
    const { rev, files } = await contentsAt(second);
    expect(files).toEqual(revisions[rev]);
    const more = { 'state/skills/next/SKILL.md': 'next' };
    expect((await new Client(second, key).push({ base: rev, before: files, changed: more })).status).toBe(200);
    expect((await contentsAt(second)).files).toEqual({ ...files, ...more });
    await second.stop();
  });
});
