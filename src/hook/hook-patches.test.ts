import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { combinations, firstOf, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeAll(() => {
  layTestTree(tree, [{ name: 'deploy-site' }, { name: 'weather' }]);
  fs.mkdirSync(path.join(tree, 'state/skills/two words'), { recursive: true });
  fs.symlinkSync(path.join(tree, 'state/skills'), path.join(scratch, 'linked'));
});

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);

/** The skills and files that the agent is told it has changed. */
function told(input: object, runtime = 'codex', combination = usual): string[] {
  const { stdout, stderr, status } = runUnder(combination, tree, ['edit', runtime], JSON.stringify(input), {
    SNAPPY_TRIAL: '1',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return [...stdout.matchAll(/`([^`]+)` of the skill `([^`]+)`/g)].map(([, file, skill]) => `${skill}/${file}`);
}

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
const byCodex = (text: string, cwd = '/home/ann'): object => ({
  cwd,
  tool_name: 'apply_patch',
  tool_input: { command: text },
});
const skills = path.join(tree, 'state/skills');

describe.each(everywhere)('a patch under $name', (combination) => {
  it('may name several files, and any of them may be ours', () => {
    const text = patch(
      '*** Add File: notes.txt',
      '+*** Update File: /x',
      `*** Update File: ${skills}/deploy-site/AGENTS.md`,
      '*** Move to: elsewhere/AGENTS.md',
      `*** Delete File: ${skills}/two words/SKILL.md`,
      '*** Update File: /home/ann/a * b.md',
      `*** Move to: ${skills}/weather/SKILL.md`,
    );
    const wanted = ['deploy-site/AGENTS.md', 'two words/SKILL.md', 'weather/SKILL.md'];
    expect(told(byCodex(text), 'codex', combination)).toEqual(wanted);
    expect(told(byCodex(text.replaceAll('\n', '\r\n')), 'codex', combination)).toEqual(wanted);
  });
});

const singly: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['relative to the folder the agent is in', 'weather/AGENTS.md', skills, ['weather/AGENTS.md']],
  ['upwards from there', '../state/skills/weather/AGENTS.md', path.join(tree, 'bin/..'), []],
  ['upwards from there, below the tree', '../skills/weather/AGENTS.md', skills, ['weather/AGENTS.md']],
  ['through a link', 'linked/weather/SKILL.md', scratch, ['weather/SKILL.md']],
  ['with blanks', 'state/skills/two words/SKILL.md', tree, ['two words/SKILL.md']],
  ['with a pattern of the shell', 'state/skills/*/SKILL.md', tree, ['*/SKILL.md']],
  ['of a file that is no text for the agent', 'weather/tool.ts', skills, []],
  ['relative to nowhere', 'state/skills/weather/AGENTS.md', '', []],
  ['relative to a relative folder', 'weather/AGENTS.md', 'state/skills', []],
  ['that is none', '', skills, []],
];

describe('a path in a patch', () => {
  it.each(singly)('may be one %s', (_, file, cwd, wanted) => {
    expect(told(byCodex(patch(`*** Update File: ${file}`), cwd))).toEqual(wanted);
  });

  it('is taken from headings only', () => {
    const file = `${skills}/weather/AGENTS.md`;
    const lines = [' ', '+', '-', '@@ ', '# '].map((mark) => `${mark}*** Update File: ${file}`);
    expect(told(byCodex(patch('*** Update File: a.md', ...lines, `*** End of File: ${file}`)))).toEqual([]);
    expect(told(byCodex(`cat ${file}`))).toEqual([]);
  });

  it('is one of the first hundred, and five are told of', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `*** Add File: /x/${at}`);
    const ours = (name: string): string => `*** Add File: ${skills}/${name}/AGENTS.md`;
    expect(told(byCodex(patch(...many(99), ours('weather'))))).toEqual(['weather/AGENTS.md']);
    expect(told(byCodex(patch(...many(100), ours('weather'))))).toEqual([]);
    expect(told(byCodex(patch(...['a', 'b', 'c', 'd', 'e', 'f'].map(ours))))).toHaveLength(5);
  });
});

const loader = path.join(skills, 'weather/AGENTS.md');
const argumentsOfTools: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['an object', { path: loader }, ['weather/AGENTS.md']],
  ['JSON text', JSON.stringify({ file_text: 'x', path: loader }), ['weather/AGENTS.md']],
  ['JSON text with another name for the path', JSON.stringify({ filePath: loader }), ['weather/AGENTS.md']],
  ['JSON text with a relative path', '{"path":"state/skills/weather/AGENTS.md"}', ['weather/AGENTS.md']],
  [
    'JSON text with line breaks and escapes',
    `{\n "a": "\\"\\\\",\n "path": ${JSON.stringify(loader)}\n}`,
    ['weather/AGENTS.md'],
  ],
  ['a patch', patch(`*** Update File: ${loader}`), ['weather/AGENTS.md']],
  ['a patch in an object', { input: patch(`*** Update File: ${loader}`) }, ['weather/AGENTS.md']],
  ['JSON text without a path', '{"command":"ls"}', []],
  ['JSON text of something else', '["path"]', []],
  ['text that is neither', '{"path":', []],
  ['nothing', null, []],
];

describe.each(everywhere.filter(({ name }) => name.startsWith('dash')))('under $name', (combination) => {
  it.each(argumentsOfTools)('the arguments of an edit by Copilot CLI may be %s', (_, toolArgs, wanted) => {
    expect(told({ sessionId: 'a', cwd: tree, toolName: 'edit', toolArgs }, 'copilot', combination)).toEqual(wanted);
  });
});

it('several skills are told of in one sentence', () => {
  const text = patch(...['deploy-site', 'weather', 'x'].map((name) => `*** Add File: ${skills}/${name}/AGENTS.md`));
  const { stdout } = runUnder(usual, tree, ['edit', 'codex'], JSON.stringify(byCodex(text)), { SNAPPY_TRIAL: '1' });
  const { hookSpecificOutput } = JSON.parse(stdout) as { hookSpecificOutput: { additionalContext: string } };
  expect(hookSpecificOutput.additionalContext).toBe(
    '[snappy-os] You changed `AGENTS.md` of the skill `deploy-site`, `AGENTS.md` of the skill `weather` and `AGENTS.md` ' +
      'of the skill `x`. The index is being compiled anew, and the next prompt that needs these skills gets the new ' +
      `loaders. If this mends a gap, add one line to ${tree}/state/log/loader-feedback.log: [<ISO time>] <skill>: <what> ` +
      '[FIXED] action_kind=loader-rewritten',
  );
});
