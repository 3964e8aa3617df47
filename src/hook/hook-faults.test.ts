import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import type { Combination } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const prompt = JSON.stringify({ session_id: 'a', prompt: 'ship it now' });
const events = [
  'session',
  'prompt',
  'subagent',
  'subagent-start',
  'edit',
  'changed',
  'stop',
  'check',
  'compile',
  'no such event',
  '',
];
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

let trees = 0;
let tree = '';
let log = '';

function layTree(name = `tree-${trees++}`): void {
  tree = path.join(scratch, name);
  log = path.join(tree, layout.hookLog);
  layTestTree(tree, [{ name: 'deploy-site', triggers: ['ship it now'] }]);
  compileIndex(tree);
}
beforeEach(() => layTree());

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);
const quiet = { stdout: '', stderr: '', status: 0 };
const answered = {
  stdout: expect.stringMatching(/^\{.*LOADER OF deploy-site.*\}\n$/) as string,
  stderr: '',
  status: 0,
};
const current = (): string => path.join(tree, layout.index, 'current');
const [generation, rest] = [/^\S+/, / .*/];
const rewrite = (change: (line: string) => string): void =>
  fs.writeFileSync(current(), change(fs.readFileSync(current(), 'utf8')));
const shardsOf = (): string[] =>
  fs.readdirSync(path.join(tree, layout.index, generation.exec(fs.readFileSync(current(), 'utf8'))?.[0] ?? ''));

const damage: Readonly<Record<string, () => void>> = {
  'no index': () => fs.rmSync(path.join(tree, layout.index), { recursive: true }),
  'a truncated pointer': () => rewrite((line) => line.slice(0, 8)),
  'an empty pointer': () => rewrite(() => ''),
  'another version': () => rewrite((line) => line.replace(' 1 ', ' 999 ')),
  'words for numbers': () => rewrite((line) => line.replace(rest, ' 1 x y z')),
  'zeros for numbers': () => rewrite((line) => line.replace(rest, ' 1 0 0 0')),
  'garbage for a pointer': () =>
    fs.writeFileSync(current(), Buffer.from('\0\x01\xff\x04 \x04\n1 1 1 1'.repeat(50), 'latin1')),
  'a folder for a pointer': () => {
    fs.rmSync(current());
    fs.mkdirSync(current());
  },
};
/** Nothing in the background: its lines would stand in the log between the ones that are counted. */
const alone = { SNAPPY_TRIAL: '1' };

const loss: Readonly<Record<string, (file: string) => void>> = {
  'missing files': (file) => fs.rmSync(file),
  'empty files': (file) => fs.writeFileSync(file, ''),
  'garbage in its files': (file) =>
    fs.writeFileSync(file, Buffer.from('\0\xffship\tT\n\tit\tTx \n9\n'.repeat(99), 'latin1')),
  'folders for files': (file) => {
    fs.rmSync(file);
    fs.mkdirSync(file);
  },
};

describe.each(everywhere)('a damaged tree under $name', (combination) => {
  it.each(Object.entries(damage))('never fails a turn, and is told of in the log: %s', (_, spoil) => {
    spoil();
    expect(runUnder(combination, tree, 'prompt', prompt, alone)).toEqual(quiet);
    expect(fs.readFileSync(log, 'utf8')).toMatch(/^\S+Z prompt: [^\n]+\n/);
  });

  it.each(Object.entries(loss))('never fails a turn: an index with %s', (_, spoil) => {
    const folder = fs.readFileSync(current(), 'utf8').split(' ')[0] ?? '';
    for (const name of shardsOf()) spoil(path.join(tree, layout.index, folder, name));
    expect(runUnder(combination, tree, 'prompt', prompt)).toEqual(quiet);
    expect(runUnder(combination, tree, 'session', '{"session_id":"a"}').status).toBe(0);
  });

  it('gives what there is where log, ledger and footer cannot be used', () => {
    fs.rmSync(path.join(tree, 'state/log'), { recursive: true });
    fs.writeFileSync(path.join(tree, 'state/log'), 'a file in the place of a folder');
    fs.rmSync(path.join(tree, layout.footer));
    fs.mkdirSync(path.join(tree, layout.footer));
    expect(runUnder(combination, tree, 'session', '{"session_id":"a","source":"compact"}')).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(runUnder(combination, tree, 'prompt', prompt)).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives the loader on a full disk', () => {
    // A file size limit of 0 makes every write to a file fail, as a full disk does.
    const [program = 'sh', ...words] = combination.shell;
    const script = 'trap "" XFSZ; ulimit -f 0; exec "$@"';
    for (const [event, input] of [
      ['session', '{"session_id":"a"}'],
      ['prompt', prompt],
      ['prompt', '{'],
    ] as const) {
      const args = [
        '-c',
        script,
        'sh',
        path.join(combination.bin, program),
        ...words,
        path.join(tree, layout.hook),
        event,
      ];
      const { stdout, stderr, status } = spawnSync('/bin/sh', args, {
        input,
        encoding: 'utf8',
        env: { PATH: combination.bin, ...alone },
        timeout: 10_000,
      });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      expect(stdout.includes('LOADER OF deploy-site')).toBe(input === prompt);
    }
    expect(fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '').toBe('');
  });

  it('ends with 0 at every event, whatever the input', () => {
    for (const event of events)
      for (const input of ['', '{}', '[]', '{"session_id":"a"}'])
        expect(runUnder(combination, tree, event, input).status, event).toBe(0);
  });
});

/** A combination whose awk is this script. */
function withAwk(script: string | undefined): Combination {
  const bin = path.join(scratch, `bin-${trees++}`);
  fs.cpSync(usual.bin, bin, { recursive: true, verbatimSymlinks: true });
  fs.rmSync(path.join(bin, 'awk'));
  if (script !== undefined) fs.writeFileSync(path.join(bin, 'awk'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...usual, bin };
}

describe('an awk that fails', () => {
  it.each([
    ['is missing', undefined],
    ['kills itself', 'kill -9 $$'],
    ['ends with 2', 'exit 2'],
    ['prints half and is killed', `printf '{"hookSpecificOutput":{"hookEventName":"UserPro'; kill -9 $$`],
    ['prints half that looks whole and is killed', `printf '%s' '{"additionalContext":"say \\"}'; kill -9 $$`],
  ])('costs the text and a line in the log: it %s', (_, script) => {
    const combination = withAwk(script);
    for (const event of ['prompt', 'session', 'edit', 'subagent']) {
      // Cursor takes silence for a failure.
      expect(runUnder(combination, tree, [event, 'cursor'], prompt, alone).stdout, event).toMatch(
        /^\{("continue":true)?\}\n$/,
      );
      fs.rmSync(log, { force: true });
      expect(runUnder(combination, tree, event, prompt, alone), event).toEqual(quiet);
      expect(fs.readFileSync(log, 'utf8')).toMatch(
        new RegExp(`^\\S+Z ${event}: awk ended with status \\d+[^\\n]*\\n$`),
      );
    }
  });
});

describe.each(everywhere.filter(({ name }) => name.endsWith('mawk')))(
  'the way the hook is called under $name',
  (combination) => {
    const [program = 'sh', ...words] = combination.shell;
    const call = (script: string, options: { cwd?: string; env?: Record<string, string> } = {}): object => {
      const { stdout, stderr, status } = spawnSync(path.join(combination.bin, program), [...words, script, 'prompt'], {
        input: '{"prompt":"ship it now"}',
        encoding: 'utf8',
        timeout: 10_000,
        ...options,
        env: { PATH: combination.bin, ...options.env },
      });
      return { stdout, stderr, status };
    };

    it('does not matter: relative paths, links, other folders, CDPATH', () => {
      fs.symlinkSync(path.join(tree, layout.hook), path.join(tree, 'absolute'));
      fs.symlinkSync('../' + layout.hook, path.join(tree, 'state', 'relative'));
      fs.symlinkSync('relative', path.join(tree, 'state', 'twice'));
      expect(call(layout.hook, { cwd: tree })).toEqual(answered);
      expect(call('./snappy-os-inject.sh', { cwd: path.join(tree, 'state/hooks') })).toEqual(answered);
      expect(call('snappy-os-inject.sh', { cwd: path.join(tree, 'state/hooks') })).toEqual(answered);
      expect(call(layout.hook, { cwd: tree, env: { CDPATH: `/:${scratch}:${tree}` } })).toEqual(answered);
      for (const link of ['absolute', 'state/relative', 'state/twice'])
        expect(call(path.join(tree, link), { cwd: '/' }), link).toEqual(answered);
      expect(call('state/twice', { cwd: tree })).toEqual(answered);
    });

    it.each(['a b', `it's "q"`, 'back\\slash\\n', 'a&b;$(x) *', 'naïve 日本 😀', '%s', '-dash', 'line\nbreak'])(
      'does not matter: a tree at %j',
      (name) => {
        layTree(path.join(`place-${trees++}`, name));
        const { stdout, stderr, status } = runUnder(combination, tree, 'prompt', prompt);
        expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
        const { hookSpecificOutput } = JSON.parse(stdout) as { hookSpecificOutput: { additionalContext: string } };
        expect(hookSpecificOutput.additionalContext).toContain(`from ${tree}/state/skills/deploy-site/AGENTS.md;`);
        const edit = JSON.stringify({
          tool_input: { file_path: path.join(tree, 'state/skills/deploy-site/AGENTS.md') },
        });
        // A path with a line break is not followed.
        expect(runUnder(combination, tree, 'edit', edit).stdout.includes('You changed')).toBe(!name.includes('\n'));
      },
    );

    it('does not matter: an empty environment, a folder that is gone', () => {
      const script = path.join(tree, layout.hook);
      const gone = fs.mkdtempSync(path.join(scratch, 'gone-'));
      const run = `cd '${gone}' && /bin/rmdir '${gone}' && exec "$@"`;
      const { stdout, status } = spawnSync('sh', ['-c', run, 'sh', ...combination.shell, script, 'prompt'], {
        input: prompt,
        encoding: 'utf8',
        env: { PATH: combination.bin },
        timeout: 10_000,
      });
      expect({ stdout, status }).toEqual({ stdout: answered.stdout, status: 0 });
      const bare = spawnSync('/bin/sh', [script, 'prompt'], {
        input: '{"prompt":"ship it now"}',
        encoding: 'utf8',
        env: {},
        timeout: 10_000,
      });
      expect(bare.status).toBe(0);
      expect(bare.stdout).toContain('LOADER OF deploy-site');
    });

    it('does not matter: a reader that is gone, closed descriptors', async () => {
      const script = path.join(tree, layout.hook);
      const child = spawn(path.join(combination.bin, program), [...words, script, 'prompt'], {
        env: { PATH: combination.bin },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      child.stdout.destroy();
      child.stdin.end(prompt);
      const end = await new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
      expect(end).toEqual({ code: 0, signal: null });
      for (const closed of ['>&-', '<&-', '>&- 2>&- <&-']) {
        for (const event of events)
          expect(
            spawnSync('sh', ['-c', `"$@" ${closed}`, 'sh', ...combination.shell, script, event], {
              input: prompt,
              env: { PATH: combination.bin },
              timeout: 10_000,
            }).status,
            `${event} ${closed}`,
          ).toBe(0);
      }
    });
  },
);

it('there is nothing to say where there are no skills', () => {
  fs.rmSync(path.join(tree, layout.skills), { recursive: true });
  expect(runUnder(usual, tree, 'prompt', prompt)).toEqual(quiet);
  expect(fs.readFileSync(log, 'utf8')).toContain('state/skills is missing');
});

it('the log does not grow without end, and is never a device', () => {
  fs.writeFileSync(log, 'x'.repeat(262_145));
  expect(runUnder(usual, tree, 'prompt', '{')).toEqual(quiet);
  expect(fs.statSync(log).size).toBe(262_145);
  fs.rmSync(log);
  fs.symlinkSync('/dev/full', log);
  expect(runUnder(usual, tree, 'prompt', '{')).toEqual(quiet);
});
