// Gateways that run for as long as the benchmark does: `snappy gateway`, and the built Worker in the Workers runtime.
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { contentType, encodeRecord, endRecord, magic } from '../../src/sync/wire/frames.ts';
import { manifestText } from '../../src/sync/wire/manifest.ts';
import { defaultRules } from '../../src/sync/wire/rules.ts';
import { layFiles } from './files.ts';
import { makeKey } from '../../src/sync/wire/key-strength.ts';
import { layTree } from '../corpus.ts';
import { snappy } from './ours.ts';
import type { Server } from './ours.ts';
import { makeBucket } from '../../test/gateway/s3-server.ts';
import type { S3 } from './s3-peers.ts';
import { startServer } from './servers.ts';

const program = path.resolve(import.meta.dirname, '../../dist/snappy.js');

export interface Running {
  readonly server: Server;
  readonly url: string;
  readonly pid: number;
}

function operatorTree(dir: string): string {
  const tree = path.join(dir, 'operator', 'tree');
  layTree(tree, []);
  fs.mkdirSync(path.join(tree, 'state/skills'), { recursive: true });
  return tree;
}

/** `snappy gateway` with everything in `dir`. */
export async function startGateway(dir: string): Promise<Running> {
  const operator = operatorTree(dir);
  const words = ['gateway', '--data', path.join(dir, 'data'), '--port', '0', '--tree', operator, '--apply', '--json'];
  const { child, match } = await startServer(process.execPath, [program, ...words], /"url":"([^"]+)"/, {
    HOME: path.dirname(operator),
  });
  return { server: { name: 'snappy, embedded gateway', operator }, url: match[1] ?? '', pid: child.pid ?? 0 };
}

/** The built Worker in workerd, its objects in a bucket of the S3 server. `front` may stand something before it. */
export async function startWorker(
  dir: string,
  s3: S3,
  front = async (url: string): Promise<string> => url,
): Promise<Running> {
  const operator = operatorTree(dir);
  const key = makeKey(randomBytes(32));
  const store = { ...(await makeBucket(s3, path.basename(dir))), kind: 's3' };
  const hash = createHash('sha256').update(key).digest('hex');
  const file = path.resolve(import.meta.dirname, '../../test/gateway/worker-server.ts');
  const { child, match } = await startServer(
    process.execPath,
    [file, JSON.stringify({ store, operatorKeyHash: hash })],
    /^(http\S+)$/,
  );
  const url = await front(match[1] ?? '');
  fs.writeFileSync(path.join(operator, '.env.cache'), `SNAPPY_MASTER_KEY=${key}\n`, { mode: 0o600 });
  snappy(path.dirname(operator), ['gateway', 'operator', '--public-url', url, '--apply', '--tree', operator]);
  return { server: { name: 'snappy, the Worker on S3', operator }, url, pid: child.pid ?? 0 };
}

/** A push of 50 small files, as bytes: the same for every tenant but for its name. */
async function smallPush(dir: string): Promise<(pushId: string) => Uint8Array> {
  const folder = path.join(dir, 'small');
  layFiles(folder, 48);
  const names = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('large'));
  const contents = names.toSorted().map((name) => ({ name, bytes: fs.readFileSync(path.join(folder, name)) }));
  const raw = Buffer.concat(contents.map(({ bytes }) => bytes));
  let at = 0;
  const files = contents.map(({ name, bytes }) => {
    const file = {
      path: `state/skills/${name}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.length,
      exec: false,
      frame: 0,
      at,
    };
    at += bytes.length;
    return file;
  });
  const frame = encodeRecord('frame', 'zstd', zstdCompressSync(raw), raw.length);
  const digest = createHash('sha256').update(manifestText(files)).digest('hex');
  const common = {
    repo: 'os',
    tier: 'private',
    base: 0,
    machine_id: 'bench',
    scope: 'state',
    rules: defaultRules,
    files,
    gone: [],
    digest,
  };
  return (pushId) => {
    const text = Buffer.from(JSON.stringify({ ...common, push_id: pushId }));
    return Buffer.concat([magic, ...frame, ...encodeRecord('document', 'none', text, text.length), endRecord()]);
  };
}

async function expectOk(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
}

/** So many tenants at a gateway of their own, each with 50 files that it has pushed; their keys. */
export async function makeCrowd(dir: string, count: number): Promise<{ url: string; keys: string[]; pid: number }> {
  const { server, url, pid } = await startGateway(dir);
  const words = ['invite', 'mint', '--apply', '--label', 'crowd', '--uses', String(count), '--tree', server.operator];
  const { code } = snappy(dir, words) as { code: string };
  const body = await smallPush(dir);
  const keys: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const key = makeKey(randomBytes(32));
    const json = { 'content-type': 'application/json' };
    await expectOk(
      await fetch(`${url}/invite/redeem`, { method: 'POST', headers: json, body: JSON.stringify({ code, key }) }),
    );
    const pushId = randomBytes(16).toString('hex');
    const query = `repo=os&tier=private&base=0&push_id=${pushId}`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': contentType };
    await expectOk(await fetch(`${url}/_push?${query}`, { method: 'POST', headers, body: body(pushId) }));
    keys.push(key);
  }
  return { url, keys, pid };
}
