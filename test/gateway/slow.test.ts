import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { makePush } from '../../src/gateway/content/test-client.ts';
import type { Files } from '../../src/gateway/content/test-client.ts';
import { makeScene } from '../program.ts';
import type { Client } from './client.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { World } from './world.ts';
import type { Head } from './world.ts';

const scene = makeScene();
const data = path.join(scene.dir, 'gateway');
let gateway: GatewayProcess;
let client: Client;
let honestKey = '';
/** A key of somebody else, who is slow. */
let slowKey = '';

beforeAll(async () => {
  scene.snappy('init');
  gateway = await startGateway(scene, ['--data', data, '--apply']);
  const operatorKey = /^SNAPPY_MASTER_KEY=(.*)$/m.exec(scene.read('home/snappy-os/.env.cache'))?.[1] ?? '';
  const { url } = gateway;
  const world = new World({ name: 'a process', url, operatorKey, sql: async () => [], stop: async () => {} });
  ({ client, key: honestKey } = await world.join());
  slowKey = (await world.join()).key;
});

/** The memory of the gateway now, in megabytes. */
function memory(): number {
  const status = fs.readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** What lies in the store, and what is half-way into it. */
function objects(): string[] {
  const found = fs.readdirSync(path.join(data, 'store'), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  return files.toSorted((a, b) => a.localeCompare(b));
}

/** Open files of the gateway's process. */
const openFiles = (): number => fs.readdirSync(`/proc/${gateway.pid}/fd`).length;

const headOf = (key: string, method: string, address: string, ...more: string[]): string =>
  [`${method} ${address} HTTP/1.1`, 'host: gateway.test', `authorization: Bearer ${key}`, ...more, '', ''].join('\r\n');

async function connect(): Promise<net.Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('two hundred connections that send a byte a second are ended, and honest requests are answered meanwhile', async () => {
  const { query } = makePush({ base: 0 });
  const long = 'content-length: 10000000';
  // Some never end their head, some their body: with a key, or without one where none is asked for.
  const beginnings = [
    headOf(slowKey, 'GET', '/_pull?repo=os&since=0').slice(0, -2),
    headOf(slowKey, 'POST', `/_push?${query}`, long),
    headOf(slowKey, 'POST', `/_push?${query}`, 'transfer-encoding: chunked'),
    headOf(slowKey, 'POST', '/invite/redeem', 'content-type: application/json', 'content-length: 50'),
  ];
  const slow = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const socket = (await connect()).resume();
      const beginning = beginnings[at % beginnings.length] ?? '';
      socket.write(beginning);
      return { socket, byte: beginning.includes('chunked') ? '1\r\nx\r\n' : 'x' };
    }),
  );
  const trickle = setInterval(() => {
    for (const { socket, byte } of slow) if (socket.writable) socket.write(byte);
  }, 1_000);
  let slowest = 0;
  let rev = 0;
  let before: Files = {};
  for await (const _ of every(250)) {
    if (slow.every(({ socket }) => socket.closed)) break;
    const started = performance.now();
    const changed = { 'state/skills/a/SKILL.md': `text ${rev}` };
    const answer = await client.push<Head>({ base: rev, before, changed });
    expect(answer).toMatchObject({ status: 200, body: { head: { rev: rev + 1 } } });
    expect((await client.pull()).contents['private']).toEqual(changed);
    slowest = Math.max(slowest, performance.now() - started);
    rev += 1;
    before = changed;
  }
  clearInterval(trickle);
  expect(rev).toBeGreaterThan(10);
  // Far more than it takes, and far less than the slow ones have: it was nobody's turn that they had.
  expect(slowest).toBeLessThan(5_000);
});

/** Files of a million bytes each, which become three quarters of that when they are compressed. */
function noise(megabytes: number): Files {
  const text = (): string => randomBytes(750_000).toString('base64');
  return Object.fromEntries(Array.from({ length: megabytes }, (_, at) => [`sources/noise-${at}.txt`, text()]));
}

test('a client that goes away in the middle of a push or a pull leaves no file and no memory behind', async () => {
  const { document, contents } = await client.pull();
  const rev = document.tiers.find(({ tier }) => tier === 'private')?.head.rev ?? 0;
  const before = contents['private'] ?? {};
  const large = noise(12);
  expect((await client.push({ base: rev, before, changed: large, filesOfFrame: 1 })).status).toBe(200);

  const { body, query } = makePush({
    base: rev + 1,
    before: { ...before, ...large },
    changed: noise(18),
    filesOfFrame: 1,
  });
  const abandonPush = async (): Promise<void> => {
    const socket = await connect();
    socket.write(headOf(honestKey, 'POST', `/_push?${query}`, `content-length: ${body.length}`));
    const half = body.subarray(0, body.length - 1_000);
    await new Promise((resolve) => void socket.write(half, resolve));
    socket.destroy();
  };
  const abandonPull = async (): Promise<void> => {
    const socket = await connect();
    socket.write(headOf(honestKey, 'GET', '/_pull?repo=os&since=0&scope=all&accept=zstd'));
    await once(socket, 'data');
    socket.destroy();
  };
  const kept = objects();
  const handles = openFiles();
  const round = async (): Promise<void> => {
    await Promise.all([...Array.from({ length: 4 }, abandonPush), ...Array.from({ length: 4 }, abandonPull)]);
  };
  for (let n = 0; n < 4; n += 1) await round();
  const first = memory();
  for (let n = 0; n < 12; n += 1) await round();
  // What had come of a push is taken out again once its end was seen.
  const patience = { timeout: 30_000 };
  await expect.poll(openFiles, patience).toBeLessThanOrEqual(handles);
  await expect.poll(objects, patience).toEqual(kept);
  // 48 pushes of 14 megabytes, some of which the store had already, and as many pulls of nine.
  expect(memory() - first).toBeLessThan(200);
  const after = await client.pull();
  expect(after.document.tiers.find(({ tier }) => tier === 'private')?.head.rev).toBe(rev + 1);
  expect(after.contents['private']).toEqual({ ...before, ...large });
});
