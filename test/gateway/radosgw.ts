import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface S3Server {
  /** `http://127.0.0.1:<port>`, without a bucket. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/**
 * Starts Ceph's radosgw, which speaks S3 as the large stores do: signatures, presigned addresses, ranges, conditions. It needs
 * a monitor and one disk, all three below a folder of their own and on loopback; about 15 s. From Debian: `apt install
 * radosgw ceph-mon ceph-osd ceph-common`.
 */
export async function startRadosgw(): Promise<S3Server> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-s3-'));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const ceph = new Ceph(dir, configOf(dir, port, monitorPort));
  try {
    startMonitor(ceph, monitorPort);
    startDisk(ceph);
    ceph.start('radosgw', '-n', 'client.rgw');
    const endpoint = `http://127.0.0.1:${port}`;
    await ceph.ready(endpoint);
    const accessKeyId = 'snappy-test';
    const secretAccessKey = randomBytes(20).toString('hex');
    const keys = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    ceph.run('radosgw-admin', ['user', 'create', '--uid=snappy', '--display-name=snappy', ...keys]);
    return { endpoint, accessKeyId, secretAccessKey, stop: () => ceph.stop() };
  } catch (cause) {
    await ceph.stop();
    throw cause;
  }
}

/** Programs of one small cluster: those that run to their end, and those that stay. */
class Ceph {
  readonly dir: string;
  readonly #children: ChildProcess[] = [];
  readonly #config: string;

  constructor(dir: string, config: string) {
    this.dir = dir;
    this.#config = path.join(dir, 'ceph.conf');
    for (const folder of ['mon', 'osd', 'run', 'log', 'rgw']) fs.mkdirSync(path.join(dir, folder));
    fs.writeFileSync(this.#config, config);
  }

  at(...names: string[]): string {
    return path.join(this.dir, ...names);
  }

  run(program: string, args: readonly string[], input = ''): string {
    const result = spawnSync(program, ['-c', this.#config, ...args], { input, encoding: 'utf8', timeout: 120_000 });
    if (result.error) throw new Error(`${program}: is Ceph installed? ${installLine}`, { cause: result.error });
    if (result.status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${result.stderr}`);
    return result.stdout;
  }

  /** The kernel ends it with us, however we end. */
  start(program: string, ...args: string[]): void {
    const words = ['--pdeathsig', 'KILL', program, '-f', '-c', this.#config, ...args];
    this.#children.push(spawn('setpriv', words, { stdio: 'ignore' }));
  }

  async ready(endpoint: string): Promise<void> {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const ended = this.#children.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (ended !== undefined) throw new Error(`${ended.spawnargs.join(' ')} has ended; see ${this.at('log')}`);
      if (await answers(endpoint)) return;
      if (Date.now() > deadline) throw new Error(`radosgw does not answer; see ${this.at('log')}`);
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    const ended = this.#children.map(
      (child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined))),
    );
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

const installLine = 'apt install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common';

function startMonitor(ceph: Ceph, port: number): void {
  const tool = (...args: string[]): string => ceph.run('ceph-authtool', args);
  const keyring = ceph.at('keyring');
  tool('--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  const admin = ['mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
  tool(keyring, '--gen-key', '-n', 'client.admin', '--cap', ...admin);
  tool(keyring, '--gen-key', '-n', 'client.rgw', '--cap', 'mon', 'allow rw', '--cap', 'osd', 'allow rwx');
  const map = ceph.at('monmap');
  const fsid = /fsid = (\S+)/.exec(fs.readFileSync(ceph.at('ceph.conf'), 'utf8'))?.[1] ?? '';
  ceph.run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${port}]`, map]);
  ceph.run('ceph-mon', ['-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring]);
  ceph.start('ceph-mon', '-i', 'a');
}

function startDisk(ceph: Ceph): void {
  const uuid = randomUUID();
  const secret = ceph.run('ceph-authtool', ['--gen-print-key']).trim();
  ceph.run('ceph', ['osd', 'new', uuid, '-i', '-'], JSON.stringify({ cephx_secret: secret }));
  const keyring = ceph.at('osd', 'keyring');
  ceph.run('ceph-authtool', ['--create-keyring', keyring, '-n', 'osd.0', '--add-key', secret]);
  ceph.run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', uuid]);
  ceph.start('ceph-osd', '-i', '0');
}

function configOf(dir: string, port: number, monitorPort: number): string {
  return `[global]
fsid = ${randomUUID()}
mon host = v2:127.0.0.1:${monitorPort}/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = ${dir}/run
admin socket = ${dir}/run/$name.asok
pid file = ${dir}/run/$name.pid
log file = ${dir}/log/$name.log
crash dir = ${dir}/log
keyring = ${dir}/keyring
# One copy of everything, a few groups: there is one disk.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data = ${dir}/mon
# It refuses to run on a disk that is 95 % full, in percent of what is left.
mon data avail crit = 1
mon data avail warn = 2
auth allow insecure global id reclaim = false
osd data = ${dir}/osd
osd objectstore = bluestore
# A file with holes: it takes what is in it.
bluestore block size = ${8 * 1024 ** 3}
osd memory target = ${1024 ** 3}
[osd.0]
keyring = ${dir}/osd/keyring
[client.rgw]
# Without tcp_nodelay each small answer waits 40 ms for an acknowledgement.
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw dns name = s3.local
rgw data = ${dir}/rgw
`;
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(endpoint)).ok;
  } catch {
    return false;
  }
}

/** A port of loopback that nothing listens at. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
