import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { layout } from '../src/core/paths.ts';
import { oracleMatches } from '../src/hook/oracle.ts';
import { runHook } from '../src/hook/run.ts';
import { layTestTree, throwaway, writeSkill } from '../src/hook/tree-fixture.ts';
import type { TestSkill } from '../src/hook/tree-fixture.ts';
import { compileIndex } from '../src/skills/compile.ts';
import { hashTerm, wordFilter } from '../src/skills/index-format.ts';
import { openIndex } from '../src/skills/index-reader.ts';

const scratch = throwaway();
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

let trees = 0;
function freshTree(skills: readonly TestSkill[]): string {
  const tree = path.join(scratch, `tree-${trees++}`);
  layTestTree(tree, skills);
  return tree;
}

function given(tree: string, prompt: string): string[] {
  const { stdout } = runHook(tree, 'prompt', { hook_event_name: 'UserPromptSubmit', prompt });
  return [...stdout.matchAll(/Loader of the skill `([^`]+)`/g)].map(([, name]) => name ?? '');
}

const words = ['deploy', 'site', 'ship', 'note', 'été', '天気', 'x9', 'print'];
const phrase = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
const names = ['blue-one', 'blue-two', 'deploy', 'red-three'];
const skill = fc.record({
  name: fc.constantFrom(...names),
  triggers: fc.array(phrase, { maxLength: 3 }),
  antiTriggers: fc.array(phrase, { maxLength: 1 }),
});
const edit = fc.oneof({ weight: 3, arbitrary: skill }, { weight: 1, arbitrary: fc.constantFrom(...names) });

it('a link to itself and a file among the skills are no skills, and keep no other out of the index', () => {
  const tree = freshTree([{ name: 'red-three', triggers: ['print it'] }]);
  const at = (file: string): string => path.join(tree, layout.skills, file);
  fs.mkdirSync(at('circle'));
  for (const file of ['circle/AGENTS.md', 'circle/SKILL.md', 'around']) fs.symlinkSync(path.basename(file), at(file));
  fs.writeFileSync(at('notes.txt'), 'of a person\n');
  compileIndex(tree);
  expect(given(tree, 'print it')).toEqual(['red-three']);
});

it('an index with edits laid over it finds what the definition finds', () => {
  fc.assert(
    fc.property(
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      fc.array(phrase, { minLength: 4, maxLength: 4 }),
      (edits, prompts) => {
        const tree = freshTree([{ name: 'red-three', triggers: ['print it'] }]);
        compileIndex(tree);
        const now = new Map<string, { name: string; triggers: string[]; antiTriggers: string[] }>([
          ['red-three', { name: 'red-three', triggers: ['print it'], antiTriggers: [] }],
        ]);
        for (const change of edits) {
          const name = typeof change === 'string' ? change : change.name;
          fs.rmSync(path.join(tree, layout.skills, name), { recursive: true, force: true });
          if (typeof change === 'string') now.delete(name);
          else {
            now.set(name, change);
            writeSkill(tree, change);
          }
          compileIndex(tree, { ifStale: true });
          // A full compile also asks whether another skill uses a name's one word; an edit is not held up for that.
          const sure = [...prompts, ...names].filter((prompt) => !prompt.split(' ').includes('deploy'));
          for (const prompt of sure)
            expect(given(tree, prompt), prompt).toEqual(oracleMatches([...now.values()], prompt).slice(0, 3));
        }
        compileIndex(tree);
        for (const prompt of prompts)
          expect(given(tree, prompt), prompt).toEqual(oracleMatches([...now.values()], prompt).slice(0, 3));
      },
    ),
    { numRuns: 12 },
  );
});

it('an edited skill is ranked by its new words at once, and by its old ones no longer', () => {
  const tree = freshTree([
    {
      name: 'alpha-one',
      description: 'Prints invoices as files for the accountant.',
      examples: ['make the invoice for october'],
    },
    { name: 'beta-two', description: 'Waters the garden and the flowers.', examples: ['water my tomatoes today'] },
  ]);
  compileIndex(tree);
  const pointed = (prompt: string): string | undefined =>
    /The skill `([^`]+)` may fit/.exec(runHook(tree, 'prompt', { prompt }).stdout)?.[1];
  expect(pointed('please water the tomatoes')).toBe('beta-two');
  writeSkill(tree, {
    name: 'beta-two',
    description: 'Tunes the piano and the harpsichord.',
    examples: ['tune my piano today'],
  });
  expect(compileIndex(tree, { ifStale: true })).toMatchObject({ compiled: true, complete: false, read: ['beta-two'] });
  expect(pointed('can you tune the piano')).toBe('beta-two');
  expect(pointed('please water the tomatoes')).toBeUndefined();
  expect(pointed('make an invoice for october')).toBe('alpha-one');
});

it('nothing is compiled when no skill changed, and everything when many did', () => {
  const tree = freshTree([{ name: 'blue-one' }]);
  expect(compileIndex(tree, { ifStale: true })).toMatchObject({ compiled: true, complete: true });
  expect(compileIndex(tree, { ifStale: true })).toMatchObject({ compiled: false, complete: true });
  for (let at = 0; at < 20; at++) writeSkill(tree, { name: `more-${at}`, triggers: [`more of ${at}`] });
  expect(compileIndex(tree, { ifStale: true })).toMatchObject({ compiled: true, complete: true, skills: 21 });
  expect(given(tree, 'more of 17')).toEqual(['more-17']);
});

it.each([
  ['a missing cache', 'cache.json', undefined],
  ['a cache of another make', 'cache.json', '{"version":0}'],
  ['half a cache', 'cache.json', '{"version":1,"skills":[{"na'],
  ['an index of another make', 'current', 'gx 99 1 1 1\n'],
  ['half a line', 'current', 'gx'],
  ['an empty line', 'current', ''],
])('%s is compiled over', (_, file, text) => {
  const tree = freshTree([{ name: 'blue-one', triggers: ['ship it'] }]);
  compileIndex(tree);
  const damaged = path.join(tree, layout.index, file);
  if (text === undefined) fs.rmSync(damaged);
  else fs.writeFileSync(damaged, text);
  expect(compileIndex(tree, { ifStale: true }).complete).toBe(true);
  expect(given(tree, 'ship it')).toEqual(['blue-one']);
});

it('an index whose folder is gone is compiled anew', () => {
  const tree = freshTree([{ name: 'blue-one', triggers: ['ship it'] }]);
  compileIndex(tree);
  fs.rmSync(path.join(tree, layout.index, openIndex(tree)?.generation ?? ''), { recursive: true });
  expect(compileIndex(tree, { ifStale: true }).complete).toBe(true);
  expect(given(tree, 'ship it')).toEqual(['blue-one']);
});

it('a skill that cannot be read leaves the others in the index', () => {
  const tree = freshTree([{ name: 'blue-one', triggers: ['ship it'] }]);
  fs.mkdirSync(path.join(tree, layout.skills, 'broken'));
  fs.writeFileSync(path.join(tree, layout.skills, 'broken/SKILL.md'), '---\nname: [\n\u0000');
  fs.mkdirSync(path.join(tree, layout.skills, 'tab\tname'));
  fs.writeFileSync(path.join(tree, layout.skills, 'tab\tname/SKILL.md'), '---\nname: x\n---\n');
  compileIndex(tree);
  expect(given(tree, 'ship it')).toEqual(['blue-one']);
});

it('hooks find the skill while compiles run at once and are killed', async () => {
  const tree = freshTree([
    { name: 'blue-one', triggers: ['ship it'] },
    ...Array.from({ length: 60 }, (_, at) => ({ name: `fill-${at}`, triggers: [`fill number ${at}`] })),
  ]);
  compileIndex(tree);
  const cli = path.resolve('dist/snappy.js');
  const start = (killAfter: number): Promise<void> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [cli, 'index', '--tree', tree], { stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), killAfter);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const running = new Set(Array.from({ length: 8 }, (_, at) => start(at % 2 === 0 ? 60_000 : 60 + 20 * at)));
  for (const compile of running) void compile.then(() => running.delete(compile));
  while (running.size > 0) {
    expect(given(tree, 'ship it')).toEqual(['blue-one']);
    // Lets the children's exits be seen between two turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(openIndex(tree)?.skills).toBe(61);
});

it('the filter knows every word it was made of', () => {
  const made = Array.from({ length: 500 }, (_, at) => `word${at}`);
  const filter = wordFilter(made);
  const passes = (word: string): boolean => {
    const bit = hashTerm(word) % (5 * filter.length);
    return ('0123456789ABCDEFGHIJKLMNOPQRSTUV'.indexOf(filter.charAt(Math.floor(bit / 5))) >> (bit % 5)) % 2 === 1;
  };
  expect(made.filter((word) => !passes(word))).toEqual([]);
  expect(Array.from({ length: 2000 }, (_, at) => `other${at}`).filter(passes).length).toBeLessThan(500);
});
