import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { layout } from '../core/paths.ts';
import { makeTestTree } from '../skills/test-tree.ts';
import { dispatchCommand, dispatchProgram, readDispatch } from './dispatch.ts';

const words = { prompt: 'say {session}; $(rm -rf /)', session: 's-1' };
const trees: { remove(): void }[] = [];
afterAll(() => trees.forEach((tree) => tree.remove()));

function treeWith(text?: string): string {
  const tree = makeTestTree(text === undefined ? {} : { [layout.dispatch]: text });
  trees.push(tree);
  return tree.dir;
}

const runtimes = {
  codex: { command: ['codex', 'exec', '--id={session}', '{prompt}'], note: 'keys of others are left alone' },
  windsurf: { command: null },
};

test('the words of a command are filled in once, and are no shell’s', () => {
  const tree = treeWith(JSON.stringify({ _v: 1, runtimes }));
  expect(dispatchCommand(tree, 'codex', words)).toEqual(['codex', 'exec', '--id=s-1', words.prompt]);
});

test.each([
  ['windsurf', 'cannot be started from a command line'],
  ['claude', 'has no command'],
  ['__proto__', 'has no command'],
])('%s is refused with those that can be started', (runtime, message) => {
  const tree = treeWith(JSON.stringify({ _v: 1, runtimes }));
  expect(() => dispatchCommand(tree, runtime, words)).toThrow(message);
  expect(() => dispatchCommand(tree, runtime, words)).toThrow(
    expect.objectContaining({ code: 'usage', hint: 'those that have one: codex' }),
  );
});

test('a tree without the file knows none', () => {
  expect(readDispatch(treeWith()).size).toBe(0);
});

test.each([
  '',
  '{',
  '[]',
  '{"_v":2,"runtimes":{}}',
  '{"_v":1,"runtimes":{"codex":{"command":"codex"}}}',
  '{"_v":1,"runtimes":{"codex":{"command":[]}}}',
])('a file with %j is refused, with the form that is expected', (text) => {
  expect(() => readDispatch(treeWith(text))).toThrow(
    expect.objectContaining({ code: 'refused', hint: expect.stringContaining('expected: ') as string }),
  );
});

test('the program is looked for on PATH, and one that would take a prompt for commands is not started', () => {
  const programs = makeTestTree({ 'bin/codex': '', 'bin/codex.cmd': '' });
  trees.push(programs);
  const bin = path.join(programs.dir, 'bin');
  fs.chmodSync(path.join(bin, 'codex'), 0o755);
  const find = (name: string, PATH: string) =>
    dispatchProgram(
      treeWith(JSON.stringify({ _v: 1, runtimes: { codex: { command: [name, '{prompt}'] } } })),
      'codex',
      words,
      { PATH },
    );
  const found = { program: path.join(bin, 'codex'), args: [words.prompt] };
  expect(find('codex', `/nowhere:${bin}`)).toEqual(found);
  expect(find(path.join(bin, 'codex'), '')).toEqual(found);
  expect(() => find('codex', '/nowhere')).toThrow('there is no program codex on PATH');
  expect(() => find(path.join(bin, 'none'), '')).toThrow('there is no program');
  expect(() => find(path.join(bin, 'codex.cmd'), '')).toThrow('takes parts of a prompt for commands');
});
