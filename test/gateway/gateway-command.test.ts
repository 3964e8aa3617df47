import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScene } from '../program.ts';
import { Client } from './client.ts';
import { startGateway } from './gateway-process.ts';
import { skill } from './world.ts';

const scene = makeScene();
const data = path.join(scene.dir, 'gateway');
const tree = path.join(scene.home, 'snappy-os');
const envFile = path.join(tree, '.env.cache');

beforeAll(() => {
  scene.snappy('init');
});

function valueOf(name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(fs.readFileSync(envFile, 'utf8'))?.[1] ?? '';
}

describe('the first start', () => {
  test('shows what it would make, and makes nothing', () => {
    const { status, stdout } = scene.snappy('gateway', '--data', data);
    expect(status).toBe(0);
    expect(stdout).toContain('its master key is made, and kept in its .env.cache');
    expect(stdout).toMatch(/Nothing was changed: this was the plan; add --apply/);
    expect(fs.existsSync(data)).toBe(false);
    expect(fs.existsSync(envFile)).toBe(false);
  });

  test('takes a port first, and makes nothing when that is not to be had', async () => {
    const other = http.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = scene.snappy('gateway', '--data', data, '--port', String(port), '--apply');
    other.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} cannot be listened on: another program listens there`);
    expect(fs.existsSync(path.join(data, 'gateway.json'))).toBe(false);
    expect(fs.existsSync(envFile)).toBe(false);
  });

  test('makes a gateway, and its operator of this tree; the next one serves it as it was left', async () => {
    const first = await startGateway(scene, ['--data', data, '--apply']);
    expect(first.told['fresh']).toBe(true);
    expect(valueOf('SNAPPY_GATEWAY')).toBe(first.url);
    expect(fs.statSync(envFile).mode & 0o777).toBe(0o600);
    expect(fs.statSync(data).mode & 0o777).toBe(0o700);
    const trust = JSON.parse(fs.readFileSync(path.join(tree, 'state/log/gateway/trust.json'), 'utf8')) as Record<
      string,
      string
    >;
    const operator = new Client(first, valueOf('SNAPPY_MASTER_KEY'));
    const me = await operator.json('GET', '/tenants/me');
    expect(me.body).toMatchObject({ role: 'operator', tenant: trust['tenant'] });
    expect((await operator.push({ base: 0, changed: skill('a') })).status).toBe(200);
    const stopped = await first.stop();
    expect(stopped).toMatchObject({ status: 0, stderr: '' });

    const second = await startGateway(scene, ['--data', data]);
    expect(second.told).toMatchObject({ fresh: false, fingerprint: first.told['fingerprint'] });
    const again = new Client(second, valueOf('SNAPPY_MASTER_KEY'));
    expect((await again.pull()).contents['private']).toEqual(skill('a'));
    await second.stop('SIGINT');
  });
});

describe('a folder', () => {
  test('is served by one process; another is told by which', async () => {
    const one = await startGateway(scene, ['--data', data]);
    const { status, stderr } = scene.snappy('gateway', '--data', data, '--port', '0');
    expect(status).toBe(1);
    expect(stderr).toContain(`a gateway serves ${data} already: process ${one.pid}`);
    // Killed, it leaves nothing behind that would have to be removed.
    await one.stop('SIGKILL');
    await (await startGateway(scene, ['--data', data])).stop();
  });

  test('whose settings are torn or wrong is told by the field, and left as it is', () => {
    const file = path.join(data, 'gateway.json');
    const whole = fs.readFileSync(file, 'utf8');
    const said = (text: string): string => {
      fs.writeFileSync(file, text);
      const { status, stderr } = scene.snappy('gateway', '--data', data, '--port', '0');
      expect(status).toBe(1);
      expect(fs.readFileSync(file, 'utf8')).toBe(text);
      return stderr;
    };
    expect(said(whole.slice(0, 40))).toContain(`${file} is not JSON: at character 40`);
    expect(said(whole.replace('"files"', '"ftp"'))).toContain('store.kind is not as expected: files or s3');
    expect(said(whole.replace(/"secret": "[^"]*"/, '"secret": "short"'))).toContain(
      'secret is not as expected: at least 32',
    );
    fs.writeFileSync(file, whole);
  });

  test('whose ledger is damaged is refused, with the ledger as it was', () => {
    const copy = path.join(scene.dir, 'damaged');
    fs.cpSync(data, copy, { recursive: true });
    const ledger = path.join(copy, 'ledger.sqlite');
    const bytes = fs.readFileSync(ledger);
    bytes.fill(0x5a, 4_096, 24_000);
    fs.writeFileSync(ledger, bytes);
    const { status, stderr } = scene.snappy('gateway', '--data', copy, '--port', '0');
    expect(status).toBe(1);
    expect(stderr).toContain(`the ledger ${ledger} cannot be used`);
    expect(stderr).toContain('backup');
    expect(fs.readFileSync(ledger).equals(bytes)).toBe(true);
  });

  test('that holds other things, or cannot be made, is refused', () => {
    const inFile = path.join(scene.dir, 'a-file', 'below');
    scene.write('a-file', '');
    scene.write('others/letter.txt', 'mine');
    const env = ['--port', '0', '--apply'];
    expect(scene.snappy('gateway', '--data', path.join(scene.dir, 'others'), ...env)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('holds letter.txt, but no gateway.json') as unknown,
    });
    fs.rmSync(envFile);
    expect(scene.snappy('gateway', '--data', inFile, ...env)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('a file stands where a folder is needed') as unknown,
    });
    expect(fs.existsSync(envFile)).toBe(false);
  });
});

describe('the tree of an operator', () => {
  test('that belongs to another gateway stays with it', () => {
    fs.writeFileSync(envFile, 'SNAPPY_GATEWAY=https://elsewhere.example\nSNAPPY_MASTER_KEY=snappy_abc\n');
    const { status, stderr } = scene.snappy('gateway', '--data', path.join(scene.dir, 'new'), '--apply');
    expect(status).toBe(3);
    expect(stderr).toContain('belongs to the gateway at https://elsewhere.example already');
    expect(fs.existsSync(path.join(scene.dir, 'new'))).toBe(false);
  });

  test('whose key could be guessed is refused, without a word of the key', () => {
    fs.writeFileSync(envFile, 'SNAPPY_MASTER_KEY=passwordpassword\n');
    const { status, stderr } = scene.snappy('gateway', '--data', path.join(scene.dir, 'new'), '--apply');
    expect(status).toBe(3);
    expect(stderr).toContain('is too weak for an operator');
    expect(stderr).not.toContain('passwordpassword');
  });

  test('of a gateway elsewhere gets a key, and the same secrets each time they are asked for', () => {
    fs.rmSync(envFile);
    const words = ['gateway', 'operator', '--public-url', 'https://skills.example/', '--secrets'];
    const plan = scene.snappy(...words);
    expect(plan.stdout).toContain('Nothing was changed');
    expect(fs.existsSync(envFile)).toBe(false);
    const first = scene.snappy(...words, '--apply', '--json');
    const secrets = JSON.parse(first.stdout) as Record<string, string>;
    expect(Object.keys(secrets).toSorted()).toEqual(['GATEWAY_PUBLIC_URL', 'GATEWAY_SECRET', 'OPERATOR_KEY_HASH']);
    expect(secrets['GATEWAY_PUBLIC_URL']).toBe('https://skills.example');
    expect(JSON.parse(scene.snappy(...words, '--apply', '--json').stdout)).toEqual(secrets);
    const text = scene.snappy(...words, '--apply').stdout;
    expect(text).toContain(secrets['OPERATOR_KEY_HASH']);
    expect(text).not.toContain(secrets['GATEWAY_SECRET']);
  });

  test('may be elsewhere: the environment has the hash of its key, and no tree is asked for', async () => {
    fs.renameSync(tree, `${tree}-away`);
    const env = { OPERATOR_KEY_HASH: 'a'.repeat(64), GATEWAY_PUBLIC_URL: 'https://skills.example' };
    const own = path.join(scene.dir, 'no-tree');
    const one = await startGateway(scene, ['--data', own, '--apply'], { env });
    expect(one.told['address']).toBe('https://skills.example');
    expect((await new Client(one).json('GET', '/_status')).status).toBe(200);
    await one.stop();
    expect(fs.readFileSync(path.join(own, 'gateway.json'), 'utf8')).not.toContain('a'.repeat(64));
    fs.renameSync(`${tree}-away`, tree);
  });
});
