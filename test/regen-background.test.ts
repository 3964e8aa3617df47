import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { builtProgram, makeScene } from './program.ts';
import type { Ended } from './program.ts';

const gap = 'the ferry stops at 7 on Sundays';
const workFolder = 'state/log/revisions/.work';
const loaderFile = 'state/skills/ferry/AGENTS.md';

const scene = makeScene();
let turn = 0;
const at = (...parts: string[]): string => path.join(scene.dir, `tree${turn}`, ...parts);
const snappy = (...args: string[]): Ended => scene.snappy(...args, '--tree', at());
const read = (...parts: string[]): string => (fs.existsSync(at(...parts)) ? fs.readFileSync(at(...parts), 'utf8') : '');

scene.snappy('init', 'tree0');
snappy('skill', 'new', 'ferry');
snappy('regen', 'notice');

/** Waits until a condition holds: what works in the background tells nobody of its end. */
const until = (condition: () => boolean): Promise<void> => expect.poll(condition, { timeout: 30_000 }).toBe(true);

function setMode(mode: 'attended' | 'background'): void {
  const { runtimes } = JSON.parse(read('state/config/dispatch.json')) as { runtimes: { fake: { command: string[] } } };
  const { command } = runtimes.fake;
  const config = { _v: 1, mode, runtime: 'fake', revert: 'ask', maxOpen: 2, command };
  fs.writeFileSync(at('state/log/regen.json'), JSON.stringify(config));
}

/** What the hook of the tree prints for an event; what it starts goes on in the background. */
function hook(event: string, runtime: string): Ended {
  scene.write('event.json', JSON.stringify({ session_id: 'attended', hook_event_name: event, cwd: scene.dir }));
  return scene.run('sh', '-c', `sh '${at('state/hooks/snappy-os-inject.sh')}' ${event} ${runtime} <event.json`);
}

/** Lays a tree with a gap that is to be drained, and an agent program that does this; it works in the copy, and knows the tree. */
function layTree(agent: string): void {
  fs.cpSync(path.join(scene.dir, 'tree0'), at(), { recursive: true });
  const head = `import fs from 'node:fs';\nimport path from 'node:path';\nimport { spawnSync } from 'node:child_process';
const tree = ${JSON.stringify(at())};\nconst loader = '${loaderFile}';
fs.appendFileSync(path.join(tree, 'starts'), process.pid + '\\n');\n`;
  fs.writeFileSync(at('agent.mjs'), `${head}${agent}\n`);
  const command = [process.execPath, at('agent.mjs'), '{prompt}'];
  fs.writeFileSync(at('state/config/dispatch.json'), JSON.stringify({ _v: 1, runtimes: { fake: { command } } }));
  setMode('background');
  const now = new Date().toISOString();
  fs.appendFileSync(
    at('state/log/loader-feedback.log'),
    `[${now}] ferry: ${gap} [LOGGED] action_kind=loader-rewritten\n`,
  );
}

const ends = (): string[] =>
  read(workFolder, 'tries.ndjson')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { end: string }).end);
const starts = (): string[] =>
  read('starts')
    .split('\n')
    .filter((line) => line !== '');
const isDone = (): boolean => ends().some((end) => end !== 'started') && !fs.existsSync(at(workFolder, 'lock'));
const addLine = `fs.appendFileSync(loader, '- ${gap}\\n');`;

beforeEach(() => {
  turn += 1;
});

describe('in the background mode', { timeout: 60_000 }, () => {
  test('a turn that stops starts the agent on the brief; its line is there for the next, blamed on it', async () => {
    layTree(addLine);
    expect(hook('stop', 'claude-code').status).toBe(0);
    await until(isDone);
    expect(ends()).toEqual(['started', 'taken']);
    expect(read(loaderFile)).toContain(`- ${gap}\n`);
    const edit = JSON.parse(read('state/log/edits.ndjson').trimEnd().split('\n').at(-1) ?? '') as object;
    expect(edit).toMatchObject({ skill: 'ferry', how: 'drain', runtime: 'fake' });
    expect(read('state/log/loader-feedback.log')).toMatch(
      /ferry: worked off in the background: .* \[FIXED\] action_kind=loader-rewritten\n$/,
    );
    expect(fs.existsSync(at('state/log/regen-queue/ferry.loader-rewritten.md'))).toBe(false);
  });

  test('an agent that stops, drains and edits the tree from within starts no other, whatever it calls', async () => {
    layTree(`
      const run = (program, args, env = process.env) => spawnSync(program, args, { env, stdio: 'ignore', input: '{"session_id":"inner"}' });
      fs.appendFileSync(path.join(tree, 'state/log/loader-feedback.log'), '[' + new Date().toISOString() + '] skill: another gap [LOGGED] action_kind=loader-rewritten\\n');
      run('sh', [path.join(tree, 'state/hooks/snappy-os-inject.sh'), 'stop', 'claude-code']);
      const { SNAPPY_INSIDE, ...bare } = process.env;
      for (const env of [process.env, bare]) {
        run(process.execPath, [${JSON.stringify(builtProgram)}, 'regen', 'drain', '--tree', tree], env);
        run(process.execPath, [${JSON.stringify(builtProgram)}, 'regen', 'drain', 'skill', '--work', 'loader-rewritten', '--tree', tree], env);
      }
      // What a drain has started by then is to find this work still going on, however late it comes to look.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
      ${addLine}`);
    expect(snappy('regen', 'drain').stdout).toContain('Started fake on ferry.loader-rewritten.');
    await until(isDone);
    expect(ends()).toEqual(['started', 'taken']);
    expect(starts()).toHaveLength(1);
    expect(fs.existsSync(at('state/log/regen-queue/skill.loader-rewritten.md'))).toBe(true);
  });

  test('what is refused changes nothing, and says why', () => {
    layTree(`fs.writeFileSync(loader, '# ferry\\n\\n- ${gap}\\n');`);
    const before = read(loaderFile);
    const { status, stdout } = snappy('regen', 'drain', 'ferry', '--work', 'loader-rewritten');
    expect(status).toBe(1);
    expect(stdout).toContain('a line is gone that REMOVED.md does not name with a reason: ');
    expect(stdout).toContain('Nothing was changed: the work on ferry.loader-rewritten: refused.');
    expect(read(loaderFile)).toBe(before);
    expect(snappy('regen', 'list').stdout).toMatch(
      /tried {5}in the background by fake, \S+: refused\n +a line is gone that REMOVED\.md does not name/,
    );
  });

  test('nothing is started in the attended mode, which is the default', () => {
    layTree(addLine);
    setMode('attended');
    expect(snappy('regen', 'drain').stdout).not.toContain('Started');
    expect(snappy('regen', 'drain', 'ferry', '--work', 'loader-rewritten').status).toBe(3);
    expect(starts()).toEqual([]);
  });
});

describe('when the work is cut off', { timeout: 60_000 }, () => {
  test('by a kill of the process that supervises the agent: the skill is as it was, and the next drain goes on', async () => {
    layTree(
      `${addLine}\nprocess.stdout.on('error', () => process.exit());\nsetInterval(() => process.stdout.write('.'), 20);`,
    );
    const before = read(loaderFile);
    const runner = scene.start('regen', 'drain', 'ferry', '--work', 'loader-rewritten', '--tree', at());
    await until(() => starts().length === 1);
    runner.kill('SIGKILL');
    await until(() => runner.signalCode !== null);
    expect(read(loaderFile)).toBe(before);
    // The agent finds nobody who reads what it prints.
    const isGone = (): boolean => spawnSync('kill', ['-0', starts()[0] ?? '']).status !== 0;
    await until(isGone);
    const { status, stdout } = snappy('regen', 'drain');
    expect(status).toBe(0);
    expect(stdout).not.toContain('Started');
    expect(fs.existsSync(at('state/log/regen-queue/ferry.loader-rewritten.md'))).toBe(true);
    expect(snappy('regen', 'drain', 'ferry', '--work', 'loader-rewritten').stdout).toContain(
      'it was tried within the hour',
    );
    expect(fs.readdirSync(at(workFolder))).toEqual(['tries.ndjson']);
  });

  test('by a disk that is full: nothing is started, the skill is as it was, and no copy is left', () => {
    layTree(addLine);
    fs.writeFileSync(at('state/skills/ferry/large.txt'), Buffer.alloc(100_000, 'x'));
    snappy('regen', 'notice');
    const before = read(loaderFile);
    const { status, stderr } = scene.run(
      'sh',
      '-c',
      'trap "" XFSZ; ulimit -f 64; exec "$@"',
      'sh',
      process.execPath,
      builtProgram,
      'regen',
      'drain',
      'ferry',
      '--work',
      'loader-rewritten',
      '--tree',
      at(),
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/could not be written: .* \(EFBIG\)/);
    expect(starts()).toEqual([]);
    expect(read(loaderFile)).toBe(before);
    expect(fs.readdirSync(at(workFolder)).filter((name) => name.startsWith('ferry'))).toEqual([]);
  });
});
