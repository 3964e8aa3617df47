import { once } from 'node:events';
import net from 'node:net';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePush } from '../../src/gateway/content/test-client.ts';
import { encodeRecord, endRecord, magic } from '../../src/sync/wire/frames.ts';
import { homes } from './homes.ts';
import type { HomeKind, RunningHome } from './homes.ts';
import { World } from './world.ts';
import type { Tenant } from './world.ts';

/** The head of a request as it goes over the wire, with whatever it claims of its body. */
function headOf(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: 'gateway.test', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends these bytes and no more, keeps the connection open, and gives what comes back until the other side closes it. */
async function sayAndListen(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return heard;
}

describe.each(homes)('a hostile body to a gateway on $name', (kind: HomeKind) => {
  let home: RunningHome;
  let ann: Tenant;
  beforeAll(async () => {
    home = await kind.start();
    ann = await new World(home).join();
  });
  afterAll(() => home.stop());

  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${ann.key}` });

  async function pushRaw(...records: Uint8Array[]): Promise<Response> {
    const { query } = makePush({ base: 0 });
    const body = new Uint8Array(Buffer.concat([magic, ...records, endRecord()]));
    return ann.client.fetch(`/_push?${query}`, { method: 'POST', body });
  }

  async function expectNothing(): Promise<void> {
    const { document } = await ann.client.pull();
    expect(document.tiers.find(({ tier }) => tier === 'private')?.head.rev).toBe(0);
  }

  test('that declares ten gigabytes is refused at its head, with none of it sent', async () => {
    const { query } = makePush({ base: 0 });
    const heard = await sayAndListen(
      home.url,
      headOf('POST', `/_push?${query}`, { ...bearer(), 'content-length': String(10 * 1024 ** 3) }),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
    await expectNothing();
  });

  test('without a key is refused at its head, with none of it sent', async () => {
    const { query } = makePush({ base: 0 });
    const heard = await sayAndListen(home.url, headOf('POST', `/_push?${query}`, { 'content-length': '1000000' }));
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('that becomes a hundred times what it says is stopped there', async () => {
    const bomb = Buffer.alloc(100 * 1024 * 1024);
    for (const [codec, payload] of [
      ['gzip', zlib.gzipSync(bomb)],
      ['zstd', zlib.zstdCompressSync(bomb)],
    ] as const) {
      for (const rawSize of [1_000, 1024 * 1024, 5 * 1024 * 1024]) {
        const answer = await pushRaw(...encodeRecord('frame', codec, payload, rawSize));
        expect([400, 413, 422]).toContain(answer.status);
      }
      const honest = await pushRaw(...encodeRecord('frame', codec, payload, bomb.length));
      expect([400, 413]).toContain(honest.status);
    }
    await expectNothing();
  });

  test('whose document is a bomb, or nested without end, is refused', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(60 * 1024 * 1024, 0x20));
    expect((await pushRaw(...encodeRecord('document', 'gzip', bomb, 60 * 1024 * 1024))).status).toBe(413);
    const deep = Buffer.from('['.repeat(200_000));
    expect((await pushRaw(...encodeRecord('document', 'none', deep, deep.length))).status).toBe(400);
    await expectNothing();
  });

  test('of noise is refused, whatever length it has', async () => {
    const { query } = makePush({ base: 0 });
    for (const size of [0, 1, 4, 5, 14, 15, 100_000]) {
      const noise = Uint8Array.from({ length: size }, (_, at) => (at * 7919) % 251);
      const answer = await ann.client.fetch(`/_push?${query}`, { method: 'POST', body: noise });
      expect(answer.status, `${size} bytes`).toBe(400);
    }
  });

  test('of JSON that is too long or no JSON is refused', async () => {
    const post = (body: string): Promise<Response> =>
      ann.client.fetch('/invite/redeem', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect((await post('{')).status).toBe(400);
    expect((await post(`"${'x'.repeat(70_000)}"`)).status).toBe(413);
  });

  test('leaves the gateway as well as it was', async () => {
    const { status } = await ann.client.push({ base: 0, changed: { 'state/skills/a/SKILL.md': 'a' } });
    expect(status).toBe(200);
  });
});
