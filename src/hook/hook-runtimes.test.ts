import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { runtimeCalls } from './runtime-calls.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import type { Combination } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
const log = path.join(tree, layout.hookLog);
const loaderFile = path.join(tree, 'state/skills/deploy-site/AGENTS.md');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeAll(() => {
  layTestTree(tree, [{ name: 'deploy-site', triggers: ['ship it now'] }]);
  compileIndex(tree);
});
beforeEach(() => {
  fs.rmSync(path.join(tree, layout.sessions), { recursive: true, force: true });
  fs.rmSync(log, { force: true });
});

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);
/** One shell for each awk: how a runtime is read and answered does not depend on the shell. */
const eachAwk = everywhere.filter(({ name }) => name.startsWith('dash'));
const runtimes = Object.keys(runtimeCalls);
/** Nothing in the background: its lines would stand in the log between the ones that are counted. */
const alone = { SNAPPY_TRIAL: '1' };

function call(combination: Combination, event: string, runtime: string, input: object | string): string {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const { stdout, stderr, status } = runUnder(combination, tree, [event, runtime], text, alone);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

/** The answer in the form of Claude Code, with these keys and no others. */
const nested = (hookEventName: string, text: unknown): object => ({
  hookSpecificOutput: { hookEventName, additionalContext: text },
});
const containing = (text: string): unknown => expect.stringContaining(text);

/** What an event is answered with where there is a text for the agent; `undefined` where it can reach nobody. */
const forms: Readonly<Record<string, Partial<Record<'prompt' | 'session' | 'edit', (text: unknown) => object>>>> = {
  'claude-code': {
    prompt: (text) => nested('UserPromptSubmit', text),
    session: (text) => ({
      hookSpecificOutput: {
        hookEventName: 'SessionStart',
        additionalContext: text,
        watchPaths: [path.join(tree, layout.skills)],
      },
    }),
    edit: (text) => nested('PostToolUse', text),
  },
  gemini: {
    prompt: (text) => nested('BeforeAgent', text),
    edit: (text) => nested('AfterTool', text),
  },
  copilot: {
    prompt: (text) => ({ additionalContext: text }),
    session: (text) => ({ additionalContext: text }),
    edit: (text) => ({ additionalContext: text }),
  },
  cursor: {
    prompt: (text) => ({ continue: true, additional_context: text }),
    session: (text) => ({ continue: true, additional_context: text }),
  },
  windsurf: {},
};
const usualForms = {
  prompt: (text: unknown) => nested('UserPromptSubmit', text),
  session: (text: unknown) => nested('SessionStart', text),
  edit: (text: unknown) => nested('PostToolUse', text),
};

/** What is printed where there is nothing to say. */
function silence(runtime: string, event: string): string {
  if (runtime !== 'cursor') return '';
  return event === 'prompt' || event === 'session' ? '{"continue":true}\n' : '{}\n';
}

describe.each(eachAwk)('the answer under $name', (combination) => {
  const expectAnswer = (runtime: string, event: 'prompt' | 'session' | 'edit', input: object, text: string): void => {
    const form = (forms[runtime] ?? usualForms)[event];
    const stdout = call(combination, event, runtime, input);
    if (form === undefined) expect(stdout).toBe(silence(runtime, event));
    else expect(JSON.parse(stdout)).toStrictEqual(form(containing(text)));
  };

  it.each(runtimes)('to a prompt of %s has the loader, once in a session', (runtime) => {
    const calls = runtimeCalls[runtime];
    const prompt = calls?.prompt('please ship it now') ?? {};
    expectAnswer(runtime, 'prompt', prompt, 'LOADER OF deploy-site\n');
    expect(call(combination, 'prompt', runtime, prompt)).toBe(silence(runtime, 'prompt'));
    // A session that begins anew has lost it, whatever the runtime calls the session.
    expectAnswer(runtime, 'session', calls?.session ?? {}, '[snappy-os] THIS MACHINE: ');
    expectAnswer(runtime, 'prompt', prompt, 'LOADER OF deploy-site\n');
  });

  it.each(runtimes)('to a prompt of %s that needs no skill is none', (runtime) => {
    for (const prompt of ['nothing of note', '', ' \n '])
      expect(call(combination, 'prompt', runtime, runtimeCalls[runtime]?.prompt(prompt) ?? {})).toBe(
        silence(runtime, 'prompt'),
      );
    expect(call(combination, 'stop', runtime, runtimeCalls[runtime]?.stop ?? {})).toBe(silence(runtime, 'stop'));
    expect(fs.existsSync(log)).toBe(false);
  });

  it.each(runtimes)('to an edit of %s tells that the skill was changed', (runtime) => {
    const edit = (file: string): object => runtimeCalls[runtime]?.edit(file) ?? {};
    expectAnswer(runtime, 'edit', edit(loaderFile), 'You changed `AGENTS.md` of the skill `deploy-site`. The index');
    expect(call(combination, 'edit', runtime, edit('/home/ann/notes.txt'))).toBe(silence(runtime, 'edit'));
  });

  it.each(runtimes)('to input of %s that is no JSON is none, and costs a line in the log', (runtime) => {
    for (const event of ['prompt', 'session', 'edit', 'subagent']) {
      fs.rmSync(log, { force: true });
      expect(call(combination, event, runtime, '{"prompt":"ship it now"')).toBe(silence(runtime, event));
      expect(fs.readFileSync(log, 'utf8')).toMatch(/^\S+Z \w+: the input is not a JSON object\n$/);
    }
  });
});

const tasks: readonly (readonly [string, (input: object) => object, object])[] = [
  [
    'claude-code',
    (input) => ({ hookEventName: 'PreToolUse', updatedInput: input }),
    { description: 'a task', prompt: containing('go, ship it now\n\n[snappy-os] Loader'), subagent_type: 'general' },
  ],
  [
    'codex',
    (input) => ({ permissionDecision: 'allow', hookEventName: 'PreToolUse', updatedInput: input }),
    { message: containing('go, ship it now\n\n[snappy-os] Loader'), agent_type: 'default' },
  ],
  [
    'gemini',
    (input) => ({ tool_input: input }),
    { agent_name: 'generalist', prompt: containing('go, ship it now\n\n[snappy-os] Loader') },
  ],
];

describe.each(eachAwk)('the task of a subagent under $name', (combination) => {
  it.each(tasks)('of %s comes back whole, with the loader behind it', (runtime, form, input) => {
    const task = (text: string): object => runtimeCalls[runtime]?.subagent?.(text) ?? {};
    expect(JSON.parse(call(combination, 'subagent', runtime, task('go, ship it now')))).toStrictEqual({
      hookSpecificOutput: form(input),
    });
    expect(call(combination, 'subagent', runtime, task('nothing of note'))).toBe('');
    expect(call(combination, 'subagent', runtime, { ...task('ship it now'), tool_name: 'Bash' })).toBe('');
  });

  it('of Codex is left alone where it goes out enciphered', () => {
    const input = { ...runtimeCalls['codex']?.subagent?.('ship it now'), tool_name: 'collaborationspawn_agent' };
    expect(call(combination, 'subagent', 'codex', input)).toBe('');
  });

  it.each(['objective', 'query', 'task', 'request', 'message'])('of Gemini may be in its %s', (field) => {
    const input = { tool_name: 'invoke_agent', tool_input: { [field]: 'ship it now', agent_name: 'x' } };
    expect(JSON.parse(call(combination, 'subagent', 'gemini', input))).toStrictEqual({
      hookSpecificOutput: {
        tool_input: { [field]: containing('ship it now\n\n[snappy-os] Loader'), agent_name: 'x' },
      },
    });
  });
});

describe.each(eachAwk)('the text of other hooks before a prompt of Gemini under $name', (combination) => {
  it.each([
    ['', '<hook_context>ship it now</hook_context>\n\nhello'],
    ['', '<hook_context>a</hook_context>\n\n<hook_context>ship it now</hook_context>\n\nhello'],
    ['', '<hook_context>&lt;/hook_context&gt; ship it now</hook_context>\n\nhello'],
    ['deploy-site', '<hook_context>a</hook_context>\n\n<hook_context>b</hook_context>\n\nship it now'],
    ['deploy-site', '<hook_context>ship it now</hook_context>\n\nship it now'],
  ])('is no part of it (%#)', (wanted, prompt) => {
    const stdout = call(combination, 'prompt', 'gemini', { hook_event_name: 'BeforeAgent', prompt });
    expect(stdout.includes('Loader of the skill')).toBe(wanted !== '');
  });
});

it('what could not be said to Windsurf is not entered as given', () => {
  expect(call(usual, 'prompt', 'windsurf', { session_id: 'a', prompt: 'ship it now' })).toBe('');
  expect(call(usual, 'prompt', 'codex', { session_id: 'a', prompt: 'ship it now' })).toContain('LOADER OF deploy-site');
});

describe('a runtime that is unknown', () => {
  it('is answered in the form of Claude Code, with nothing to watch, and costs a line in the log', () => {
    for (const runtime of ['nonesuch', '', 'Codex', '$(touch x)', 'a b', '-v']) {
      fs.rmSync(log, { force: true });
      expect(JSON.parse(call(usual, 'prompt', runtime, { prompt: 'ship it now' }))).toStrictEqual(
        nested('UserPromptSubmit', containing('LOADER OF deploy-site')),
      );
      expect(JSON.parse(call(usual, 'session', runtime, {}))).toStrictEqual(
        nested('SessionStart', containing('THIS MACHINE')),
      );
      expect(fs.readFileSync(log, 'utf8')).toMatch(/^(\S+Z (prompt|session): unknown runtime, [^\n]+\n){2}$/);
    }
    fs.writeFileSync(log, 'x'.repeat(262_145));
    call(usual, 'prompt', 'nonesuch', { prompt: 'ship it now' });
    expect(fs.statSync(log).size).toBe(262_145);
  });
});

it('the word for Claude Code may be left out', () => {
  const calls = runtimeCalls['claude-code'];
  for (const [event, input] of [
    ['prompt', calls?.prompt('ship it now')],
    ['session', calls?.session],
    ['edit', calls?.edit(loaderFile)],
    ['subagent', calls?.subagent?.('ship it now')],
  ] as const) {
    const bare = runUnder(usual, tree, event, JSON.stringify(input), alone).stdout;
    fs.rmSync(path.join(tree, layout.sessions), { recursive: true, force: true });
    expect(bare).toBe(call(usual, event, 'claude-code', input ?? ''));
    expect(bare).not.toBe('');
  }
});
