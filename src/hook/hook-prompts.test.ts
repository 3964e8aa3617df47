import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { combinations, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeAll(() => {
  layTestTree(tree, [
    { name: 'deploy-site', triggers: ['ship it now', 'publish the site'], antiTriggers: ['dry rehearsal'] },
    { name: 'weather', triggers: ['天気予報', 'พยากรณ์', '날씨예보', 'ПРОГНОЗ погоды', 'ΣΟΦΟΣ'] },
    { name: 'one-a', triggers: ['gather round'] },
    { name: 'one-b', triggers: ['gather round'] },
    { name: 'one-c', triggers: ['gather round'] },
    { name: 'one-d', triggers: ['gather round'] },
    { name: 'one-e', triggers: ['gather round'] },
  ]);
  compileIndex(tree);
});

function namesIn(stdout: string): string[] {
  return [...stdout.matchAll(/Loader of the skill `([^`]+)`/g)].map(([, name]) => name ?? '');
}

const everywhere = combinations(scratch);
/** One shell for each awk: what a prompt finds does not depend on the shell. */
const eachAwk = everywhere.filter(({ name }) => name.startsWith('dash'));

const matching: readonly (readonly [string, string, readonly string[]])[] = [
  ['a call by slash', 'do /deploy-site please', ['deploy-site']],
  ['a call by dollar', 'do $deploy-site please', ['deploy-site']],
  ['a name in backticks', 'the `deploy-site` one', ['deploy-site']],
  ['a name as a whole word', 'use deploy-site.', ['deploy-site']],
  ['no part of a longer name', 'use deploy-site-two or re-deploy-site', []],
  ['a path is no call', 'see ./deploy-sites/x', []],
  ['a trigger in any case', 'Please SHIP It now!', ['deploy-site']],
  ['a trigger across line breaks', 'ship\r\n\tit\n\n now', ['deploy-site']],
  ['no part of a word', 'friendship it nowhere', []],
  ['a called name before a trigger', 'gather round, and $deploy-site', ['deploy-site', 'one-a', 'one-b']],
  ['a name before a trigger', 'gather round deploy-site', ['deploy-site', 'one-a', 'one-b']],
  ['an anti-trigger', '/deploy-site as a dry rehearsal, ship it now', []],
  ['Han', '今日の天気予報は', ['weather']],
  ['Han across a line break', '今日の天気\n予報は', ['weather']],
  ['Thai', 'ดูพยากรณ์วันนี้', ['weather']],
  ['Hangul', '오늘 날씨예보 줘', ['weather']],
  ['Cyrillic case', 'дай прогноз ПОГОДЫ', ['weather']],
  ['Greek case with a final sigma', 'ένας σοφος εδώ', ['weather']],
  ['a notice of a background agent', ' \n<task-notification>ship it now</task-notification>', []],
  ['text of other hooks', 'hello <hook_context>ship it now</hook_context> there', []],
  ['text of other hooks that is not closed', 'hello <hook_context>ship it now', []],
  ['a notice behind text of other hooks', '<hook_context>x</hook_context><task-notification>ship it now', []],
  [
    'text after that of other hooks',
    '<hook_context>a<hook_context>b</hook_context> ship it now </hook_context>',
    ['deploy-site'],
  ],
];

describe.each(eachAwk)('a prompt under $name', (combination) => {
  it.each(matching)('finds what is meant: %s', (_, prompt, wanted) => {
    const { stdout, stderr, status } = runUnder(combination, tree, 'prompt', JSON.stringify({ prompt }));
    expect({ names: namesIn(stdout), stderr, status }).toEqual({ names: wanted, stderr: '', status: 0 });
  });

  it('gives three loaders and names the others in one line', () => {
    const { stdout } = runUnder(combination, tree, 'prompt', JSON.stringify({ prompt: 'gather round' }));
    const text = (JSON.parse(stdout) as { hookSpecificOutput: { additionalContext: string } }).hookSpecificOutput
      .additionalContext;
    expect(text.split('\n').filter((line) => line.includes('one-d') || line.includes('one-e'))).toEqual([
      `[snappy-os] Also matched, not shown: \`one-d\`, \`one-e\` (each loader is ${tree}/state/skills/<name>/AGENTS.md).`,
    ]);
  });
});

const meaning: readonly (readonly [string, string, readonly string[]])[] = [
  ['any order of keys', '{"prompt":"ship it now","hook_event_name":"UserPromptSubmit"}', ['deploy-site']],
  ['keys of the same name inside', '{"a":{"prompt":"x"},"prompt":"ship it now","b":[{"prompt":"x"}]}', ['deploy-site']],
  ['the last of equal keys', '{"prompt":"x","prompt":"ship it now"}', ['deploy-site']],
  ['an object that takes the place of a string', '{"prompt":"ship it now","prompt":{"x":"y"}}', []],
  ['an array that takes the place of a string', '{"prompt":"ship it now","prompt":["x"]}', []],
  ['null in the place of a string', '{"prompt":"ship it now","prompt":null}', []],
  ['an escaped key', '{"\\u0070rompt":"\\u0073hip\\tit\\u000anow"}', ['deploy-site']],
  ['numbers and words', '{"a":[-1.5e-9,true,false,null,0],"prompt":"ship it now"}', ['deploy-site']],
  ['a number longer than any block', `{"a":[${'7'.repeat(3000)}],"prompt":"ship it now"}`, ['deploy-site']],
];

const broken: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['white space', ' \n\t '],
  ['a truncated string', '{"prompt":"ship it now'],
  ['a truncated object', '{"prompt":"ship it now"'],
  ['a truncated escape', '{"prompt":"ship it now\\'],
  ['text after the object', '{"prompt":"ship it now"} x'],
  ['a comma at the end', '{"prompt":"ship it now",}'],
  ['a bare word cut short', '{"a":t,"prompt":"ship it now"}'],
  ['brackets that do not pair', '{"a":[1},"prompt":"ship it now"}'],
  ['no JSON', 'ship it now'],
  ['a string', '"ship it now"'],
];

describe.each(eachAwk)('JSON under $name', (combination) => {
  it.each(meaning)('means what JSON.parse takes it for: %s', (_, input, wanted) => {
    expect(namesIn(runUnder(combination, tree, 'prompt', input).stdout)).toEqual(wanted);
  });
});

/** Nothing in the background: its lines would stand in the log between the ones that are counted. */
const alone = { SNAPPY_TRIAL: '1' };

describe.each(everywhere)('input that is not JSON under $name', (combination) => {
  it('ends well, prints nothing, and costs one line in the log', () => {
    const log = path.join(tree, layout.hookLog);
    for (const [what, input] of broken) {
      fs.rmSync(log, { force: true });
      expect(runUnder(combination, tree, 'prompt', input, alone), what).toEqual({ stdout: '', stderr: '', status: 0 });
      expect(fs.readFileSync(log, 'utf8'), what).toMatch(/^\S+Z prompt: the input is not a JSON object\n$/);
    }
  });

  it('takes bytes of any kind for what they are: no JSON', () => {
    const log = path.join(tree, layout.hookLog);
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919 + (at >> 3) * 31) % 256));
    for (const input of [bytes, Buffer.from('{"prompt":"ship\0it now"}garbage'), Buffer.alloc(5000, 4)]) {
      fs.rmSync(log, { force: true });
      expect(runUnder(combination, tree, 'prompt', input, alone)).toEqual({ stdout: '', stderr: '', status: 0 });
      expect(fs.readFileSync(log, 'utf8')).toMatch(/^[^\n]+\n$/);
    }
  });
});
