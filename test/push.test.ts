import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { layout } from '../src/core/paths.ts';
import { snapshot } from '../src/core/test-disk.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { emptyKnown, knownFile, loadKnown, saveKnown } from '../src/sync/gateway/known.ts';
import { pullRepo } from '../src/sync/gateway/pull.ts';
import { previewPush } from '../src/sync/gateway/push.ts';
import type { PushReport } from '../src/sync/gateway/push.ts';
import { readStanding } from '../src/sync/gateway/standing.ts';
import { howToGoBack } from '../src/sync/gateway/trust.ts';
import { lostAnswer, serveGateway } from './served-gateway.ts';
import { pull, push, read, requestFor, skill, write } from './push-calls.ts';

const served = await serveGateway();

afterEach(() => void vi.useRealTimers());

/** The log of pushes and pulls goes along with whatever else is sent. */
const sentFiles = ({ sent }: PushReport): string[] =>
  sent.flatMap(({ files }) => files.map((file) => file.path)).filter((file) => file !== layout.syncEvents);
const goneFiles = ({ sent }: PushReport): readonly string[] => sent.flatMap(({ gone }) => gone);

let one = '';
let two = '';
beforeEach(async () => {
  served.between = (_request, pass) => pass();
  one = await served.join({ subscriber: true });
  two = await served.join({ of: one });
  served.asked.length = 0;
});

describe('a push', () => {
  test('carries new, changed and removed files to the other machine of the tenant', async () => {
    write(one, skill('a'), 'first\n');
    write(one, 'state/skills/a/run.sh', '#!/bin/sh\n');
    fs.chmodSync(path.join(one, 'state/skills/a/run.sh'), 0o755);
    write(one, 'state/skills/größe/SKILL.md', 'ä\n');
    expect(sentFiles(await push(one))).toEqual([skill('a'), 'state/skills/a/run.sh', 'state/skills/größe/SKILL.md']);
    await pull(two);
    expect([read(two, skill('a')), read(two, 'state/skills/größe/SKILL.md')]).toEqual(['first\n', 'ä\n']);
    expect(fs.statSync(path.join(two, 'state/skills/a/run.sh')).mode & 0o111).not.toBe(0);
    write(one, skill('a'), 'second\n');
    fs.rmSync(path.join(one, 'state/skills/größe'), { recursive: true });
    const report = await push(one);
    expect([sentFiles(report), goneFiles(report)]).toEqual([[skill('a')], ['state/skills/größe/SKILL.md']]);
    expect(report.sent).toMatchObject([{ tier: 'private', base: 1 }]);
    await pull(two);
    expect([read(two, skill('a')), read(two, 'state/skills/größe/SKILL.md')]).toEqual(['second\n', undefined]);
  });

  test('asks once where nothing has changed, changes nothing, and takes the gateway for the same', async () => {
    write(one, skill('a'), 'first\n');
    await push(one, { scope: 'all' });
    // The row of the push itself is no reason for the next one.
    expect(read(one, layout.syncEvents)).toContain('"op":"push"');
    await push(one);
    // What was read again as it was so new is remembered.
    const look = (): string[] => snapshot(one).filter((line) => !line.startsWith(`${layout.gateway}/os.known`));
    const before = look();
    served.asked.length = 0;
    expect(await push(one)).toMatchObject({ sent: [], newer: [], merged: 0 });
    expect(served.asked).toEqual(['GET /_pull']);
    expect(look()).toEqual(before);
    expect(await readStanding(requestFor(one, { scope: 'all' }))).toMatchObject({
      isSame: true,
      toPush: { files: 0, gone: 0 },
    });
  });

  test('of one changed file asks where the gateway stands, and is one request', async () => {
    write(one, skill('a'), 'first\n');
    await push(one);
    write(one, skill('b'), 'second\n');
    served.asked.length = 0;
    await push(one);
    expect(served.asked).toEqual(['GET /_pull', 'POST /_push']);
  });

  test('merges first what another machine has pushed meanwhile, and no line is lost', async () => {
    const text = '# a\n\n## One\n\nfirst\n\n## Two\n\nsecond\n';
    write(one, skill('a'), text);
    await push(one);
    await pull(two);
    write(one, skill('a'), text.replace('first', 'first, by one'));
    write(one, skill('one'), 'one\n');
    write(two, skill('a'), text.replace('second', 'second, by two'));
    write(two, skill('two'), 'two\n');
    await push(one);
    expect(await push(two)).toMatchObject({ merged: 1 });
    await pull(one);
    for (const tree of [one, two]) {
      expect(read(tree, skill('a'))).toBe(text.replace('first', 'first, by one').replace('second', 'second, by two'));
      expect([read(tree, skill('one')), read(tree, skill('two'))]).toEqual(['one\n', 'two\n']);
    }
  });

  test('of a machine that has never pulled merges first too', async () => {
    write(one, skill('a'), 'first\n');
    await push(one);
    write(two, skill('b'), 'second\n');
    const preview = await previewPush(requestFor(two));
    expect(preview.news.newer).toEqual(['private']);
    // What is not here was never taken in: it is no removal.
    expect(preview.plan.tiers).toMatchObject([{ files: [{ path: skill('b') }], gone: [] }]);
    expect(await push(two)).toMatchObject({ merged: 1, sent: [{ gone: [] }] });
    expect(read(two, skill('a'))).toBe('first\n');
  });

  test('whose answer was lost is sent again and lands once', async () => {
    write(one, skill('a'), 'first\n');
    let lost = 0;
    const lose = lostAnswer('POST', '/_push');
    served.between = (request, pass) => (lost++ === 1 ? lose(request, pass) : pass());
    expect((await push(one)).revisions.get('private')).toBe(1);
    expect(served.asked.filter((asked) => asked === 'POST /_push')).toHaveLength(2);
  });

  test('costs nothing for a file that was only moved', async () => {
    write(one, skill('a'), 'x'.repeat(50_000));
    await push(one);
    fs.renameSync(path.join(one, 'state/skills/a'), path.join(one, 'state/skills/b'));
    let size = 0;
    served.between = async (request, pass) => {
      size += (await request.clone().arrayBuffer()).byteLength;
      return pass();
    };
    const report = await push(one);
    expect([sentFiles(report), goneFiles(report)]).toEqual([[skill('b')], [skill('a')]]);
    expect(size).toBeLessThan(3_000);
  });

  test('of a name that differs in case alone removes the one and adds the other', async () => {
    write(one, 'state/skills/a/Readme.md', 'x\n');
    await push(one);
    fs.renameSync(path.join(one, 'state/skills/a/Readme.md'), path.join(one, 'state/skills/a/README.md'));
    const report = await push(one);
    expect([sentFiles(report), goneFiles(report)]).toEqual([
      ['state/skills/a/README.md'],
      ['state/skills/a/Readme.md'],
    ]);
  });

  test('carries a large file by itself, and pulls it back whole', async () => {
    const large = Buffer.alloc(5 * 1024 * 1024, 'large ');
    write(one, 'state/skills/a/large.bin', large);
    write(one, skill('a'), 'first\n');
    await push(one);
    expect(served.asked.filter((asked) => asked.includes('_blobs'))).toHaveLength(2);
    await pull(two);
    expect(fs.readFileSync(path.join(two, 'state/skills/a/large.bin')).equals(large)).toBe(true);
  });

  test('of more than one body holds is sent in parts', async () => {
    const bytes = Buffer.alloc(18 * 1024 * 1024);
    let seed = 1;
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE((seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0), at);
    for (let n = 0; n < 6; n += 1)
      write(one, `state/skills/a/part-${n}.bin`, bytes.subarray(n * 3 * 1024 * 1024, (n + 1) * 3 * 1024 * 1024));
    await push(one);
    expect(served.asked.filter((asked) => asked.startsWith('POST'))).toEqual(['POST /_push/part', 'POST /_push']);
    await pull(two);
    expect(fs.readFileSync(path.join(two, 'state/skills/a/part-5.bin')).equals(bytes.subarray(15 * 1024 * 1024))).toBe(
      true,
    );
  });
});

describe('nothing leaves the machine', () => {
  const refused = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'refused', message: expect.stringMatching(message) as unknown });

  test('of a file with a credential, and neither does the rest; the credential is in no message', async () => {
    const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
    write(one, skill('a'), `fine\n`);
    write(one, skill('b'), `# b\n\ntoken: ${token}\n`);
    await expect(push(one)).rejects.toThrow(refused(/state\/skills\/b\/SKILL\.md:3 \(github\)/));
    await expect(push(one)).rejects.not.toThrow(token);
    expect(served.asked.filter((asked) => asked.startsWith('POST'))).toEqual([]);
    write(one, skill('b'), '# b\n');
    expect(sentFiles(await push(one))).toContain(skill('b'));
  });

  test('of what never travels, of what the rules deny, and of a log nobody has decided about', async () => {
    for (const file of [
      layout.evals,
      'state/skills/a/.env',
      'state/skills/a/x.pem',
      'state/log/odd.ndjson',
      'state/log/gateway/x',
      '.env.cache.x',
      'state/skills/a/sessions/1.jsonl',
    ])
      write(one, file, 'x\n');
    write(one, skill('a'), 'x\n');
    fs.symlinkSync('/etc/hostname', path.join(one, 'state/skills/a/link'));
    const report = await push(one);
    expect(sentFiles(report)).toEqual([skill('a')]);
    expect(report.plan.refused).toEqual([
      { path: 'state/log/odd.ndjson', size: 2, why: expect.any(String) as unknown, line: '"state/log/odd.ndjson"' },
    ]);
    expect(report.plan.leftOut).toContainEqual(expect.objectContaining({ path: 'state/skills/a/link', note: true }));
  });

  test('of a path that another one stands in the way of, and each push says so', async () => {
    write(one, 'state/skills/a/notes', 'a file\n');
    await push(one);
    write(two, 'state/skills/a/notes/more.md', 'in a folder\n');
    // Long after all of it was written: then a look believes the one before it.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    for (let run = 1; run <= 3; run += 1)
      expect((await push(two)).plan.refused).toMatchObject([{ path: 'state/skills/a/notes/more.md' }]);
  });

  test('when more than half of what the gateway has would be deleted, unless that is asked for', async () => {
    for (let n = 0; n < 30; n += 1) write(one, skill(`s${n}`), `${n}\n`);
    await push(one);
    for (let n = 0; n < 25; n += 1) fs.rmSync(path.join(one, `state/skills/s${n}`), { recursive: true });
    await expect(push(one)).rejects.toThrow(refused(/25 of the 30 files/));
    expect(await push(one, { deleteMuch: true })).toMatchObject({ sent: [{ gone: { length: 25 } }] });
  });

  test('of a file that is behind: what was not taken in is neither removed nor written over', async () => {
    write(one, 'sources/notes.md', 'ours\n');
    write(one, skill('a'), 'x\n');
    await push(one, { scope: 'all' });
    await pullRepo({ ...requestFor(two), scope: 'state' });
    write(two, 'sources/notes.md', 'other\n');
    write(two, skill('b'), 'x\n');
    const report = await push(two, { scope: 'all' });
    expect(sentFiles(report)).toEqual([skill('b')]);
    expect(report.plan.kept).toMatchObject([{ path: 'sources/notes.md' }]);
  });

  test('of the operator, whatever is in it, before this machine has noted that its tree has the layout of today', async () => {
    const tree = served.operatorTree;
    write(tree, layout.machineId, '0123456789ab\n');
    write(tree, layout.indexPage, 'of the operator alone\n');
    await expect(push(tree)).rejects.toThrow(refused(/the operator's first push of os/));
    fs.rmSync(path.join(tree, layout.indexPage));
    write(tree, skill('canon'), 'canon\n');
    await expect(push(tree)).rejects.toThrow(refused(/the operator's first push of os/));
    write(tree, layout.migrations, '{"ts":"2026-01-01T00:00:00Z","op":"done","machine_id":"0123456789ab"}\n');
    const report = await push(tree);
    expect(report.sent.map(({ tier, files }) => [tier, files.map((file) => file.path)])).toEqual([
      ['subscriber', [skill('canon')]],
      ['private', [layout.migrations]],
    ]);
    await pull(one);
    expect([read(one, skill('canon')), read(one, layout.migrations)]).toEqual(['canon\n', undefined]);
    // What a member changes of it is the member's own from then on.
    write(one, skill('canon'), 'mine\n');
    const mine = await push(one);
    expect([sentFiles(mine), mine.sent.map(({ tier }) => tier)]).toEqual([[skill('canon')], ['private']]);
  });
});

describe('what is known of the gateway', () => {
  test('may be lost: the next push pulls, merges, and sends what is new', async () => {
    write(one, skill('a'), 'first\n');
    await push(one);
    fs.rmSync(knownFile(one, 'os'));
    write(one, skill('b'), 'second\n');
    expect(sentFiles(await push(one))).toContain(skill('b'));
    fs.writeFileSync(knownFile(one, 'os'), 'torn');
    write(one, skill('c'), 'third\n');
    const report = await push(one);
    expect(sentFiles(report)).toContain(skill('c'));
    expect(report.notes).toContainEqual(expect.stringContaining('is damaged'));
  });

  test('is not waited for where the gateway was put back behind what is known here, and it is said what to do', async () => {
    write(one, skill('a'), 'first\n');
    await push(one);
    const gateway = findGateway(one, {});
    const known = loadKnown(one, 'os', gateway).known ?? emptyKnown('', '');
    const later = [...known.tiers].map(([tier, was]) => [tier, { ...was, rev: was.rev + 3 }] as const);
    saveKnown(one, 'os', { ...known, tiers: new Map(later) });
    write(one, skill('a'), 'second\n');
    const putBack = { code: 'refused', hint: howToGoBack };
    await expect(push(one)).rejects.toMatchObject(putBack);
    fs.rmSync(knownFile(one, 'os'));
    expect(sentFiles(await push(one))).toContain(skill('a'));
  });

  test('is not believed where the gateway signs with another key', async () => {
    write(one, skill('a'), 'first\n');
    const trust = path.join(one, layout.gateway, 'trust.json');
    fs.writeFileSync(trust, fs.readFileSync(trust, 'utf8').replace(/"public_key": ".{3}/, '"public_key": "AAA'));
    await expect(push(one)).rejects.toMatchObject({ code: 'refused' });
  });
});
