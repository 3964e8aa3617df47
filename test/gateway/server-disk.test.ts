import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Files } from '../../src/gateway/content/test-client.ts';
import { makeScene } from '../program.ts';
import { Client } from './client.ts';
import { startGateway } from './gateway-process.ts';

/** A disk of four megabytes; where this user may not make one, files that may not grow beyond four. */
const small = 4 * 1024 * 1024;
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
const kind = mayMount
  ? 'a disk of four megabytes'
  : 'files of four megabytes at most, since this user may make no disk';
const script = mayMount
  ? `mount -t tmpfs -o size=${small} tmpfs "$0" && exec "$@"`
  : `trap '' XFSZ; ulimit -f ${small / 512}; exec "$@"`;

const scene = makeScene();
const data = path.join(scene.dir, 'gateway');

beforeAll(() => {
  scene.snappy('init');
  fs.mkdirSync(data);
});

function noise(megabytes: number): Files {
  const text = randomBytes(megabytes * 750_000).toString('base64');
  const pieces = text.match(/.{1,900000}/g) ?? [];
  return Object.fromEntries(pieces.map((piece, at) => [`sources/noise-${at}.txt`, piece]));
}

test(`on ${kind} a push that does not fit is refused as a whole, and the next one is taken`, async () => {
  const words = mayMount ? ['unshare', '--mount'] : [];
  const gateway = await startGateway(scene, ['--data', data, '--apply'], {
    around: [...words, 'sh', '-c', script, data],
  });
  const key = /^SNAPPY_MASTER_KEY=(.*)$/m.exec(scene.read('home/snappy-os/.env.cache'))?.[1] ?? '';
  const client = new Client(gateway, key);
  const first = { 'state/skills/a/SKILL.md': 'a' };
  expect((await client.push({ base: 0, changed: first })).status).toBe(200);

  const refused = await client.push({ base: 1, before: first, changed: noise(6), filesOfFrame: 1 });
  expect(refused).toMatchObject({ status: 503, body: { code: 'storage' } });
  const { document, contents } = await client.pull();
  expect(document.tiers[0]?.head.rev).toBe(1);
  expect(contents['private']).toEqual(first);

  // What was half written is gone from the disk, so that there is room for what fits.
  const second = { 'state/skills/b/SKILL.md': 'b', ...noise(1) };
  expect((await client.push({ base: 1, before: first, changed: second, filesOfFrame: 1 })).status).toBe(200);
  expect((await client.pull()).contents['private']).toEqual({ ...first, ...second });
  expect((await gateway.stop()).status).toBe(0);
});
