import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnv } from '../../seed/state/lib/env.ts';
import { makeNodePlatform } from '../../src/gateway/adapters/node/platform.ts';
import { pullLimits, RecordReader } from '../../src/sync/wire/frames.ts';
import { pullDocument } from '../../src/sync/wire/messages.ts';
import type { PullDocument, TenantRow } from '../../src/sync/wire/messages.ts';
import { makeMachines } from './machines.ts';
import type { Machine } from './machines.ts';

const machines = makeMachines();
const { server: operator } = machines;
const done = '--apply';

/** Lays a skill of one line more than its name. */
function laySkill(machine: Machine, name: string, line: string): void {
  const about = `What ${name} does, for a test of how skills travel.`;
  machine.write(
    `state/skills/${name}/SKILL.md`,
    `---\nname: ${name}\ndescription: ${about}\ntriggers:\n  - fly the ${name}\n---\n\n# ${name}\n`,
  );
  machine.write(`state/skills/${name}/AGENTS.md`, `# ${name}\n\n- ${line}\n`);
}
const loaderOf = (name: string): string => `state/skills/${name}/AGENTS.md`;

/** Lets somebody in: what the operator is given to send, and its part behind `npx`. */
function onboard(from: Machine, ...flags: string[]): string[] {
  const { line } = from.json('tenant', 'onboard', ...flags, done) as { line: string };
  const [, url = ''] = /^npx snappy-os --invite "(\S+)"$/.exec(line) ?? [];
  return ['--invite', url];
}
const tenantOf = ({ tree }: Machine): string =>
  (JSON.parse(fs.readFileSync(path.join(tree, 'state/log/gateway/trust.json'), 'utf8')) as { tenant: string }).tenant;
const keyOf = ({ tree }: Machine): string => readEnv('SNAPPY_MASTER_KEY', { tree, env: {} }) ?? '';
const rowOf = (tenant: string): TenantRow | undefined =>
  (operator.json('tenant', 'list') as { tenants: TenantRow[] }).tenants.find((row) => row.tenant === tenant);

/** Asks the gateway from a machine, by no code of the client's: status and body. */
function fetchFrom(machine: Machine, address: string, key: string): { status: number; body: string } {
  const program = `const answer = await fetch(process.argv[1], { headers: { authorization: 'Bearer ' + process.argv[2] } });
    console.log(JSON.stringify({ status: answer.status, body: Buffer.from(await answer.arrayBuffer()).toString('base64') }));`;
  const { stdout } = machine.node('--input-type=module', '-e', program, address, key);
  return JSON.parse(stdout) as { status: number; body: string };
}

/** The document of a pull's answer. */
function readDocument(body: Uint8Array): PullDocument {
  const reader = new RecordReader(pullLimits);
  const record = reader.feed(body).find(({ header }) => header.kind === 'document');
  reader.finish();
  if (record === undefined) throw new Error('the answer has no document');
  const { codec, rawSize } = record.header;
  const text = makeNodePlatform(() => undefined).decompress(codec, record.payload, rawSize);
  return pullDocument.parse(JSON.parse(new TextDecoder().decode(text)));
}

let url = '';
beforeAll(async () => {
  operator.snappy('init');
  url = await machines.serve(done);
});

describe(`a gateway and those who join it, in ${machines.kind}`, () => {
  const ann = machines.addHome('ann');
  const annToo = machines.addHome('ann-too');
  const ben = machines.addHome('ben');

  test('the first push of an operator waits for the row of this machine’s migration, and suggests a look first', () => {
    laySkill(operator, 'kite', 'Tie the line first.');
    operator.write('sources/notes.md', 'Notes of the operator.\n');
    fs.mkdirSync(path.join(operator.home, 'snappy-kernel'));
    fs.writeFileSync(path.join(operator.home, 'snappy-kernel/reference.md'), 'How it is.\n');
    const refused = operator.snappy('push', '--scope', 'all', done);
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('push --scope all --dry') });
    expect(operator.snappy('migrate', done).status).toBe(0);
  });

  test('both repos are there after the first push, with no difference', () => {
    expect(operator.snappy('push', '--scope', 'all', '--dry').stdout).toContain('state/skills/kite/SKILL.md');
    expect(operator.snappy('push', '--scope', 'all', done)).toMatchObject({ status: 0, stderr: '' });
    expect(operator.snappy('push', '--repo', 'kernel', done)).toMatchObject({ status: 0, stderr: '' });
    for (const repo of ['os', 'kernel'])
      expect(operator.snappy('status', '--repo', repo).stdout, repo).toContain('\nzero difference:');
    expect(operator.snappy('push', '--scope', 'all', done).stdout).toContain('Nothing was changed');
  });

  test('one command lets somebody in, and one line sets the other machine up', () => {
    fs.mkdirSync(path.join(ann.home, '.claude'));
    const line = onboard(operator, '--label', 'Ann, laptop');
    const plan = ann.snappy(...line);
    expect(plan).toMatchObject({ status: 0, stdout: expect.stringContaining(`would join the gateway ${url}`) });
    expect(fs.existsSync(ann.tree)).toBe(false);
    const joined = ann.snappy(...line, done);
    expect(joined).toMatchObject({ status: 0, stderr: '' });
    expect(joined.stdout).toMatch(
      / 4 {2}canonical +ok .*os at revision 1, kernel at 1; bring it in with: snappy pull --repo kernel\n/,
    );
    expect(ann.read(loaderOf('kite'))).toBe('# kite\n\n- Tie the line first.\n');
    expect(ann.read('sources/notes.md')).toBe('Notes of the operator.\n');
    expect(fs.existsSync(path.join(ann.home, '.claude/skills/kite/SKILL.md'))).toBe(true);
    expect(ann.snappy('match', 'fly the kite').stdout).toContain('Tie the line first.');
    expect(rowOf(tenantOf(ann))).toMatchObject({ label: 'Ann, laptop', role: 'member', keys: 1 });
  });

  test('the same line again changes nothing, and is of no use to anybody else', () => {
    const line = onboard(operator, '--label', 'Ben', '--team', 'acme');
    expect(ben.snappy(...line, done)).toMatchObject({ status: 0, stderr: '' });
    expect(ben.snappy(...line, done).stdout).toContain('Nothing was changed');
    const thief = machines.addHome('thief');
    expect(thief.snappy(...line, done)).toMatchObject({ status: 1, stderr: expect.stringContaining('ask whoever') });
  });

  test('an invited key is told all files of the tree, and a machine with it has them', () => {
    const { status, body } = fetchFrom(ann, `${url}/_pull?since=0&repo=os&scope=all`, keyOf(ann));
    expect(status).toBe(200);
    const { tiers } = readDocument(Buffer.from(body, 'base64'));
    const listed = tiers.flatMap(({ files }) => files.map((file) => file.path));
    expect(listed).toEqual(
      expect.arrayContaining([loaderOf('kite'), 'state/skills/kite/SKILL.md', 'sources/notes.md']),
    );
    // What is made here alone, its own index page and log, is all that differs.
    const { stdout } = ann.snappy('status', '--repo', 'os');
    expect(stdout).toContain(', 0 to delete there, 0 tiers to pull\n');
    expect(stdout).not.toContain('skills/');
    ann.snappy('push', done);
    expect(ann.snappy('status', '--repo', 'os').stdout).toContain('\nzero difference:');
    expect(ann.json('pull', '--repo', 'kernel', done)).toMatchObject({ applied: true });
    expect(fs.readFileSync(path.join(ann.home, 'snappy-kernel/reference.md'), 'utf8')).toBe('How it is.\n');
  });

  test('what is of one tenant reaches its other machines, and nobody else', () => {
    laySkill(ann, 'secret', 'For me alone.');
    expect(ann.snappy('push', done)).toMatchObject({ status: 0, stderr: '' });
    expect(annToo.snappy(...onboard(ann, '--same-tenant'), done)).toMatchObject({ status: 0, stderr: '' });
    expect(tenantOf(annToo)).toBe(tenantOf(ann));
    expect(keyOf(annToo)).not.toBe(keyOf(ann));
    expect(annToo.read(loaderOf('secret'))).toContain('For me alone.');
    for (const other of [ben, operator]) {
      expect(other.snappy('pull', '--scope', 'all', done).status).toBe(0);
      expect(other.has(loaderOf('secret'))).toBe(false);
    }
  });

  test('what is of a team reaches its members alone, from the moment they are', () => {
    laySkill(ben, 'acme-print', 'Paper first.');
    expect(ben.snappy('push', '--tier', 'team:acme', done)).toMatchObject({ status: 0, stderr: '' });
    ann.snappy('pull', done);
    expect(ann.has(loaderOf('acme-print'))).toBe(false);
    expect(operator.snappy('team', 'add', 'acme', tenantOf(ann), '--reader', done).status).toBe(0);
    expect(ann.snappy('pull', done).status).toBe(0);
    expect(ann.read(loaderOf('acme-print'))).toContain('Paper first.');
    laySkill(ann, 'acme-fold', 'Fold it once.');
    expect(ann.snappy('push', '--tier', 'team:acme', done).stdout).toContain('Not sent:');
    ben.snappy('pull', done);
    expect(ben.has(loaderOf('acme-fold'))).toBe(false);
  });

  test('what only subscribers read is gone from the view of one whose grant was taken', () => {
    expect(operator.snappy('tenant', 'revoke', tenantOf(ben), '--grant-only', done).status).toBe(0);
    laySkill(operator, 'reef', 'Reef early.');
    expect(operator.snappy('push', done)).toMatchObject({ status: 0, stderr: '' });
    expect(ben.snappy('pull', done).status).toBe(0);
    expect(ben.has(loaderOf('reef'))).toBe(false);
    expect(ann.snappy('pull', done).status).toBe(0);
    expect(ann.read(loaderOf('reef'))).toContain('Reef early.');
  });

  test('a new key takes the place of the old one, on one machine', () => {
    const old = keyOf(ann);
    expect(ann.snappy('tenant', 'rotate', done)).toMatchObject({ status: 0, stderr: '' });
    expect(fetchFrom(ann, `${url}/tenants/me`, old).status).toBe(401);
    for (const machine of [ann, annToo]) expect(machine.snappy('pull', done).status).toBe(0);
  });

  test('a tenant that is revoked is let in no more, and keeps its tree', () => {
    expect(operator.snappy('tenant', 'revoke', tenantOf(ben), done).status).toBe(0);
    expect(ben.snappy('pull', done)).toMatchObject({ status: 1, stderr: expect.stringContaining('was revoked') });
    expect(ben.has(loaderOf('kite'))).toBe(true);
    expect(ann.snappy('pull', done).status).toBe(0);
  });

  test('no key, no code and no secret of anybody has been written anywhere but into the files of secrets', () => {
    const keys = [operator, ann, annToo, ben].map(keyOf);
    expect(new Set(keys.filter((key) => key.length > 40)).size).toBe(4);
    for (const { tree } of [operator, ann, annToo, ben]) {
      const files = fs.readdirSync(tree, { recursive: true, encoding: 'utf8' });
      const told = files.filter((file) => {
        const whole = path.join(tree, file);
        if (!fs.lstatSync(whole).isFile() || path.basename(file) === '.env.cache') return false;
        const text = fs.readFileSync(whole, 'latin1');
        return keys.some((key) => text.includes(key));
      });
      expect(told).toEqual([]);
    }
  });
});
