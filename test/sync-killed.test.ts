import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { builtProgram, layKillingGit, loader, makeSyncWorld } from './sync-world.ts';

const world = makeSyncWorld('a', 'b');
const { scene, sync, git, read, write, learn } = world;

/** The edits that a machine knows of, without their times. */
function editsOf(machine: string): string[] {
  const rows = read(machine, 'state/log/edits.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return rows.map(({ skill, machine_id: by, before, after }) => [skill, by, before, after].join(' ')).toSorted();
}

/** Takes the tree of a machine back to what it was when it was kept. */
function keep(): () => void {
  const places = ['b', 'remote.git'].map(
    (name) => [path.join(scene.dir, name), path.join(scene.dir, `${name}.kept`)] as const,
  );
  for (const [from, to] of places)
    fs.cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return () => {
    for (const [to, from] of places) {
      fs.rmSync(to, { recursive: true, maxRetries: 10, retryDelay: 50 });
      fs.cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    }
  };
}

test(
  'a sync that is killed at any change of git loses nothing, tears no file, and the next one ends it',
  { timeout: 240_000 },
  () => {
    learn('a', '- a: the lock is left over after a day.');
    write('a', 'state/skills/fresh/SKILL.md', '---\nname: fresh\ndescription: New.\n---\n# Fresh\n');
    expect(sync('a', '--apply')).toMatchObject({ status: 0 });
    learn('b', '- b: exit status 4 is no failure.');
    write('b', 'sources/staged.txt', 'staged\n');
    git('b', 'add', 'sources/staged.txt');
    const [alone, before] = [read('a', loader), read('b', loader)];
    const restore = keep();
    const run = (env: NodeJS.ProcessEnv): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, [builtProgram, 'sync', '--apply', '--tree', world.tree('b')], {
        cwd: scene.dir,
        env,
        encoding: 'utf8',
      });

    const whole = layKillingGit(scene, 1_000);
    expect(run(whole.env)).toMatchObject({ status: 0 });
    const merged = read('b', loader);
    expect(merged).toContain('- a: the lock is left over');
    expect(merged).toContain('- b: exit status 4');
    const edits = editsOf('b');
    expect(edits).toHaveLength(3);
    const calls = fs.readFileSync(whole.calls, 'utf8').trim().split('\n');
    expect(calls.length).toBeGreaterThan(7);

    for (let at = 1; at <= calls.length; at++) {
      restore();
      const killing = layKillingGit(scene, at);
      expect(run(killing.env).signal, `call ${at}`).toBe('SIGKILL');
      // Between two whole states, and no file is half of one.
      expect([alone, before, merged], calls[at - 1]).toContain(read('b', loader));
      const next = sync('b', '--apply');
      expect(next.stderr, calls[at - 1]).toBe('');
      expect(next.status).toBe(0);
      expect(read('b', loader), calls[at - 1]).toBe(merged);
      expect(read('b', 'state/skills/fresh/SKILL.md')).toContain('New.');
      expect(
        git('b', 'status', '--porcelain')
          .split('\n')
          .filter((line) => !/^$|state\/index\.md/.test(line)),
        calls[at - 1],
      ).toEqual(['A  sources/staged.txt']);
      expect(git('b', 'show', `origin/main:${loader}`)).toBe(merged);
      // What came from the other machine is no edit of this one, and none is there twice.
      expect(editsOf('b'), calls[at - 1]).toEqual(edits);
      expect(
        fs.readdirSync(path.join(world.tree('b'), '.git')).filter((name) => name.startsWith('snappy-sync')),
        calls[at - 1],
      ).toEqual([]);
    }
  },
);

test('a file that was edited after a sync was killed keeps the edit and gets what was to come', () => {
  learn('a', '- a: after the edit.');
  sync('a', '--apply');
  sync('b', '--apply');
  learn('a', '- a: while b was dead.');
  sync('a', '--apply');
  const from = git('b', 'rev-parse', 'HEAD').trim();
  const to = git('a', 'rev-parse', 'HEAD').trim();
  git('b', 'fetch', '--quiet');
  write('b', '.git/snappy-sync.json', JSON.stringify({ from, to }));
  learn('b', '- b: written over a dead sync.');
  expect(sync('b', '--apply')).toMatchObject({ status: 0 });
  expect(read('b', loader)).toContain('- a: while b was dead.');
  expect(read('b', loader)).toContain('- b: written over a dead sync.');
});
