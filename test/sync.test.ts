import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loader, makeSyncWorld } from './sync-world.ts';

const world = makeSyncWorld('a', 'b', 'c');
const { scene, sync, git, read, write, learn } = world;

/** What git says of a tree, without the page that a compile in the background writes anew. */
const status = (machine: string): string[] =>
  git(machine, 'status', '--porcelain')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('state/index.md'));

describe('several machines', { concurrent: false }, () => {
  test('the plan says what would be committed, and changes nothing', () => {
    learn('a', '- a: a lock file that is older than a day is left over.');
    write('a', 'sources/notes.txt', 'my own\n');
    const before = git('a', 'rev-parse', 'HEAD');
    const plan = sync('a');
    expect(plan).toMatchObject({ status: 0 });
    expect(plan.stdout).toContain(`changed  ${loader}`);
    expect(plan.stdout).toContain('To push: 1 commit');
    expect(plan.stdout).toMatch(/Nothing was changed: this was the plan; add --apply to carry it out\.\n$/);
    expect(plan.stdout).not.toContain('sources/notes.txt');
    expect(git('a', 'rev-parse', 'HEAD')).toBe(before);
    expect(sync('a', '--dry', '--apply').stdout).toContain('Nothing was changed');
  });

  test('what one machine learns is at the others, with who has written it', () => {
    expect(sync('a', '--apply').stdout).toMatch(
      /Changed: 2 files committed, 0 commits brought in, 1 commit pushed\.\n$/,
    );
    const pulled = sync('b', '--apply');
    expect(pulled.stdout).toContain('+ - a: a lock file that is older than a day is left over.');
    expect(read('b', loader)).toBe(read('a', loader));
    const rows = read('b', 'state/log/edits.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toMatchObject([{ skill: 'skill', machine_id: '000000000061', how: 'found' }]);
    // What came from there is no edit of this machine.
    expect(scene.snappy('regen', 'notice', '--tree', world.tree('b'), '--json').stdout).toContain('"edits": []');
    expect(read('a', 'sources/notes.txt')).toBe('my own\n');
    expect(status('a')).toEqual(['?? sources/notes.txt']);
    expect(status('b')).toEqual([]);
  });

  test('what two have learned at once is merged by lines, and a third gets both', () => {
    learn('a', '- a: the first flag is spelled --dry.');
    learn('b', '- b: exit status 4 is no failure.');
    write(
      'b',
      'state/log/loader-feedback.log',
      '[2026-11-21T10:00:00Z] skill: exit status 4 [FIXED] action_kind=loader-rewritten\n',
    );
    write(
      'a',
      'state/log/loader-feedback.log',
      '[2026-11-21T09:00:00Z] skill: --dry [FIXED] action_kind=loader-rewritten\n',
    );
    sync('a', '--apply');
    expect(sync('b', '--apply').stdout).toContain('Merged: 3 files that both sides have changed');
    sync('a', '--apply');
    sync('c', '--apply');
    for (const machine of ['a', 'b', 'c']) {
      expect(read(machine, loader)).toContain(
        '- a: the first flag is spelled --dry.\n- b: exit status 4 is no failure.\n',
      );
      expect(
        read(machine, 'state/log/loader-feedback.log')
          .split('\n')
          .map((line) => line.slice(12, 14)),
      ).toEqual(['09', '10', '']);
      expect(status(machine).filter((line) => !line.includes('sources'))).toEqual([]);
    }
    expect(sync('c').stdout).toMatch(/Nothing was changed: the tree and the remote are the same\.\n$/);
  });

  test('of two changes of one line one stays, and the other is kept where no hook looks, with a brief', () => {
    const change = (machine: string, to: string): void =>
      write(
        machine,
        loader,
        read(machine, loader).replace('exit status 4 is no failure', `exit status 4 is no failure, ${to}`),
      );
    change('a', 'it means wait');
    change('b', 'it means done');
    sync('a', '--apply');
    const merged = sync('b', '--apply');
    expect(merged.stdout).toMatch(/1 file in conflict \(snappy regen list\)\.\n$/);
    // The later edit stays; the machine of the other one is known from the history.
    expect(read('b', loader)).toContain('it means done');
    expect(read('b', loader)).not.toContain('it means wait');
    expect(read('b', 'state/regen/conflicts/skill/000000000061.md')).toContain(
      '- b: exit status 4 is no failure, it means wait',
    );
    expect(scene.snappy('regen', 'list', '--tree', world.tree('b')).stdout).toContain('conflict');
    sync('a', '--apply');
    expect(read('a', loader)).toBe(read('b', loader));
    expect(scene.snappy('match', 'make a skill', '--tree', world.tree('a')).stdout).not.toContain('it means wait');
  });

  test('machines that push at the same moment all get through', async () => {
    for (const machine of ['a', 'b', 'c'])
      learn(machine, `- ${machine}: learned in a crowd, number ${machine.repeat(3)}.`);
    const ends = ['a', 'b', 'c'].map((machine) => {
      const child = scene.start('sync', '--apply', '--tree', world.tree(machine));
      return new Promise((resolve) => {
        child.on('exit', resolve);
      });
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0]);
    for (const machine of ['a', 'b', 'c']) sync(machine, '--apply');
    for (const machine of ['a', 'b', 'c']) {
      expect(read(machine, loader)).toBe(read('a', loader));
      for (const of of ['a', 'b', 'c']) expect(read(machine, loader)).toContain(`- ${of}: learned in a crowd`);
    }
  });

  test('what a person has staged and works on stays as it is', () => {
    write('a', 'sources/staged.txt', 'staged\n');
    git('a', 'add', 'sources/staged.txt');
    write('a', 'program.md', `${read('a', 'program.md')}\nMy own words.\n`);
    learn('a', '- a: while I was at work.');
    learn('b', '- b: while a was at work.');
    sync('b', '--apply');
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    expect(status('a')).toEqual([' M program.md', 'A  sources/staged.txt', '?? sources/notes.txt']);
    expect(git('a', 'show', '--name-only', '--format=', 'HEAD^1').split('\n')).not.toContain('sources/staged.txt');
    expect(read('a', loader)).toContain('- b: while a was at work.');
  });

  test("a person's uncommitted change in the way is named and left alone", () => {
    write('b', 'program.md', read('b', 'program.md').replace('\n', '\n\nFrom b.\n'));
    git('b', 'commit', '--quiet', '-am', 'Mine');
    sync('b', '--apply');
    const mine = read('a', 'program.md');
    const head = git('a', 'rev-parse', 'HEAD');
    const refused = sync('a', '--apply');
    expect(refused).toMatchObject({ status: 3 });
    expect(refused.stderr).toContain('"program.md"');
    expect(read('a', 'program.md')).toBe(mine);
    expect(git('a', 'rev-parse', 'HEAD')).toBe(head);
    git('a', 'checkout', '--quiet', 'program.md');
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    expect(read('a', 'program.md')).toContain('From b.');
  });

  test('a credential is not committed, and its place is named', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const before = read('b', loader);
    learn('b', `- b: sign in with ${secret}.`);
    const head = git('b', 'rev-parse', 'HEAD');
    const refused = sync('b', '--apply');
    expect(refused).toMatchObject({ status: 3 });
    expect(refused.stderr).toMatch(/a credential would be committed: state\/skills\/skill\/AGENTS\.md:\d+ \(github\)/);
    expect(refused.stderr + refused.stdout).not.toContain(secret);
    expect(git('b', 'rev-parse', 'HEAD')).toBe(head);
    write('b', loader, before);
    expect(sync('b', '--apply')).toMatchObject({ status: 0 });
  });

  test('a skill with a name of any script and one that is gone travel too', () => {
    write('a', 'state/skills/fotos-märz/SKILL.md', '---\nname: fotos-märz\ndescription: Bilder.\n---\n# Fotos\n');
    write('a', 'state/skills/short/SKILL.md', '---\nname: short\ndescription: Gone soon.\n---\n# Short\n');
    sync('a', '--apply');
    sync('b', '--apply');
    expect(read('b', 'state/skills/fotos-märz/SKILL.md')).toContain('Bilder');
    fs.rmSync(path.join(world.tree('b'), 'state/skills/short'), { recursive: true });
    sync('b', '--apply');
    sync('a', '--apply');
    expect(fs.existsSync(path.join(world.tree('a'), 'state/skills/short'))).toBe(false);
  });

  test('a file that becomes a folder, and a folder that becomes a file', () => {
    write('a', 'state/skills/turn/notes', 'a file\n');
    write('a', 'state/skills/turn/more/inner.md', '# In a folder\n');
    sync('a', '--apply');
    sync('b', '--apply');
    fs.rmSync(path.join(world.tree('a'), 'state/skills/turn'), { recursive: true });
    write('a', 'state/skills/turn/notes/one.md', '# Now a folder\n');
    write('a', 'state/skills/turn/more', 'now a file\n');
    sync('a', '--apply');
    expect(sync('b', '--apply')).toMatchObject({ status: 0 });
    expect(read('b', 'state/skills/turn/notes/one.md')).toBe('# Now a folder\n');
    expect(read('b', 'state/skills/turn/more')).toBe('now a file\n');
    expect(status('b')).toEqual([]);
  });
});
