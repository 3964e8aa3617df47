import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { eventually } from './eventually.ts';
import { runHook } from './run.ts';
import { runtimeCalls } from './runtime-calls.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
let trees = 0;
let tree = '';
let home = '';
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);
const alone = { SNAPPY_TRIAL: '1' };
const neutral = '{"continue":true}\n';

beforeEach(() => {
  tree = path.join(scratch, `tree-${trees++}`);
  home = path.join(tree, 'home');
  layTestTree(tree, [{ name: 'deploy-site', triggers: ['ship it now'] }]);
  fs.mkdirSync(path.join(tree, 'bin'));
  fs.writeFileSync(path.join(tree, 'bin/snappy.js'), `require('fs').writeFileSync('compiled', '');\n`);
  compileIndex(tree);
  for (const { bin } of everywhere)
    if (!fs.existsSync(path.join(bin, 'node'))) fs.symlinkSync(process.execPath, path.join(bin, 'node'));
});

function wire(command: string): void {
  fs.mkdirSync(path.join(home, '.cursor'), { recursive: true });
  const hooks = { beforeSubmitPrompt: [{ command }] };
  fs.writeFileSync(path.join(home, '.cursor/hooks.json'), JSON.stringify({ version: 1, hooks }));
}

/** Whether the compile in the background has run. */
const wasCompiled = (): Promise<boolean> => eventually(() => fs.existsSync(path.join(tree, 'compiled')));

describe.each(everywhere)('Cursor, which takes silence for a failure, under $name', (combination) => {
  const answerTo = (event: string, input = '{}'): object =>
    runUnder(combination, tree, [event, 'cursor'], input, { ...alone, HOME: home });
  const said = (stdout: string): object => ({ stdout, stderr: '', status: 0 });

  it('is answered one object at every event, whatever is wrong', () => {
    expect(answerTo('prompt', '{"prompt":"nothing of note"}')).toEqual(said(neutral));
    expect(answerTo('prompt', '{"prompt":')).toEqual(said(neutral));
    for (const event of ['edit', 'stop', 'subagent', 'changed', 'nonesuch'])
      expect(answerTo(event), event).toEqual(said('{}\n'));
    expect(answerTo('session')).toMatchObject({
      stdout: expect.stringMatching(/^\{"continue":true,.*\}\n$/) as string,
    });
    fs.rmSync(path.join(tree, layout.index), { recursive: true });
    expect(answerTo('prompt', '{"prompt":"ship it now"}')).toEqual(said(neutral));
    fs.rmSync(path.join(tree, layout.skills), { recursive: true });
    for (const event of ['prompt', 'session']) expect(answerTo(event), event).toEqual(said(neutral));
    fs.rmSync(path.join(tree, 'state/hooks/awk'), { recursive: true });
    expect(answerTo('session')).toEqual(said(neutral));
  });

  it('is answered once, also where the answer is large', () => {
    fs.writeFileSync(path.join(tree, 'state/skills/deploy-site/AGENTS.md'), 'a line of "text" \\\n'.repeat(2000));
    const { stdout } = runUnder(combination, tree, ['prompt', 'cursor'], '{"prompt":"ship it now"}', alone);
    const answer = JSON.parse(stdout) as { continue: boolean; additional_context: string };
    expect(Object.keys(answer)).toEqual(['continue', 'additional_context']);
    expect(answer.additional_context.length).toBeGreaterThan(9000);
    expect(answer.additional_context.length).toBeLessThanOrEqual(10_000);
  });
});

describe('Cursor that runs the hooks of Claude Code beside its own', () => {
  const prompt = '{"prompt":"ship it now"}';
  const asClaude = (env: Record<string, string>): string =>
    runUnder(usual, tree, 'prompt', prompt, { ...alone, HOME: home, CURSOR_VERSION: '3.18.25', ...env }).stdout;

  it('hears the loader once: from its own where that is wired', () => {
    const ours = path.join(tree, layout.hook);
    expect(asClaude({})).toContain('LOADER OF deploy-site');
    wire('some-other-hook.sh prompt');
    expect(asClaude({})).toContain('LOADER OF deploy-site');
    wire(`'${ours}' prompt cursor`);
    expect(asClaude({})).toBe('');
    expect(asClaude({ CURSOR_VERSION: '' })).toContain('LOADER OF deploy-site');
    const env = { HOME: home, CURSOR_VERSION: '3.18.25', ...alone };
    for (const runtime of ['cursor', 'claude-code', 'codex'])
      expect(runUnder(usual, tree, ['prompt', runtime], prompt, env).stdout, runtime).toContain(
        'LOADER OF deploy-site',
      );
  });

  it('does not keep a person from trying the hook', () => {
    wire(`'${path.join(tree, layout.hook)}' prompt cursor`);
    const env = { ...process.env, HOME: home, CURSOR_VERSION: '3.18.25' };
    expect(runHook(tree, 'prompt', { prompt: 'ship it now' }, { env }).stdout).toContain('hookSpecificOutput');
    expect(runHook(tree, 'prompt', { prompt: 'ship it now' }, { env, runtime: 'copilot' }).stdout).toMatch(
      /^\{"additionalContext":/,
    );
  });

  it('still gets the index compiled after an edit', async () => {
    wire(`'${path.join(tree, layout.hook)}' prompt cursor`);
    const edit = runtimeCalls['cursor']?.edit(path.join(tree, 'state/skills/deploy-site/AGENTS.md'));
    const env = { HOME: home, CURSOR_VERSION: '3.18.25' };
    expect(runUnder(usual, tree, ['edit', 'cursor'], JSON.stringify(edit), env).stdout).toBe('{}\n');
    expect(await wasCompiled()).toBe(true);
  });

  it('costs no process where it is not Cursor', () => {
    wire(`'${path.join(tree, layout.hook)}' prompt cursor`);
    const bin = path.join(tree, 'programs');
    fs.cpSync(usual.bin, bin, { recursive: true, verbatimSymlinks: true });
    fs.rmSync(path.join(bin, 'grep'));
    fs.writeFileSync(path.join(bin, 'grep'), `#!/bin/sh\n: >'${tree}/grepped'\n`, { mode: 0o755 });
    const run = (env: Record<string, string>): unknown =>
      spawnSync(path.join(bin, usual.shell[0] ?? 'sh'), [path.join(tree, layout.hook), 'prompt'], {
        input: prompt,
        env: { PATH: bin, HOME: home, ...alone, ...env },
      });
    run({});
    expect(fs.existsSync(path.join(tree, 'grepped'))).toBe(false);
    run({ CURSOR_VERSION: '3.18.25' });
    expect(fs.existsSync(path.join(tree, 'grepped'))).toBe(true);
  });
});

it('an edit in Windsurf, which takes no answer, gets the index compiled', async () => {
  const edit = runtimeCalls['windsurf']?.edit(path.join(tree, 'state/skills/deploy-site/AGENTS.md'));
  expect(runUnder(usual, tree, ['edit', 'windsurf'], JSON.stringify(edit))).toEqual({
    stdout: '',
    stderr: '',
    status: 0,
  });
  expect(await wasCompiled()).toBe(true);
});
