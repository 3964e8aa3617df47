import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { readSyncEvent } from '../../../seed/state/lib/sync-event.ts';
import { realSystem } from '../../core/system.ts';
import { saveRevision } from '../../loop/edits/store.ts';
import { finishPull, planPull } from './pull.ts';
import { sha256Of } from './test-pull-gateway.ts';
import { makeWorlds } from './test-pull-world.ts';

const makeWorld = makeWorlds();
const skill = 'state/skills/ship/SKILL.md';
const loader = 'state/skills/ship/AGENTS.md';
const text = (...lines: string[]): string => `# Ship\n\n${lines.map((line) => `- ${line}\n`).join('')}`;

test('a pull into an empty tree brings all that is in scope, and a second one changes nothing', async () => {
  const { gateway, pull, files, tree } = await makeWorld();
  gateway.set('private', { [skill]: text('own'), 'sources/notes.md': 'not now', 'program.md': 'nor this' });
  gateway.set('public', { 'state/skills/read/SKILL.md': text('public'), 'state/bin/run.sh*': '#!/bin/sh\n' });
  const report = await pull();
  expect(report.items.map(({ path: file, change, tier }) => `${change} ${tier} ${file}`)).toEqual([
    'new public state/bin/run.sh',
    'new public state/skills/read/SKILL.md',
    'new private state/skills/ship/SKILL.md',
  ]);
  expect(files()).toEqual({
    [skill]: text('own'),
    'state/skills/read/SKILL.md': text('public'),
    'state/bin/run.sh': '#!/bin/sh\n',
  });
  expect(fs.statSync(path.join(tree, 'state/bin/run.sh')).mode & 0o100).toBe(0o100);
  expect(fs.existsSync(path.join(tree, 'state/log/gateway/staged'))).toBe(false);
  expect((await pull()).items).toEqual([]);
  expect(gateway.requests).toEqual(['/_pull', '/_pull']);
});

test('each pull that did something, or was refused, has its row', async () => {
  const { gateway, pull, read } = await makeWorld();
  const rows = (): unknown[] =>
    (read('state/log/sync-events.ndjson') ?? '')
      .split('\n')
      .slice(0, -1)
      .map((line) => readSyncEvent(line));
  gateway.set('private', { [skill]: text('own') });
  await pull();
  await pull();
  expect(rows()).toMatchObject([{ op: 'pull', repo: 'os', files: 1, rev: 1, ok: true }]);
  gateway.tampering = { problem: { status: 500, type: 'x', title: 'x', code: 'internal' } };
  await expect(pull()).rejects.toThrow('says');
  gateway.tampering = { problem: { status: 401, type: 'x', title: 'x', code: 'unknown_key' } };
  await expect(pull()).rejects.toThrow('key');
  expect(rows().slice(1)).toMatchObject([{ op: 'pull', repo: 'os', files: 0, ok: false }]);
});

test('what scope left out comes with the next pull that asks for it, although it is not new then', async () => {
  const { gateway, pull, files } = await makeWorld();
  gateway.set('private', { [skill]: text('own'), 'sources/notes.md': 'notes', 'program.md': 'program' });
  await pull();
  expect((await pull({ scope: 'all' })).items.map(({ path: file }) => file)).toEqual([
    'program.md',
    'sources/notes.md',
  ]);
  expect(files()).toMatchObject({ 'sources/notes.md': 'notes', 'program.md': 'program' });
  expect((await pull({ scope: 'all' })).items).toEqual([]);
});

test('what nobody has changed here goes forward, and what was removed there goes', async () => {
  const { gateway, pull, files, tree } = await makeWorld();
  gateway.set('private', { [skill]: text('one'), [loader]: 'a', 'state/skills/old/SKILL.md': 'old' });
  await pull();
  gateway.set('private', { [skill]: text('one', 'two'), [loader]: 'a' });
  expect((await pull()).items).toMatchObject([{ change: 'deleted' }, { change: 'changed', path: skill }]);
  expect(files()).toEqual({ [skill]: text('one', 'two'), [loader]: 'a' });
  expect(fs.existsSync(path.join(tree, 'state/skills/old'))).toBe(false);
  // Nothing comes, and one goes.
  gateway.set('private', { [skill]: text('one', 'two') });
  expect((await pull()).items).toMatchObject([{ change: 'deleted', path: loader }]);
  expect(files()).toEqual({ [skill]: text('one', 'two') });
});

test('what both have changed is merged with what it was, and no line is lost', async () => {
  const { gateway, pull, read, write } = await makeWorld();
  gateway.set('private', { [skill]: text('one', 'two', 'three') });
  await pull();
  write(skill, text('one', 'two', 'three', 'mine'));
  gateway.set('private', { [skill]: text('theirs', 'one', 'three') });
  expect((await pull()).items).toMatchObject([{ change: 'merged', path: skill, conflict: false }]);
  expect(read(skill)).toBe(text('theirs', 'one', 'three', 'mine'));
  expect((await pull()).items).toEqual([]);
});

test('of one line that both have changed one version stays, and the other is among the conflicts', async () => {
  const { gateway, pull, read, write } = await makeWorld();
  gateway.set('private', { [skill]: text('exit status 1 is a failure') });
  await pull();
  write(skill, text('exit status 1 is a finding'));
  gateway.set('private', { [skill]: text('exit status 1 is a warning') });
  expect((await pull()).items).toMatchObject([{ change: 'merged', conflict: true }]);
  const conflict = read('state/regen/conflicts/ship/unknown.md') ?? '';
  for (const word of ['finding', 'warning'])
    expect(`${read(skill)}${conflict}`).toContain(`exit status 1 is a ${word}`);
});

test('where what loses has no place, each file stays as it is until it has one', async () => {
  const { gateway, pull, tree, files, read, write, remove } = await makeWorld();
  const binary = 'state/skills/ship/logo.bin';
  gateway.set('private', { [skill]: text('exit status 1 is a failure'), [binary]: '\0one' });
  await pull();
  fs.mkdirSync(path.join(tree, 'state/regen'));
  fs.symlinkSync('/nowhere', path.join(tree, 'state/regen/conflicts'));
  write(skill, text('exit status 1 is a finding'));
  write(binary, '\0mine');
  const before = files();
  gateway.set('private', { [skill]: text('exit status 1 is a warning'), [binary]: '\0theirs' });
  expect((await pull()).items.map(({ change, path: file }) => `${change} ${file}`)).toEqual([
    `waits ${skill}`,
    `waits ${binary}`,
  ]);
  expect(files()).toEqual(before);
  remove('state/regen/conflicts');
  await pull();
  const everything = Object.values(files()).join('\n');
  for (const word of ['finding', 'warning', '\0mine', '\0theirs']) expect(everything).toContain(word);
  expect(read('state/regen/conflicts/ship/unknown.md')).toContain('logo.bin');
});

test('a version that loses is kept however long its name is', async () => {
  const { gateway, pull, read, files, write } = await makeWorld();
  const binary = `state/skills/ship/${'ä'.repeat(125)}.bin`;
  gateway.set('private', { [binary]: '\0one' });
  await pull();
  write(binary, '\0mine');
  write('state/regen/conflicts/ship/other.md', '');
  gateway.set('private', { [binary]: '\0theirs' });
  expect((await pull()).items).toMatchObject([{ change: 'merged', conflict: true }]);
  const copy = Object.keys(files()).find((file) => /conflicts\/ship\/[0-9a-f]{12}-ä+\.bin$/.test(file)) ?? '';
  expect(new Set([read(binary), read(copy)])).toEqual(new Set(['\0mine', '\0theirs']));
});

test('what was removed there and changed here stays, and comes back where it was removed here and changed there', async () => {
  const { gateway, pull, files, write, remove } = await makeWorld();
  gateway.set('private', { 'state/a.md': 'a\n', 'state/b.md': 'b\n' });
  await pull();
  write('state/a.md', 'a, edited\n');
  remove('state/b.md');
  gateway.set('private', { 'state/b.md': 'b, newer\n' });
  const { items } = await pull();
  expect(items.map(({ change, path: file }) => `${change} ${file}`)).toEqual(['kept state/a.md', 'new state/b.md']);
  expect(files()).toEqual({ 'state/a.md': 'a, edited\n', 'state/b.md': 'b, newer\n' });
});

test('a tier that counts more stands before one that counts less, and gets what is new in that', async () => {
  const { gateway, pull, read, write } = await makeWorld();
  gateway.set('public', { [skill]: text('one', 'two') });
  await pull();
  // Another machine has made a version of its own of it.
  gateway.set('private', { [skill]: text('one', 'two', 'own') });
  await pull();
  expect(read(skill)).toBe(text('one', 'two', 'own'));
  gateway.set('public', { [skill]: text('public', 'one', 'two') });
  await pull();
  expect(read(skill)).toBe(text('public', 'one', 'two', 'own'));
  write('state/skills/x/SKILL.md', 'x');
  gateway.set('public', {});
  expect((await pull()).items).toMatchObject([]);
  expect(read(skill)).toBe(text('public', 'one', 'two', 'own'));
});

test('what one tier gives up stays here, as another tier has it that was hidden by the first', async () => {
  const { gateway, pull, files } = await makeWorld();
  // It moves to another tier: it is in both for a while, then in one.
  gateway.set('subscriber', { [skill]: text('one') });
  await pull();
  gateway.set('public', { [skill]: text('one') });
  await pull();
  gateway.set('subscriber', {});
  expect((await pull()).items).toEqual([]);
  expect(files()).toEqual({ [skill]: text('one') });
});

test('what was hidden by a tier comes to light as that gives its own up, but not what was removed here', async () => {
  const { gateway, pull, files, remove } = await makeWorld();
  gateway.set('private', { [skill]: text('own'), [loader]: 'own' });
  await pull();
  gateway.set('team:acme', { [skill]: text('of the team'), [loader]: 'own' });
  await pull();
  expect(files()).toEqual({ [skill]: text('own'), [loader]: 'own' });
  remove(loader);
  gateway.set('private', {});
  expect((await pull()).items).toMatchObject([{ change: 'changed', tier: 'team:acme', path: skill }]);
  expect(files()).toEqual({ [skill]: text('of the team') });
  expect((await pull()).items).toEqual([]);
});

test('a file as the seed has laid it gives way, and one that somebody has edited is merged', async () => {
  const { gateway, pull, files, write } = await makeWorld({ 'state/laid.md': 'seed\n', 'state/edited.md': '- mine\n' });
  const hashes = { 'state/laid.md': sha256Of('seed\n'), 'state/edited.md': sha256Of('seed\n') };
  write('.seed-manifest.json', JSON.stringify({ _v: 1, version: '0.0.0', files: hashes }));
  gateway.set('public', { 'state/laid.md': 'newer\n', 'state/edited.md': '- theirs\n' });
  await pull();
  expect(files()).toMatchObject({ 'state/laid.md': 'newer\n' });
  const everything = Object.values(files()).join('');
  for (const line of ['- mine', '- theirs']) expect(everything).toContain(line);
});

test('what the seed has laid is what a merge begins with, if a revision of the skill is kept or the program has it', async () => {
  const loaderOf = (name: string): string => `state/skills/${name}/AGENTS.md`;
  const laid = text('one', 'two', 'three', 'four', 'five');
  const ours = text('one', 'two', 'three', 'four', 'five, here');
  const { pull, files, gateway, write, tree } = await makeWorld({ [loaderOf('kept')]: ours, [loaderOf('own')]: ours });
  const hashes = { [loaderOf('kept')]: sha256Of(laid), [loaderOf('own')]: sha256Of(laid) };
  write('.seed-manifest.json', JSON.stringify({ _v: 1, version: '0.0.0', files: hashes }));
  saveRevision(
    realSystem(),
    tree,
    'kept',
    new Map([['AGENTS.md', { bytes: Buffer.from(laid), mode: 0o644 }]]),
    new Date(),
  );
  const theirs = text('one, there', 'three', 'four', 'five');
  gateway.set('private', { [loaderOf('kept')]: theirs, [loaderOf('own')]: theirs });
  await pull({ readSeed: async (file) => Buffer.from(file === loaderOf('own') ? laid : 'of another version') });
  const both = text('one, there', 'three', 'four', 'five, here');
  expect(files()).toMatchObject({ [loaderOf('kept')]: both, [loaderOf('own')]: both });
});

test('nothing is written through a link, into a folder in its place, or over a name that differs in case', async () => {
  const { gateway, pull, files, tree, write } = await makeWorld();
  fs.symlinkSync('/tmp', path.join(tree, 'state/skills/out'));
  fs.symlinkSync('elsewhere.md', path.join(tree, 'state/linked.md'));
  write('state/folder.md/inner', 'inner');
  write('state/Case.md', 'mine');
  write('state/file', 'mine');
  const before = files();
  gateway.set('private', {
    'state/skills/out/SKILL.md': 'x',
    'state/linked.md': 'x',
    'state/folder.md': 'x',
    'state/case.md': 'x',
    'state/file/inner.md': 'x',
  });
  const { items } = await pull();
  expect(items.map(({ change }) => change)).toEqual(['waits', 'waits', 'waits', 'waits', 'waits']);
  expect(files()).toEqual(before);
  fs.rmSync(path.join(tree, 'state/Case.md'));
  fs.rmSync(path.join(tree, 'state/linked.md'));
  // What was in the way is gone: what waited comes, although it is not new.
  expect((await pull()).items.filter(({ change }) => change === 'new').map(({ path: file }) => file)).toEqual([
    'state/case.md',
    'state/linked.md',
  ]);
});

test('a file may become a folder, a folder a file, and a name another one in case alone', async () => {
  const { gateway, pull, files } = await makeWorld();
  gateway.set('private', { 'state/a': 'a', 'state/b/one': '1', 'state/b/two': '2', 'state/Name.md': 'n' });
  await pull();
  gateway.set('private', { 'state/a/inner': 'a', 'state/b': 'b', 'state/name.md': 'n' });
  await pull();
  expect(files()).toEqual({ 'state/a/inner': 'a', 'state/b': 'b', 'state/name.md': 'n' });
});

test('what is edited between the plan and the swap stays, and the next round merges it', async () => {
  const { gateway, pull, read, write, request, files } = await makeWorld();
  gateway.set('private', { [skill]: text('one', 'two'), 'state/other.md': 'o' });
  await pull();
  gateway.set('private', { [skill]: text('theirs', 'one', 'two'), 'state/other.md': 'o2', 'state/fresh.md': 'f' });
  const plan = await planPull(request);
  write(skill, text('one', 'two', 'mine'));
  write('state/fresh.md', 'mine');
  const report = await finishPull(plan);
  expect(report.items.map(({ change, path: file }) => `${change} ${file}`)).toContain(`merged ${skill}`);
  expect(read(skill)).toBe(text('theirs', 'one', 'two', 'mine'));
  expect(read('state/other.md')).toBe('o2');
  expect(Object.values(files())).toEqual(expect.arrayContaining(['mine', 'f']));
  expect((await pull()).items).toEqual([]);
});

test('what is edited once the new version stands there, and before the pull has ended, is no part of it', async () => {
  const { gateway, pull, read, write, tree } = await makeWorld();
  gateway.set('private', { [skill]: text('one', 'two') });
  await pull();
  gateway.set('private', { [skill]: text('theirs', 'one', 'two') });
  const rename = fs.renameSync;
  const clock = Date.now;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    rename(from, to);
    if (to !== path.join(tree, skill)) return;
    write(skill, text('theirs', 'one', 'two', 'mine'));
    // The rest of the pull takes long.
    vi.spyOn(Date, 'now').mockImplementation(() => clock() + 5_000);
  });
  await pull();
  vi.restoreAllMocks();
  gateway.set('private', { [skill]: text('newest', 'theirs', 'one', 'two') });
  await pull();
  expect(read(skill)).toBe(text('newest', 'theirs', 'one', 'two', 'mine'));
});

test('frames that lie in a store are fetched from it by range, without the key, and held against what was said of them', async () => {
  const { gateway, pull, files } = await makeWorld();
  gateway.isPacked = true;
  gateway.set('private', { [skill]: text('one'), [loader]: 'a' });
  gateway.set('public', { 'state/skills/read/SKILL.md': 'read' });
  gateway.tampering = {
    signed: (document) => ({
      ...document,
      ranges: document.ranges.map((range) => ({ ...range, url: 'file:///etc/passwd' })),
    }),
  };
  await expect(pull()).rejects.toThrow(/https/);
  gateway.tampering = {
    signed: (document) => ({
      ...document,
      frames: document.frames.map((frame) => ({ ...frame, at: (frame.at ?? 0) + 1 })),
    }),
  };
  await expect(pull()).rejects.toThrow(/nothing was changed/);
  expect(files()).toEqual({});
  gateway.tampering = {};
  await pull();
  expect(files()).toEqual({ [skill]: text('one'), [loader]: 'a', 'state/skills/read/SKILL.md': 'read' });
});

test('a file that is in no frame is asked for by its sha256, and another content is not taken for it', async () => {
  const { gateway, pull, files } = await makeWorld();
  gateway.set('private', { [skill]: text('one'), [loader]: 'a' });
  gateway.tampering = {
    signed: (document) => ({
      ...document,
      tiers: document.tiers.map((tier) => ({
        ...tier,
        files: tier.files.map(({ path: file, sha256, size, exec }) => ({
          path: file,
          sha256: sha256.replace(/./g, '0'),
          size,
          exec,
        })),
      })),
    }),
  };
  await expect(pull()).rejects.toThrow(/signature is for/);
  // In no frame: each is asked for by its sha256.
  gateway.tampering = {
    signed: (document) => ({
      ...document,
      tiers: document.tiers.map((tier) => ({
        ...tier,
        files: tier.files.map(({ path: file, sha256, size, exec }) => ({ path: file, sha256, size, exec })),
      })),
    }),
  };
  await pull();
  expect(files()).toEqual({ [skill]: text('one'), [loader]: 'a' });
});

test('the library comes into a folder of its own, and its manifests are no other than those of the tree', async () => {
  const { gateway, pull, files, tree, request } = await makeWorld();
  const root = path.join(tree, 'library');
  gateway.set('public', { 'guides/one.md': 'one', 'program.md': 'of the library' }, 'kernel');
  const { items } = await pull({ repo: 'kernel', root });
  expect(items.map(({ path: file }) => file)).toEqual(['guides/one.md', 'program.md']);
  expect(files()).toEqual({ 'library/guides/one.md': 'one', 'library/program.md': 'of the library' });
  expect(fs.readdirSync(root).toSorted()).toEqual(['guides', 'program.md']);
  expect((await pull({ repo: 'kernel', root })).items).toEqual([]);
  // An answer of one repo is none for the other.
  gateway.tampering = { signed: (document) => ({ ...document, repo: 'os' }) };
  await expect(planPull({ ...request, repo: 'kernel', root })).rejects.toThrow(/was asked for/);
});

test('what a run that was killed had begun to write of its records is removed, and that of a living one is not', async () => {
  const { pull, gateway, tree } = await makeWorld();
  gateway.set('private', { [skill]: text('one') });
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  const folder = path.join(tree, 'state/log/gateway');
  const parts = [dead, process.ppid].map((pid) => `os.known.${pid}.0123abcd.part`);
  for (const name of [...parts, 'notes.part']) fs.writeFileSync(path.join(folder, name), 'half');
  await pull();
  expect(fs.readdirSync(folder).toSorted()).toEqual(['notes.part', 'os.known', parts[1], 'trust.json']);
});

test('a plan that another pull has come before is not carried out', async () => {
  const { gateway, pull, files, request } = await makeWorld();
  gateway.set('private', { [skill]: text('one') });
  const plan = await planPull(request);
  await pull();
  await expect(finishPull(plan)).rejects.toThrow(/in between/);
  expect(files()).toEqual({ [skill]: text('one') });
});
