import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeWorld, putProgram, settingsBefore, stepOf, told } from './install-world.ts';

describe('npx snappy-os on a machine without a tree', () => {
  const world = makeWorld({ '.claude/settings.json': '{}\n', '.gemini/notes.txt': '' });
  const { scene } = world;
  const before = world.entries();

  test('shows what it would lay and wire, and changes nothing', () => {
    const bare = scene.snappy();
    expect(bare).toMatchObject({ status: 0, stderr: '' });
    expect(bare.stdout).toMatch(/^A tree with \d+ skills would be laid in ~\/snappy-os;/);
    expect(bare.stdout).toContain('+++ ~/.claude/settings.json');
    expect(bare.stdout).toContain(`'${world.at('snappy-os')}/state/hooks/snappy-os-inject.sh' prompt`);
    expect(bare.stdout).toContain('link    ~/.claude/skills -> ~/snappy-os/state/skills');
    expect(bare.stdout).toContain('carry the plan out: the same command with --apply');
    expect(bare.stdout).not.toContain('/snappy-plan-');
    expect(bare.stdout.split('\n').at(-2)).toBe('Nothing was changed: this was the plan; add --apply to carry it out.');
    expect(scene.snappy('--json').stdout).not.toContain('snappy-plan-');
    expect(scene.snappy('install', '--check').status).toBe(1);
    expect(world.entries()).toEqual(before);
  });

  test('shows the same where the folder for temporary files is in the home', () => {
    const bare = scene.snappy();
    fs.mkdirSync(world.at('tmp'));
    scene.env['TMPDIR'] = world.at('tmp');
    const withoutTimes = (text: string): string => text.replaceAll(/ +\d+ ms|\d{4}-[-\dT]+Z/g, '');
    expect(withoutTimes(scene.snappy().stdout)).toBe(withoutTimes(bare.stdout));
    expect(fs.readdirSync(world.at('tmp'))).toEqual([]);
    delete scene.env['TMPDIR'];
    fs.rmdirSync(world.at('tmp'));
  });

  test('lays the tree and wires the runtimes with SNAPPY_BOOTSTRAP_APPLY=1, and --dry overrules that', () => {
    scene.env['SNAPPY_BOOTSTRAP_APPLY'] = '1';
    expect(scene.snappy('install', '--dry').stdout).toMatch(/\nNothing was changed: /);
    expect(world.entries()).toEqual(before);
    const done = scene.snappy();
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout.split('\n').at(-2)).toMatch(/^Changed: a tree with \d+ skills laid in ~\/snappy-os, /);
    expect(scene.snappy().stdout).toMatch(/\nNothing was changed: all of it is wired already\.\n$/);
    delete scene.env['SNAPPY_BOOTSTRAP_APPLY'];
    expect(scene.snappy('doctor').status).toBe(0);
    expect(scene.snappy('uninstall', '--apply').status).toBe(0);
    fs.rmSync(world.at('snappy-os'), { recursive: true });
    expect(world.entries()).toEqual(before);
  });
});

test('a home and a tree with blanks, quotes and letters of other scripts are wired, tried and left as they were', () => {
  const world = makeWorld(settingsBefore, `höme of "Ann" & 'Bob' $HOME`, `trée 'a' "b" \\ 100%`);
  const before = world.entries();
  const ended = world.snappy('install', '--apply', '--json');
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  // Each hook was run by its wired command, and the prompt brought its loader.
  expect(told(ended).report.checks.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(world.snappy('install', '--check').status).toBe(0);
  expect(world.snappy('uninstall', '--apply').status).toBe(0);
  expect(world.entries()).toEqual(before);
});

test("another home's runtimes are wired with --home, and the caller's own are not", () => {
  const world = makeWorld({ '.claude/settings.json': '{}\n', 'ann/.gemini/settings.json': '{}\n' });
  world.scene.env['CLAUDE_CONFIG_DIR'] = world.at('elsewhere');
  const before = world.entries();
  const ended = world.snappy('install', '--apply', '--json', '--home', world.at('ann'));
  expect(ended.status).toBe(0);
  expect(world.read('ann/.gemini/settings.json')).toContain('snappy-os-inject.sh');
  expect(world.read('.claude/settings.json')).toBe('{}\n');
  expect(world.snappy('uninstall', '--apply', '--home', world.at('ann')).status).toBe(0);
  expect(world.entries()).toEqual(before);
});

test('settings that a variable led to are named by an uninstall without it, and taken out by one with it', () => {
  const world = makeWorld({ 'moved/config.toml': 'a = 1\n', '.claude/settings.json': '{}\n' });
  const before = world.entries();
  world.scene.env['CODEX_HOME'] = world.at('moved');
  expect(world.snappy('install', '--apply').status).toBe(0);
  delete world.scene.env['CODEX_HOME'];
  expect(world.snappy('uninstall', '--apply').stdout).toContain(
    'still wired to this tree: ~/moved/hooks.json, ~/moved/config.toml: ',
  );
  expect(world.read('.claude/settings.json')).toBe('{}\n');
  world.scene.env['CODEX_HOME'] = world.at('moved');
  expect(world.snappy('uninstall', '--apply').stdout).not.toContain('still wired');
  expect(world.entries()).toEqual(before);
});

describe('a tree that is gone', () => {
  const world = makeWorld(settingsBefore);
  world.snappy('install', '--apply');
  fs.renameSync(world.tree, `${world.tree}-moved`);

  test('leaves hooks of Gemini that end well and say nothing', () => {
    const { hooks } = JSON.parse(world.read('.gemini/settings.json').replaceAll(/\/[/*].*/g, '')) as {
      hooks: Record<string, { hooks: { command: string }[] }[]>;
    };
    const commands = Object.values(hooks).flatMap((groups) => groups.flatMap((group) => group.hooks));
    expect(commands).toHaveLength(6);
    for (const { command } of commands)
      expect(world.scene.run('sh', '-c', command)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('that has moved is wired again by install, with nothing of the old place left', () => {
    const moved = `${world.tree}-moved`;
    expect(world.scene.snappy('install', '--apply', '--tree', moved)).toMatchObject({ status: 0, stderr: '' });
    expect(world.entries().filter((line) => line.includes(`${world.tree}/`))).toEqual([]);
    expect(world.scene.snappy('uninstall', '--apply', '--tree', moved).status).toBe(0);
    expect(world.entries().filter((line) => line.includes('snappy'))).toEqual([]);
  });
});

describe('--project', () => {
  const world = makeWorld({ ...settingsBefore, 'shop/CLAUDE.md': '# Shop\n\nUse tabs.\n', 'shop/.github/x': '' });
  const before = world.entries();
  const files = [
    'AGENTS.md',
    'GEMINI.md',
    '.cursor/rules/snappy.mdc',
    '.windsurf/rules/snappy.md',
    '.github/copilot-instructions.md',
  ];

  test('puts the text of CLAUDE.md into the files of each runtime, and takes it out to the byte', () => {
    const project = ['--project', world.at('shop')];
    expect(world.snappy('install', '--apply', ...project)).toMatchObject({ status: 0, stderr: '' });
    for (const file of files) expect(world.read(`shop/${file}`), file).toContain('Use tabs.');
    expect(world.read('shop/.cursor/rules/snappy.mdc')).toMatch(/^---\n[^]*alwaysApply: true\n/);
    expect(world.read('shop/CLAUDE.md')).toBe('# Shop\n\nUse tabs.\n');
    expect(world.snappy('install', '--check', ...project).status).toBe(0);

    world.put('shop/AGENTS.md', `Mine, above.\n${world.read('shop/AGENTS.md')}Mine, below.\n`);
    world.put('shop/CLAUDE.md', '# Shop\n\nUse blanks.\n');
    expect(world.snappy('install', '--check', ...project).status).toBe(1);
    expect(world.snappy('install', '--apply', ...project).status).toBe(0);
    expect(world.read('shop/AGENTS.md')).toMatch(/^Mine, above\.\n[^]*Use blanks\.[^]*\nMine, below\.\n$/);
    expect(world.read('shop/AGENTS.md')).not.toContain('Use tabs.');

    // The project's blocks alone go first; the hooks stay until all does.
    expect(world.snappy('uninstall', '--apply', ...project).status).toBe(0);
    expect(world.read('shop/AGENTS.md')).toBe('Mine, above.\nMine, below.\n');
    expect(world.read('.claude/settings.json')).toContain('snappy-os-inject.sh');
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    fs.rmSync(world.at('shop/AGENTS.md'));
    world.put('shop/CLAUDE.md', '# Shop\n\nUse tabs.\n');
    expect(world.entries()).toEqual(before);
  });

  test('leaves an AGENTS.md that is a link to CLAUDE.md a link, and CLAUDE.md free of its own copy', () => {
    fs.symlinkSync('CLAUDE.md', world.at('shop/AGENTS.md'));
    const linked = world.entries();
    const ended = world.snappy('install', '--apply', '--project', world.at('shop'));
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(fs.readlinkSync(world.at('shop/AGENTS.md'))).toBe('CLAUDE.md');
    expect(world.read('shop/CLAUDE.md').split('Use tabs.')).toHaveLength(2);
    expect(world.read('shop/GEMINI.md')).toContain('Use tabs.');
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(linked);
  });
});

describe('--cron', () => {
  const world = makeWorld({ '.claude/settings.json': '{}\n' });
  const { scene } = world;
  const table = path.join(scene.dir, 'crontab.txt');
  const own = '# mine\n5 4 * * * echo hi\n';
  const fake = [
    `case "$1" in`,
    `-l) [ -f '${table}' ] && cat '${table}' || { echo 'no crontab for ann' >&2; exit 1; } ;;`,
    `-r) rm '${table}' ;;`,
    `*) cat > '${table}' ;;`,
    `esac`,
  ].join('\n');

  test('puts one marked line into the crontab, once, and takes it out again to the byte', () => {
    putProgram(world.scene, 'crontab', fake);
    fs.writeFileSync(table, own);
    expect(world.snappy('install', '--apply').status).toBe(0);
    expect(fs.readFileSync(table, 'utf8')).toBe(own);
    const plan = world.snappy('install', '--cron');
    expect(plan.stdout).toMatch(/\+.*doctor --silent/);
    expect(fs.readFileSync(table, 'utf8')).toBe(own);
    expect(world.snappy('install', '--apply', '--cron').stdout).toMatch(/\nChanged: the crontab\.\n$/);
    const wired = fs.readFileSync(table, 'utf8');
    expect(wired.startsWith(own)).toBe(true);
    expect(wired.split('doctor --silent')).toHaveLength(2);
    expect(wired).toContain('alert doctor-failed');
    expect(world.snappy('install', '--check', '--cron').status).toBe(0);
    expect(world.snappy('install', '--apply', '--cron').stdout).toContain('\nNothing was changed: ');
    // The line is for all runtimes: it stays while any is wired.
    expect(world.snappy('uninstall', '--apply', '--runtime', 'claude-code').status).toBe(0);
    expect(fs.readFileSync(table, 'utf8')).toBe(wired);
    fs.appendFileSync(table, '1 1 * * * echo ho\n');
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(fs.readFileSync(table, 'utf8')).toBe(`${own}1 1 * * * echo ho\n`);
  });

  test('of a person without a crontab is removed with our line', () => {
    fs.rmSync(table);
    world.snappy('install', '--apply', '--cron');
    expect(fs.existsSync(table)).toBe(true);
    world.snappy('uninstall', '--apply');
    expect(fs.existsSync(table)).toBe(false);
  });

  test('on a machine without the program is a warning, and all else is done', () => {
    fs.rmSync(path.join(scene.dir, 'bin/crontab'));
    scene.env['PATH'] = `${path.join(scene.dir, 'bin')}:${path.dirname(process.execPath)}`;
    for (const name of ['sh', 'awk', 'cat', 'mv', 'mkdir', 'rm', 'sed', 'date', 'dirname', 'env', 'git'])
      putProgram(world.scene, name, `exec /usr/bin/${name} "$@"`);
    const ended = world.snappy('install', '--apply', '--cron', '--json');
    expect(stepOf(ended, 'cron')).toMatchObject({ status: 'warn', text: expect.stringContaining('crontab') as string });
    expect(world.read('.claude/settings.json')).toContain('snappy-os-inject.sh');
  });
});
