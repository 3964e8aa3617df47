import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { builtProgram, loader, makeSyncWorld } from './sync-world.ts';

const world = makeSyncWorld('a', 'b');
const { scene, sync, git, read, write, learn } = world;

const at = (machine: string, file: string): string => path.join(world.tree(machine), file);
const edits = 'state/log/edits.ndjson';

test('a credential in a commit that a person made by hand is not pushed, also when a later one takes it out', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const before = read('a', loader);
  const head = git('a', 'rev-parse', 'HEAD').trim();
  learn('a', `- a: sign in with ${secret}.`);
  git('a', 'commit', '--quiet', '-am', 'By hand');
  const first = sync('a', '--apply');
  expect(first).toMatchObject({ status: 3 });
  expect(first.stderr).toMatch(/would be pushed with the last commit: state\/skills\/skill\/AGENTS\.md:\d+ \(github\)/);
  write('a', loader, before);
  git('a', 'commit', '--quiet', '-am', 'Taken out');
  const second = sync('a');
  expect(second).toMatchObject({ status: 3 });
  expect(second.stderr).toMatch(/would be pushed with the commit [0-9a-f]{10}: /);
  expect(first.stderr + second.stderr).not.toContain(secret);
  expect(git('a', 'rev-parse', 'origin/main').trim()).toBe(head);
  git('a', 'reset', '--quiet', '--hard', head);
  expect(sync('a', '--apply')).toMatchObject({ status: 0 });
});

test('a skill whose name has blanks and letters of any script brings its edits with it, and no new ones', () => {
  const name = 'state/skills/café über alles/SKILL.md';
  write('a', name, '---\nname: cafe\ndescription: Coffee.\n---\n# Coffee\n');
  sync('a', '--apply');
  sync('b', '--apply');
  write('a', name, `${read('a', name)}\nMore.\n`);
  sync('a', '--apply');
  sync('b', '--apply');
  expect(read('b', name)).toContain('More.');
  expect(scene.snappy('regen', 'notice', '--tree', world.tree('b'), '--json').stdout).toContain('"edits": []');
  expect(read('b', edits)).toBe(read('a', edits));
});

test('a history that has grown too large, and files as large, stop no sync; the plan says what is left out', () => {
  sync('b', '--apply');
  const row = `${JSON.stringify({ _v: 1, ts: '2026-11-20T10:00:00.000Z', note: 'x'.repeat(1_000) })}\n`;
  fs.appendFileSync(at('a', edits), row.repeat(52_000));
  fs.writeFileSync(at('a', 'state/skills/skill/big.bin'), Buffer.alloc(5 * 1024 * 1024, 'x\n'));
  learn('a', '- a: beside a large file.');
  learn('b', '- b: while a grew.');
  sync('b', '--apply');
  const ended = sync('a', '--apply');
  expect(ended).toMatchObject({ status: 0 });
  expect(ended.stdout).toContain(`${edits}: larger than 50 MB; move its older rows to another file`);
  expect(ended.stdout).toContain('big.bin is too large to be looked through for credentials');
  expect(read('a', loader)).toContain('- b: while a grew.');
  expect(fs.statSync(at('a', edits)).size).toBeGreaterThan(52_000_000);
  // Once it is small again, nothing of it was lost on the way.
  const rows = read('a', edits)
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"note"'));
  write('a', edits, `${rows.join('\n')}\n`);
  expect(sync('a', '--apply')).toMatchObject({ status: 0 });
  for (const line of read('b', edits).trim().split('\n')) expect(read('a', edits)).toContain(line);
});

test('hooks do not wait while the remote is asked, and the list of commands is named among the programs', async () => {
  learn('a', '- a: while b was waiting for the remote.');
  write('a', 'state/config/dispatch.json', '{"_v":1,"runtimes":{}}\n');
  sync('a', '--apply');
  expect(sync('b').stdout).toMatch(/programs, which will run here:\n\s+state\/config\/dispatch\.json/);
  const real = scene.run('sh', '-c', 'command -v git').stdout.trim();
  const folder = path.join(scene.dir, 'waiting-git');
  fs.mkdirSync(folder);
  const wait = `touch '${folder}/'"$2"; for i in $(seq 600); do [ -e '${folder}/go-'"$2" ] && break; sleep 0.05; done`;
  const script = `#!/bin/sh
for word in "$@"; do
  case "$word" in fetch|push) set -- "$word" "$@"; ${wait.replaceAll('"$2"', '"$1"')}; shift; break ;; esac
done
exec ${real} "$@"
`;
  fs.writeFileSync(path.join(folder, 'git'), script, { mode: 0o755 });
  const env = { ...scene.env, PATH: `${folder}${path.delimiter}${scene.env['PATH'] ?? ''}` };
  learn('b', '- b: to be pushed.');
  const args = [builtProgram, 'sync', '--apply', '--tree', world.tree('b')];
  const child = spawn(process.execPath, args, { cwd: scene.dir, env, stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    child.on('exit', resolve);
  });
  for (const step of ['fetch', 'push']) {
    await expect.poll(() => fs.existsSync(path.join(folder, step)), { timeout: 20_000 }).toBe(true);
    expect(fs.existsSync(at('b', 'state/log/regen.lock')), step).toBe(false);
    expect(scene.snappy('regen', 'drain', '--tree', world.tree('b'))).toMatchObject({ status: 0 });
    fs.writeFileSync(path.join(folder, `go-${step}`), '');
  }
  expect(await ended).toBe(0);
  expect(git('b', 'show', `origin/main:${loader}`)).toContain('- b: to be pushed.');
  expect(read('b', loader)).toContain('- a: while b was waiting for the remote.');
});
