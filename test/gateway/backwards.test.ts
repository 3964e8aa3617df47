import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeScene } from '../program.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { shiftedClock } from './shifted-clock.ts';
import { joinTree, operatorOf } from './trees.ts';
import type { Tree } from './trees.ts';

/** An answer as it went over the line. */
interface Recorded {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Somebody between the machines and their gateway, who hands everything on, keeps the last answers, and may play them again. */
class Between {
  readonly last = new Map<string, Recorded>();
  readonly replayed = new Map<string, Recorded>();
  target = '';
  #server = http.createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = 'GET', url = '/', headers } = request;
    const name = `${method} ${url.split('?')[0] ?? ''}`;
    const found = this.replayed.get(name) ?? (await this.#pass(method, url, headers, Buffer.concat(pieces)));
    this.last.set(name, found);
    response.writeHead(found.status, found.headers).end(found.body);
  }

  async #pass(method: string, url: string, headers: http.IncomingHttpHeaders, body: Buffer): Promise<Recorded> {
    const request = http.request(`${this.target}${url}`, { method, headers, agent: false }).end(body);
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) };
  }
}

const scene = makeScene();
const data = path.join(scene.dir, 'gateway');
const between = new Between();
afterEach(() => between.replayed.clear());
afterAll(() => between.close());
const skill = (name: string): string => `state/skills/${name}/SKILL.md`;
const apply = '--apply';
/** A text that grows as loaders do. */
const lines = (...items: string[]): string => `# Kept\n\n${items.map((item) => `- ${item}\n`).join('')}`;
const first = lines('first');
const better = lines('first', 'better');
const best = lines('first', 'better', 'best');

let gateway: GatewayProcess;
let one: Tree;
let two: Tree;

async function serve(...args: string[]): Promise<void> {
  gateway = await startGateway(scene, ['--data', data, ...args]);
  between.target = gateway.url;
}

/** Puts the folder of the gateway back as it was when it was copied. */
async function putBack(copy: string): Promise<void> {
  await gateway.stop();
  fs.rmSync(data, { recursive: true });
  fs.cpSync(copy, data, { recursive: true });
  await serve();
}

async function pushed(tree: Tree, file: string, text: string): Promise<void> {
  tree.write(file, text);
  await tree.json('push', apply);
}

/** Whatever was refused: each tree, and one that is new, ends with the same, and with all of this. */
async function expectWhole(files: Record<string, string>): Promise<void> {
  for (const tree of [one, two]) {
    await tree.json('pull', apply);
    await tree.json('push', apply);
  }
  await one.json('pull', apply);
  const fresh = await joinTree(scene, randomUUID(), one, '--same-tenant');
  await fresh.json('pull', apply);
  expect(one.files()).toMatchObject(files);
  expect(two.files()).toEqual(one.files());
  expect(fresh.files()).toEqual(one.files());
}

beforeAll(async () => {
  const operator = operatorOf(scene);
  await serve(apply);
  const { url } = gateway;
  await gateway.stop();
  const address = await between.listen();
  scene.write('home/snappy-os/.env.cache', scene.read('home/snappy-os/.env.cache').replace(url, address));
  fs.rmSync(path.join(operator.dir, 'state/log/gateway/trust.json'));
  await serve('--public-url', address);
  one = await joinTree(scene, 'one', operator);
  two = await joinTree(scene, 'two', one, '--same-tenant');
  await pushed(one, skill('kept'), first);
  await two.json('pull', apply);
});

test('an older answer that is played once more is refused by pull, push and status, and harms nothing', async () => {
  await two.json('pull', apply);
  const old = between.last.get('GET /_pull');
  if (old === undefined) throw new Error('nothing was recorded');
  await pushed(one, skill('kept'), better);
  await two.json('pull', apply);
  two.write(skill('meanwhile'), 'meanwhile\n');
  const before = { files: two.files(), known: two.known() };

  between.replayed.set('GET /_pull', old);
  for (const args of [
    ['pull', apply],
    ['push', apply],
    ['status', '--repo', 'os'],
  ]) {
    const { status, stderr } = await two.snappy(...args);
    expect(status, args.join(' ')).toBe(3);
    expect(stderr, args.join(' ')).toMatch(/the gateway is at revision \d+ of private:\w+, and was at \d+ before/);
    expect(stderr).toContain('nothing was changed\n');
    expect(stderr).toContain('remove state/log/gateway/*.known and run this again');
  }
  // An hour later it is no answer of that time, whatever its revision.
  const late = await two.snappyUnder(shiftedClock(scene, 60), 'pull', apply);
  expect(late.status).toBe(3);
  expect({ files: two.files(), known: two.known() }).toEqual(before);
  between.replayed.clear();
  await expectWhole({ [skill('kept')]: better, [skill('meanwhile')]: 'meanwhile\n' });
});

test('an old answer to a push is refused; what was pushed has landed, and the next push finds that out', async () => {
  const old = between.last.get('POST /_push');
  if (old === undefined) throw new Error('nothing was recorded');
  between.replayed.set('POST /_push', old);
  one.write(skill('again'), 'again\n');
  const { status, stderr } = await one.snappy('push', apply);
  expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining('revision') as unknown });
  between.replayed.clear();
  await expectWhole({ [skill('again')]: 'again\n' });
});

test('a gateway that was put back from a copy is refused; whoever takes it as it is brings back all that it has lost', async () => {
  const copy = path.join(scene.dir, 'copy');
  await gateway.stop();
  fs.cpSync(data, copy, { recursive: true });
  await serve();
  await pushed(one, skill('later'), 'later\n');
  await two.json('pull', apply);
  await pushed(two, skill('kept'), best);
  await one.json('pull', apply);
  await putBack(copy);

  one.write(skill('of-one'), 'one\n');
  two.write(skill('of-two'), 'two\n');
  const before = [one, two].map((tree) => ({ files: tree.files(), known: tree.known() }));
  const refusals: string[] = [];
  for (const tree of [one, two]) {
    for (const args of [
      ['pull', apply],
      ['push', apply],
      ['status', '--repo', 'os'],
    ]) {
      const { status, stderr } = await tree.snappy(...args);
      expect(status, `${args.join(' ')}: ${stderr}`).not.toBe(0);
      refusals.push(`${args.join(' ')}: ${stderr}`);
    }
  }
  for (const said of refusals) {
    expect(said).toMatch(/revision \d+/);
    expect(said).toContain('it was perhaps put back from a backup: ask its operator');
    expect(said).toContain('remove state/log/gateway/*.known and run this again');
  }
  expect([one, two].map((tree) => ({ files: tree.files(), known: tree.known() }))).toEqual(before);

  for (const tree of [one, two]) tree.forgetGateway();
  await expectWhole({
    [skill('later')]: 'later\n',
    [skill('kept')]: best,
    [skill('of-one')]: 'one\n',
    [skill('of-two')]: 'two\n',
  });
});
