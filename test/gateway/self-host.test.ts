import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSettings } from '../../src/gateway/adapters/settings.ts';
import { migrations } from '../../src/gateway/schema.ts';
import { makeScene } from '../program.ts';
import { Client } from './client.ts';
import { startGateway } from './gateway-process.ts';
import { skill } from './world.ts';

const root = path.resolve(import.meta.dirname, '../..');
const page = fs.readFileSync(path.join(root, 'docs/self-host.md'), 'utf8');

/** The first block of a kind on the page that has a text in it. */
function blockOf(language: string, having = ''): string {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
  const found = [...blocks].map(([, block = '']) => block).find((block) => block.includes(having));
  if (found === undefined) throw new Error(`docs/self-host.md has no block of ${language}`);
  return found;
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

const scene = makeScene();

test('the settings on the page are settings', () => {
  expect(parseSettings(JSON.parse(blockOf('json')), {}, 'the page')).toMatchObject({
    publicUrl: 'https://skills.example.com',
  });
  // What is to stand in it in the place of something, and what may.
  for (const part of ['"kind": "s3"', '"limits"']) {
    const file: unknown = { ...JSON.parse(blockOf('json')), ...JSON.parse(`{${blockOf('json', part)}}`) };
    expect(JSON.stringify(parseSettings(file, {}, 'the page'))).toContain(part.replace(' ', ''));
  }
});

test('the settings of the Worker name what the Worker asks for, and the migrations are there', () => {
  const text = fs.readFileSync(path.join(root, 'wrangler.jsonc'), 'utf8');
  for (const binding of ['STORE', 'LEDGER', 'CACHE']) expect(text).toContain(`"binding": "${binding}"`);
  const folder = /"migrations_dir": "(.*?)"/.exec(text)?.[1] ?? '';
  const files = fs.readdirSync(path.join(root, folder));
  expect(files).toEqual(migrations.map(({ name }) => `${name}.sql`));
});

test(`the unit is one that systemd takes${isThere('systemd-analyze') ? '' : ' (not asked: it is not on this machine)'}`, () => {
  const unit = blockOf('ini');
  expect(unit).toContain('ExecStart=/usr/bin/env snappy gateway --data ${STATE_DIRECTORY} --apply');
  scene.write('snappy-gateway.service', unit);
  const { error, status, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', path.join(scene.dir, 'snappy-gateway.service')],
    {
      encoding: 'utf8',
    },
  );
  const isFine = error !== undefined || (status === 0 && stderr === '');
  expect(isFine, stderr).toBe(true);
});

describe(`behind nginx by the page${isThere('nginx') ? '' : ' (straight: nginx is not on this machine)'}`, () => {
  let url = '';
  let key = '';
  let stop: () => Promise<unknown> = async () => {};

  beforeAll(async () => {
    scene.snappy('init');
    const data = path.join(scene.dir, 'gateway');
    const first = await startGateway(scene, ['--data', data, '--apply']);
    await first.stop();
    key = /^SNAPPY_MASTER_KEY=(.*)$/m.exec(scene.read('home/snappy-os/.env.cache'))?.[1] ?? '';
    const settings = JSON.parse(scene.read('gateway/gateway.json')) as object;
    scene.write('gateway/gateway.json', JSON.stringify({ ...settings, trustedProxies: ['127.0.0.1'] }));
    const gateway = await startGateway(scene, ['--data', data]);
    url = isThere('nginx') ? await startNginx(gateway.url) : gateway.url;
  });
  afterAll(() => stop());

  /** nginx with the page's own words, but for certificates and ports. */
  async function startNginx(backend: string): Promise<string> {
    const port = await freePort();
    const server = blockOf('nginx')
      .replace(/^ *(?:ssl_certificate|ssl_certificate_key) .*\n/gm, '')
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace('http://127.0.0.1:3180', backend);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${scene.dir}/${name};`,
    );
    scene.write(
      'nginx.conf',
      `daemon off;\npid ${scene.dir}/nginx.pid;\nerror_log ${scene.dir}/error.log;\nevents {}\nhttp {\n${folders.join('\n')}\n${server}}\n`,
    );
    const words = ['-e', `${scene.dir}/error.log`, '-c', path.join(scene.dir, 'nginx.conf')];
    const child = spawn('nginx', words, { stdio: 'ignore' });
    stop = async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    };
    const address = `http://127.0.0.1:${port}`;
    await vi.waitFor(() => fetch(address), { timeout: 10_000 });
    return address;
  }

  test('a push and a pull go through', async () => {
    const client = new Client({ url }, key);
    const changed = { ...skill('a'), 'sources/large.txt': 'x'.repeat(3_000_000) };
    expect((await client.push({ base: 0, changed, codec: 'none' })).status).toBe(200);
    expect((await client.pull()).contents['private']).toEqual(changed);
  });

  test('what a client says of its own address counts for nothing', async () => {
    // From another address of this machine: its own is the proxy's, which is believed.
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const request = http.get(`${url}/tenants/me`, { localAddress: '127.0.0.2', agent: false, headers });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(response.resume().statusCode).toBe(401);
    const database = path.join(scene.dir, 'gateway/ledger.sqlite');
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const ledger = new DatabaseSync(database, { readOnly: true });
    const subjects = (): unknown[] =>
      ledger
        .prepare("SELECT subject FROM audit WHERE outcome = 'refused'")
        .all()
        .map(({ subject }) => subject);
    await expect.poll(subjects, { timeout: 10_000 }).toContain('127.0.0.2');
    expect(subjects()).not.toContain('203.0.113.7');
    ledger.close();
  });
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}
