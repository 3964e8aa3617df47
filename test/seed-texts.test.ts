import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkEvalRow } from '../seed/state/lib/eval.ts';
import { lintSkills } from '../seed/state/lib/lint-skills.ts';
import { formatFinding } from '../seed/state/lib/finding.ts';
import { runHook } from '../src/hook/run.ts';
import { factsOf } from '../src/runtimes/facts.ts';
import { runtimes } from '../src/runtimes/table.ts';
import { compileIndex } from '../src/skills/compile.ts';

const seed = path.join(import.meta.dirname, '../seed');
const skills = fs.readdirSync(path.join(seed, 'state/skills'));
const read = (file: string): string => fs.readFileSync(path.join(seed, file), 'utf8');

/** The fenced blocks of one language in a Markdown text. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (found) => found[1] ?? '',
  );
}

const referenceOf = (skill: string): string => read(`state/skills/${skill}/SKILL.md`);

let tree = '';

beforeAll(() => {
  tree = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-seed-'));
  fs.cpSync(path.join(seed, 'state'), path.join(tree, 'state'), { recursive: true });
  fs.copyFileSync(path.join(seed, 'program.md'), path.join(tree, 'program.md'));
  compileIndex(tree);
});

afterAll(() => fs.rmSync(tree, { recursive: true, force: true, maxRetries: 10 }));

/** The skills whose loaders the hook gives for a prompt. */
function loadersFor(prompt: string): string[] {
  const { stdout } = runHook(tree, 'prompt', { hook_event_name: 'UserPromptSubmit', prompt });
  return [...stdout.matchAll(/Loader of the skill `([a-z0-9-]+)`/g)].map((found) => found[1] ?? '');
}

test('the contract fits one screen', () => {
  const lines = read('program.md').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(45);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});

test('the footer is short enough to ride on every turn', () => {
  expect(read('state/regen/footer.md').trimEnd().split('\n').length).toBeLessThanOrEqual(8);
});

test('the lint finds nothing in the skills that a new tree begins with', () => {
  expect(lintSkills(seed).map(formatFinding)).toEqual([]);
});

test.each(skills)('the loader of %s is small enough to read in the middle of other work', (skill) => {
  const size = Buffer.byteLength(read(`state/skills/${skill}/AGENTS.md`));
  // The slash command only hands over to another skill.
  expect(size).toBeGreaterThanOrEqual(skill === 'snappy-new-skill' ? 500 : 1_500);
  expect(size).toBeLessThanOrEqual(4_000);
});

test.each(skills)('the example eval row of %s would be accepted', (skill) => {
  const rows = blocks(referenceOf(skill), 'json').filter((block) => block.includes('"actor_session_id"'));
  expect(rows).toHaveLength(1);
  const row = JSON.parse(rows[0] ?? '') as Record<string, unknown>;
  expect(row['skill']).toBe(skill);
  expect(checkEvalRow(row)).toEqual([]);
});

test.each(skills)('the JSON that %s tells people to write is JSON', (skill) => {
  for (const block of blocks(referenceOf(skill), 'json')) expect(() => JSON.parse(block) as unknown).not.toThrow();
});

const described = runtimes.map(({ id }) => id).filter((id) => skills.includes(`snappy-${id}`));

test.each(described)('the skill and the loader of %s say how it is wired and taken out, by name', (id) => {
  for (const text of [referenceOf(`snappy-${id}`), read(`state/skills/snappy-${id}/AGENTS.md`)]) {
    expect(text).toContain(`snappy install --runtime ${id}`);
    expect(text).toContain(`snappy uninstall --runtime ${id}`);
  }
});

test('every runtime that install wires has its facts in the seed, in a skill of its own or in snappy-ops', () => {
  expect(described).toEqual(['claude-code', 'codex', 'gemini', 'openclaw', 'cursor', 'windsurf', 'pi']);
  for (const runtime of runtimes) {
    const skill = described.includes(runtime.id) ? `snappy-${runtime.id}` : 'snappy-ops';
    for (const [label, text] of factsOf(runtime)) {
      expect(referenceOf(skill)).toContain(`| ${label} | ${text.replaceAll('|', '\\|')} |`);
    }
  }
});

test('the shell of bundle-snapshot makes a snapshot that passes its own check', () => {
  const out = path.join(tree, '../', `${path.basename(tree)}-out`);
  const [make = '', check = ''] = blocks(referenceOf('bundle-snapshot'), 'sh');
  const filled = [make, check.replace('stamp=<stamp>', ':')]
    .join('\n')
    .replaceAll('<tree>', tree)
    .replaceAll('<folder outside the tree>', out)
    .replaceAll('<folder of the snapshot>', out)
    .replaceAll('<skill> <skill>', 'skill snappy-ops');
  const commit = 'git init -q . && git add -A && git -c user.name=a -c user.email=a@example.org commit -qm "a tree"';
  const run = spawnSync('sh', ['-c', `set -e; cd '${tree}'; ${commit}\n${filled}`], { encoding: 'utf8' });
  fs.rmSync(out, { recursive: true, force: true });
  expect({ status: run.status, stderr: run.stderr }).toMatchObject({ status: 0 });
  expect(run.stdout.match(/: OK$/gm)).toHaveLength(3 + 6);
  expect(run.stderr).toContain('.bundle is okay');
});

test.each([
  ['skill', 'write a new skill for our release process'],
  ['snappy-ops', 'the snappy hook is silent'],
  ['snappy-settings', 'what does dispatch.json do?'],
  ['snappy-claude-code', 'wire Claude Code to my tree'],
  ['snappy-codex', 'how do I wire codex hooks'],
  ['snappy-gemini', 'is the timeout of a Gemini hook in seconds?'],
  ['snappy-openclaw', 'openclaw refuses to run since I edited openclaw.json'],
  ['snappy-cursor', 'cursor runs the hook twice, look at my cursor hooks'],
  ['snappy-windsurf', 'wire windsurf'],
  ['snappy-pi', 'where do I put a pi extension?'],
  ['bundle-snapshot', 'make a snapshot of the skills before I rewrite them'],
])('%s comes for: %s', (skill, prompt) => {
  expect(loadersFor(prompt)).toEqual([skill]);
});

test('the slash command brings its own loader and that of the skill which does the work', () => {
  expect(loadersFor('/snappy-new-skill for the way we rotate keys')).toEqual(['snappy-new-skill', 'skill']);
});

test.each([
  'fix the failing test in utils.py',
  'what is the capital of France',
  'set up a postgres database',
  'what skill do I need to become a chef',
  'write a custom react hook',
  'the pre-commit hook is silent in CI',
  'move the cursor to the end of the line in vim',
  'blink an LED on my raspberry pi',
  'plan a windsurf holiday in Tarifa',
  'use the gemini api to summarise this text',
  'update the jest snapshot tests',
  'back up the postgres database nightly',
])('no loader comes for: %s', (prompt) => {
  expect(loadersFor(prompt)).toEqual([]);
});
