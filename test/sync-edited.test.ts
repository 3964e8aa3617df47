import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Ended } from './program.ts';
import { builtProgram, loader, makeSyncWorld } from './sync-world.ts';

const world = makeSyncWorld('a', 'b');
const { scene, sync, git, read, write, learn } = world;

/** Syncs a machine, with a shell command that is run once, right after git has given the first file that is to be written. */
function syncWhile(machine: string, command: string): Ended {
  const real = scene.run('sh', '-c', 'command -v git').stdout.trim();
  const folder = fs.mkdtempSync(path.join(scene.dir, 'git-'));
  const script = `#!/bin/sh
${real} "$@"
status=$?
case " $* " in *" --filters "*)
  if [ ! -e '${folder}/done' ]; then touch '${folder}/done'; { ${command}; } >&2; fi ;;
esac
exit $status
`;
  fs.writeFileSync(path.join(folder, 'git'), script, { mode: 0o755 });
  const env = { ...scene.env, PATH: `${folder}${path.delimiter}${scene.env['PATH'] ?? ''}` };
  const ended = spawnSync(process.execPath, [builtProgram, 'sync', '--apply', '--tree', world.tree(machine)], {
    cwd: scene.dir,
    env,
    encoding: 'utf8',
  });
  expect(fs.existsSync(path.join(folder, 'done'))).toBe(true);
  return ended;
}

const at = (machine: string, file: string): string => `'${path.join(world.tree(machine), file)}'`;

test('an edit that is saved while files are brought forward stays, is noticed, and travels', () => {
  learn('a', '- a: while b was saving.');
  sync('a', '--apply');
  expect(syncWhile('b', `echo '- b: saved in the middle.' >> ${at('b', loader)}`)).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(read('b', loader)).toContain('- a: while b was saving.');
  expect(read('b', loader)).toContain('- b: saved in the middle.');
  sync('b', '--apply');
  sync('a', '--apply');
  expect(read('a', loader)).toBe(read('b', loader));
  expect(read('a', 'state/log/edits.ndjson')).toContain('- b: saved in the middle.');
});

test('of an edit that cannot be one with what comes, both versions are kept', () => {
  const picture = 'state/skills/skill/picture.png';
  fs.writeFileSync(path.join(world.tree('a'), picture), Buffer.from([0, 255, 1]));
  sync('a', '--apply');
  sync('b', '--apply');
  fs.writeFileSync(path.join(world.tree('a'), picture), Buffer.from([0, 255, 2]));
  sync('a', '--apply');
  expect(syncWhile('b', `printf '\\000mine' > ${at('b', picture)}`)).toMatchObject({ status: 0 });
  expect(read('b', picture)).toBe('\0mine');
  const folder = path.join(world.tree('b'), 'state/regen/conflicts/skill');
  const kept = fs.readdirSync(folder).filter((name) => name.endsWith('-picture.png'));
  expect(kept.map((name) => [...fs.readFileSync(path.join(folder, name))])).toEqual([[0, 255, 2]]);
  expect(sync('b', '--apply')).toMatchObject({ status: 0 });
  sync('a', '--apply');
  expect(read('a', picture)).toBe('\0mine');
});

test('a file that is made, or changed, in the place of what comes or goes stays', () => {
  write('a', 'state/skills/skill/one.md', '# One of a\n');
  write('a', 'state/skills/skill/two.md', '# Two\n');
  sync('a', '--apply');
  sync('b', '--apply');
  write('a', 'state/skills/skill/one.md', '# One of a\n\nMore.\n');
  write('a', 'state/skills/skill/fresh.md', '# Fresh of a\n\nFrom a.\n');
  fs.rmSync(path.join(world.tree('a'), 'state/skills/skill/two.md'));
  sync('a', '--apply');
  const ended = syncWhile(
    'b',
    `echo 'From b.' > ${at('b', 'state/skills/skill/fresh.md')}; rm ${at('b', 'state/skills/skill/one.md')}`,
  );
  expect(ended).toMatchObject({ status: 0 });
  expect(read('b', 'state/skills/skill/fresh.md')).toContain('From b.');
  sync('b', '--apply');
  expect(git('b', 'status', '--porcelain').replace(' M state/index.md\n', '')).toBe('');
});
