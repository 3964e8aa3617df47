import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Ended } from './program.ts';
import { loader, makeSyncWorld } from './sync-world.ts';

const world = makeSyncWorld('a', 'b');
const { scene, sync, git, read, write, learn } = world;

/** Commits files into the remote that this program would never make, by way of another clone. */
function plant(script: string): void {
  const place = path.join(scene.dir, 'planter');
  fs.rmSync(place, { recursive: true, force: true });
  scene.run('git', 'clone', '--quiet', path.join(scene.dir, 'remote.git'), place);
  const { status, stderr } = scene.run(
    'sh',
    '-ec',
    `cd '${place}'\n${script}\ngit commit --quiet -m Planted\ngit push --quiet origin HEAD:main`,
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
}

/** Takes the last commit off the remote again. */
function unplant(): void {
  git('a', 'push', '--quiet', '--force', 'origin', 'main');
}

/** A sync that is not carried out leaves files, index and branch as they are. */
function expectRefused(machine: string, ended: Ended, before: string, ...words: string[]): void {
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.status).toBe(3);
  expect(git(machine, 'rev-parse', 'HEAD')).toBe(before);
}

describe('where a tree cannot be synced, the message says what to do', () => {
  test('no repository, no remote, one that is not there', () => {
    scene.snappy('init', '--no-git', 'plain');
    expect(scene.snappy('sync', '--tree', 'plain')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no git repository of its own') as string,
    });
    scene.run('git', '-C', path.join(scene.dir, 'plain'), 'init', '--quiet');
    expect(scene.snappy('sync', '--tree', 'plain').stderr).toContain('no git remote to sync with');
    scene.run('git', '-C', path.join(scene.dir, 'plain'), 'remote', 'add', 'mine', path.join(scene.dir, 'remote.git'));
    expect(scene.snappy('sync', '--tree', 'plain')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('has no commit yet') as string,
    });
    expect(sync('a', '--remote', 'nowhere').stderr).toContain('there is: origin');
    expect(sync('a', '--remote', '--upload-pack=x')).toMatchObject({ status: 2 });
  });

  test('a remote that cannot be reached leaves all as it is, and a password in its address is not shown', () => {
    const head = git('a', 'rev-parse', 'HEAD');
    learn('a', '- a: offline.');
    git('a', 'remote', 'set-url', 'origin', 'https://ann:hunter2@127.0.0.1:9/tree.git');
    const ended = sync('a', '--apply');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('the remote origin (https://127.0.0.1:9/tree.git) could not be reached');
    expect(ended.stderr + ended.stdout).not.toContain('hunter2');
    expect(git('a', 'rev-parse', 'HEAD')).toBe(head);
    git('a', 'remote', 'set-url', 'origin', path.join(scene.dir, 'remote.git'));
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
  });

  test('a merge under way, and no branch', () => {
    const head = git('a', 'rev-parse', 'HEAD').trim();
    write('a', '.git/MERGE_HEAD', `${head}\n`);
    expectRefused('a', sync('a', '--apply'), `${head}\n`, 'a merge is under way', 'git merge --abort');
    fs.rmSync(path.join(world.tree('a'), '.git/MERGE_HEAD'));
    git('a', 'checkout', '--quiet', '--detach');
    expectRefused('a', sync('a', '--apply'), `${head}\n`, 'no branch is checked out');
    git('a', 'checkout', '--quiet', 'main');
  });

  test('trees that were begun apart', () => {
    scene.snappy('init', 'apart');
    const apart = path.join(scene.dir, 'apart');
    scene.run('git', '-C', apart, 'remote', 'add', 'origin', path.join(scene.dir, 'remote.git'));
    scene.run('git', '-C', apart, 'commit', '--quiet', '--amend', '-m', 'Begun apart');
    const ended = scene.snappy('sync', '--apply', '--tree', apart);
    expect(ended).toMatchObject({ status: 3, stderr: expect.stringContaining('begun apart') as string });
    expect(ended.stderr).toContain('git clone');
  });

  test('a file of the person, changed in the same lines on both sides, is theirs to merge', () => {
    sync('b', '--apply');
    for (const machine of ['a', 'b']) {
      write(machine, 'program.md', read(machine, 'program.md').replace('\n', ` of ${machine}\n`));
      git(machine, 'commit', '--quiet', '-am', 'Mine');
    }
    sync('a', '--apply');
    const head = git('b', 'rev-parse', 'HEAD');
    expectRefused(
      'b',
      sync('b', '--apply'),
      head,
      'program.md was changed here and at the remote',
      'merge origin/main',
    );
    git('b', 'reset', '--quiet', '--hard', 'origin/main');
  });
});

describe('what comes from the remote is data', () => {
  test.each([
    [
      'a link that leads out of the tree',
      `ln -s /etc state/skills/out\ngit add .`,
      'a link that leads out of the tree',
    ],
    ['a link that climbs', `ln -s ../../../.. state/skills/up\ngit add .`, 'a link that leads out of the tree'],
    [
      'a link to the tree itself, and a log that leads out by way of it',
      `mkdir state/skills/evil\nln -s ../../.. state/skills/evil/d\nln -sf ../skills/evil/d/../bashrc state/log/edits.ndjson\ngit add -f .`,
      'must be files',
    ],
    ['a log that is a link', `ln -sf ../skills/skill/AGENTS.md state/log/edits.ndjson\ngit add -f .`, 'must be files'],
    [
      'names that differ only in case',
      `mkdir -p state/skills/Skill\necho x > state/skills/Skill/SKILL.md\ngit add .`,
      'only in case or accents',
    ],
    ['a name with a line break', `printf x > "state/skills/a\nb.md"\ngit add .`, 'control characters'],
    [
      'a repository in the place of a skill',
      `git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),state/skills/sub`,
      'a git repository of its own',
    ],
  ])('%s is refused', (_name, script, words) => {
    plant(script);
    expectRefused('a', sync('a', '--apply'), git('a', 'rev-parse', 'HEAD'), words);
    unplant();
  });

  test('a repository in a place of the person’s own is a folder, as git makes it, and stops no sync', () => {
    const id = (letter: string): string => letter.repeat(40);
    const add = (commit: string, name: string): string =>
      `git update-index --add --cacheinfo 160000,${commit},vendor/${name}`;
    plant(
      `${add(id('1'), 'other')}\n${add('$(git rev-parse HEAD)', 'known')}\necho x > vendor.txt\ngit add vendor.txt`,
    );
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    expect(fs.readdirSync(path.join(world.tree('a'), 'vendor/other'))).toEqual([]);
    expect(fs.statSync(path.join(world.tree('a'), 'vendor/known')).isDirectory()).toBe(true);
    expect(git('a', 'status', '--porcelain')).toBe('');
    write('a', 'vendor/other/cloned.txt', 'fetched by the person\n');
    fs.rmdirSync(path.join(world.tree('a'), 'vendor/known'));
    plant(
      `${add(id('2'), 'other')}\ngit rm -q --cached vendor/known\nrm -r vendor/known\necho now a file > vendor/known\ngit add vendor/known`,
    );
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    expect(read('a', 'vendor/other/cloned.txt')).toBe('fetched by the person\n');
    expect(read('a', 'vendor/known')).toBe('now a file\n');
    plant(`git rm -q --cached vendor/other`);
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    expect(read('a', 'vendor/other/cloned.txt')).toBe('fetched by the person\n');
  });

  test('it is refused in a merge too, and in the plan', () => {
    plant('ln -s /etc state/skills/out\ngit add .');
    learn('a', '- a: merged beside a link.');
    expect(sync('a')).toMatchObject({ status: 3, stderr: expect.stringContaining('state/skills/out') as string });
    expect(sync('a', '--apply').stderr).toContain('state/skills/out');
    expect(read('a', loader)).toContain('- a: merged beside a link.');
    unplant();
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
  });

  test('a link of this machine that leads elsewhere stays here', () => {
    fs.symlinkSync('/etc', path.join(world.tree('a'), 'state/skills/linked'));
    const ended = sync('a', '--apply');
    expect(ended.stdout).toContain('state/skills/linked: a link that leads out of the tree');
    expect(git('a', 'ls-tree', '-r', '--name-only', 'HEAD')).not.toContain('linked');
    fs.rmSync(path.join(world.tree('a'), 'state/skills/linked'));
  });

  test('a file of the remote does not take the place of one that git does not hold', () => {
    fs.symlinkSync('/etc/hostname', path.join(world.tree('a'), 'state/skills/skill/here.md'));
    plant('echo "# from there" > state/skills/skill/here.md\ngit add .');
    expect(sync('a', '--apply')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('state/skills/skill/here.md') as string,
    });
    expect(fs.readlinkSync(path.join(world.tree('a'), 'state/skills/skill/here.md'))).toBe('/etc/hostname');
    fs.rmSync(path.join(world.tree('a'), 'state/skills/skill/here.md'));
    unplant();
  });

  test('a folder that is a link here is not written through', () => {
    const outside = path.join(scene.dir, 'outside');
    fs.mkdirSync(outside);
    fs.symlinkSync(outside, path.join(world.tree('a'), 'state/skills/through'));
    plant('mkdir -p state/skills/through\necho "# x" > state/skills/through/SKILL.md\ngit add .');
    const ended = sync('a', '--apply');
    expect(ended).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('state/skills/through/SKILL.md') as string,
    });
    expect(fs.readdirSync(outside)).toEqual([]);
    fs.rmSync(path.join(world.tree('a'), 'state/skills/through'));
    unplant();
  });

  test('files that are no text: one version stays, the other is kept beside it, and both machines agree', () => {
    const picture = 'state/skills/skill/picture.png';
    const bytes = (text: string): Buffer => Buffer.concat([Buffer.from([0, 255]), Buffer.from(text)]);
    sync('a', '--apply');
    sync('b', '--apply');
    for (const machine of ['a', 'b']) fs.writeFileSync(path.join(world.tree(machine), picture), bytes(machine));
    sync('a', '--apply');
    expect(sync('b', '--apply').stdout).toContain('1 file in conflict');
    sync('a', '--apply');
    const file = (machine: string): Buffer => fs.readFileSync(path.join(world.tree(machine), picture));
    expect(file('a').equals(file('b'))).toBe(true);
    const kept = fs
      .readdirSync(path.join(world.tree('a'), 'state/regen/conflicts/skill'))
      .filter((name) => name.endsWith('-picture.png'));
    expect(kept).toHaveLength(1);
    const lost = fs.readFileSync(path.join(world.tree('a'), 'state/regen/conflicts/skill', kept[0] ?? ''));
    expect([file('a'), lost].map((one) => one.subarray(2).toString()).toSorted()).toEqual(['a', 'b']);
  });
});
