import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { layout } from '../core/paths.ts';
import { loadModule, moduleNames, type ModuleName } from './module-agents.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
});

/** A tree whose hook program is this shell script. */
function treeWith(script: string): string {
  const base = throwaway();
  made.push(base);
  const tree = path.join(base, "the tree's own");
  layTestTree(tree, []);
  fs.writeFileSync(path.join(tree, layout.hook), `#!/bin/sh\n${script}`, { mode: 0o755 });
  return tree;
}

const answer = (text: string): string =>
  `printf '%s' '${JSON.stringify({ hookSpecificOutput: { additionalContext: text } })}'\n`;
// Notes what it is called with, one JSON object a line, and answers with its first word.
const noting = `input=$(cat)
printf '{"event":"%s","runtime":"%s","input":%s}\\n' "$1" "$2" "$input" >>"\${0%/*}/calls"
printf '{"hookSpecificOutput":{"hookEventName":"X","additionalContext":"of %s"}}' "$1"
`;

interface Call {
  readonly event: string;
  readonly runtime: string;
  readonly input: { readonly session_id: string; readonly [key: string]: unknown };
}
function callsOf(tree: string): Call[] {
  const text = fs.readFileSync(path.join(tree, path.dirname(layout.hook), 'calls'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line): Call => JSON.parse(line));
}

/** All that can happen in a session, one thing after the other. */
async function live(name: ModuleName, tree: string): Promise<string[]> {
  const agent = await loadModule(name, tree);
  const said = [await agent.prompt('first'), await agent.edited('notes.md')];
  await agent.compacted();
  said.push(await agent.prompt('second'));
  await agent.ended();
  return said;
}

describe.each(moduleNames)('the module for %s', (name) => {
  test("puts the hook's answer before the agent, with the opening line once", async () => {
    const agent = await loadModule(name, treeWith(noting));
    expect(await agent.prompt('one')).toBe('of session\n\nof prompt');
    expect(await agent.prompt('two')).toBe('of prompt');
  });

  test('hands the hook what every runtime does, in the words of the hook', async () => {
    const tree = treeWith(noting);
    const agent = await loadModule(name, tree);
    await agent.prompt('it\'s "one"\n\u00e4');
    await agent.edited('notes.md');
    await agent.ended();
    const calls = callsOf(tree);
    expect(calls.map(({ event, runtime }) => `${event} ${runtime}`)).toEqual(
      ['session', 'prompt', 'edit', 'stop'].map((event) => `${event} ${name}`),
    );
    for (const { input } of calls) expect(input.session_id).toBe('session-1');
    expect(calls[1]?.input).toMatchObject({ cwd: tree, prompt: 'it\'s "one"\n\u00e4' });
    expect(calls[2]?.input).toMatchObject({ tool_input: { file_path: path.join(tree, 'notes.md') } });
  });

  test('makes the hook forget a session whose history was replaced, before the next prompt', async () => {
    const tree = treeWith(noting);
    const agent = await loadModule(name, tree);
    await agent.prompt('one');
    await agent.compacted();
    expect(await agent.prompt('two')).toBe('of session\n\nof prompt');
    const sources = callsOf(tree).filter(({ event }) => event === 'session');
    expect(sources.map(({ input }) => input['source'])).toEqual(['resume', 'compact']);
    expect(callsOf(tree).map(({ event }) => event)).toEqual(['session', 'prompt', 'session', 'prompt']);
  });

  test.each([
    ['has nothing to say', ''],
    ['prints what is no JSON', 'echo "{oops"'],
    ['prints JSON of another form', 'echo "[1]"'],
    ['prints a context that is no text', `echo '{"hookSpecificOutput":{"additionalContext":{}}}'`],
    ['ends with 1', 'exit 1'],
    ['is killed', 'kill -9 $$'],
    ['prints without end', 'yes'],
    ['is no program', '\n#!/nowhere/sh'],
  ])('says nothing and throws nothing when the hook %s', async (_what, script) => {
    expect(await live(name, treeWith(script))).toEqual(['', '', '']);
  });

  test('takes an answer of a hook that ends with 1 and reads no input', async () => {
    const agent = await loadModule(name, treeWith(`exec <&-\n${answer('all the same')}exit 1`));
    expect(await agent.prompt('x'.repeat(1_000_000))).toBe('all the same\n\nall the same');
  });

  test('says nothing and throws nothing when the hook cannot be run', async () => {
    const tree = treeWith(answer('never'));
    fs.chmodSync(path.join(tree, layout.hook), 0o644);
    expect(await live(name, tree)).toEqual(['', '', '']);
    fs.rmSync(path.join(tree, layout.hook));
    expect(await live(name, tree)).toEqual(['', '', '']);
  });

  test('says nothing and throws nothing when the tree is gone', async () => {
    const tree = treeWith(answer('never'));
    const agent = await loadModule(name, tree);
    expect(await agent.prompt('one')).not.toBe('');
    fs.rmSync(tree, { recursive: true });
    expect(await agent.prompt('two')).toBe('');
    expect(await live(name, tree)).toEqual(['', '', '']);
  });

  test("says nothing and throws nothing when the tree's part of it does not parse", async () => {
    const tree = treeWith(answer('never'));
    fs.writeFileSync(path.join(tree, path.dirname(layout.hook), 'modules/connect.mjs'), 'export const (');
    expect(await live(name, tree)).toEqual(['', '', '']);
  });

  test('kills a hook that hangs', async () => {
    const tree = treeWith('echo $$ >>"${0%/*}/pids"\nexec sleep 600');
    const connect = path.join(tree, path.dirname(layout.hook), 'modules/connect.mjs');
    const text = fs.readFileSync(connect, 'utf8');
    expect(text).toContain('PATIENCE = 10_000;');
    fs.writeFileSync(connect, text.replace('PATIENCE = 10_000;', 'PATIENCE = 300;'));
    const agent = await loadModule(name, tree);
    expect(await agent.prompt('one')).toBe('');
    const pids = fs
      .readFileSync(path.join(tree, path.dirname(layout.hook), 'pids'), 'utf8')
      .trim()
      .split('\n');
    expect(pids).toHaveLength(2);
    // Killed, and a moment later gone.
    await vi.waitFor(() => {
      for (const pid of pids) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    });
  });
});

test('openclaw tells of an edit with the next prompt, since a plugin cannot add to the result of a tool', async () => {
  const agent = await loadModule('openclaw', treeWith(noting));
  await agent.prompt('one');
  await agent.edited('notes.md');
  await agent.ended();
  expect(await agent.prompt('two')).toBe('of edit\n\nof prompt');
  await agent.ended();
  expect(await agent.prompt('three')).toBe('of prompt');
});

test.each(['pi', 'opencode'] as const)('%s tells of an edit in the result of the tool', async (name) => {
  const agent = await loadModule(name, treeWith(noting));
  expect(await agent.edited('notes.md')).toBe('of edit');
});
