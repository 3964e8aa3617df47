import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtProgram, makeScene } from './program.ts';

const scene = makeScene();

/** A package of another version in the scene: the built program, and the seed with some of its files changed. */
function makeVersion(version: string, changes: Readonly<Record<string, (text: string) => string>>): string {
  const root = path.join(scene.dir, `package-${version}`);
  fs.cpSync(path.resolve(builtProgram, '../../seed'), path.join(root, 'seed'), { recursive: true });
  scene.write(`package-${version}/package.json`, JSON.stringify({ name: 'snappy-os', version, type: 'module' }));
  fs.cpSync(path.dirname(builtProgram), path.join(root, 'dist'), { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    fs.writeFileSync(path.join(root, 'seed', file), change(fs.readFileSync(path.join(root, 'seed', file), 'utf8')));
  }
  return path.join(root, 'dist/snappy.js');
}

const next = makeVersion('99.0.0', {
  'program.md': (text) => text.replace('# The contract of this tree', '# The new contract of this tree'),
  'state/skills/skill/AGENTS.md': (text) => `${text}- A newer line.\n`,
});
const refresh = (...args: string[]) => scene.run(process.execPath, next, 'init', '--refresh-seed', 'tree', ...args);
scene.snappy('init', 'tree');

describe('snappy init --refresh-seed', () => {
  test('shows with --dry what it would do, and does nothing', () => {
    const { status, stdout } = refresh('--dry');
    expect(status).toBe(0);
    expect(stdout).toContain('Brought up to date (2):\n  program.md\n  state/skills/skill/AGENTS.md\n');
    expect(stdout).toMatch(/\nNothing was changed: this was a dry run\.\n$/);
    expect(scene.git('tree', 'status', '--porcelain')).toBe('');
  });

  test('refuses with status 3 what was changed on both sides, shows both changes and three choices, and does the rest', () => {
    fs.appendFileSync(path.join(scene.dir, 'tree/program.md'), '9. My own rule.\n');
    const { status, stdout } = refresh();
    expect(status).toBe(3);
    expect(stdout).toContain('Refused, since changed here (1):\n\nprogram.md\n  changed here, since it was laid:\n');
    expect(stdout).toContain('\n    +9. My own rule.\n');
    expect(stdout).toContain('\n    -# The contract of this tree\n    +# The new contract of this tree\n');
    for (const choice of ['merge by hand', '--force', '--keep']) expect(stdout).toContain(`\n  ${choice}  `);
    expect(scene.read('tree/program.md')).toMatch(/^# The contract of this tree[^]*9\. My own rule\.\n$/);
    expect(scene.read('tree/state/skills/skill/AGENTS.md')).toMatch(/- A newer line\.\n$/);
  });

  test('takes a merge by hand with --keep, and is then content', () => {
    scene.write('tree/program.md', scene.read('tree/program.md').replace('# The contract', '# The new contract'));
    expect(refresh('--keep').status).toBe(0);
    expect(JSON.parse(scene.read('tree/.seed-manifest.json'))).toMatchObject({ version: '99.0.0' });
  });

  test('replaces with --force, and keeps the old beside it', () => {
    const mine = scene.read('tree/program.md');
    expect(refresh('--force')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Laid over yours') as string,
    });
    expect(scene.read('tree/program.md')).not.toContain('My own rule');
    expect(scene.read('tree/program.md.bak')).toBe(mine);
  });

  test('leaves a hook index that is up to date', () => {
    expect(scene.snappy('index', '--if-stale', '--tree', 'tree').stdout).toContain('is up to date');
  });

  test('refuses an older package, a folder that is no tree, and choices without a refresh', () => {
    expect(scene.snappy('init', '--refresh-seed', 'tree')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('99.0.0') as string,
    });
    expect(scene.snappy('init', '--refresh-seed', 'nowhere').status).toBe(2);
    expect(scene.snappy('init', '--force', 'tree').status).toBe(2);
    expect(refresh('--force', '--keep').status).toBe(2);
  });
});
