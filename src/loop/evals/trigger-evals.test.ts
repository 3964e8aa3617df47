import fc from 'fast-check';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SnappyError } from '../../core/errors.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import { readTriggerCases, scoreTriggers } from './trigger-evals.ts';
import type { TriggerResult } from './trigger-evals.ts';

const tree = makeTestTree();
afterAll(() => tree.remove());
const folder = path.join(tree.dir, 'state/skills/ship-it/evals');
const triggers = '[{"query":"ship it","should_trigger":true},{"query":"a ship","should_trigger":false}]';
const evals =
  '{"skill_name":"ship-it","evals":[{"id":1,"prompt":"cut a release","expected_output":"x","files":[],"expectations":["y"]}]}';

function lay(files: Readonly<Record<string, string>>): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text);
}

describe('the prompts of a skill', () => {
  test('are read from both files of the skill-creator form, with where each is written', () => {
    lay({ 'trigger-eval.json': `\uFEFF${triggers}`, 'evals.json': evals });
    expect(readTriggerCases(tree.dir, 'ship-it')).toEqual([
      { prompt: 'ship it', expected: true, from: 'evals/trigger-eval.json[0]' },
      { prompt: 'a ship', expected: false, from: 'evals/trigger-eval.json[1]' },
      { prompt: 'cut a release', expected: true, from: 'evals/evals.json id 1' },
    ]);
  });

  test('are none where there is neither file', () => {
    lay({ 'README.md': '' });
    expect(readTriggerCases(tree.dir, 'ship-it')).toBeUndefined();
    expect(readTriggerCases(tree.dir, 'none')).toBeUndefined();
  });

  test.each([
    ['trigger-eval.json', '', 'trigger-eval.json is not JSON'],
    ['trigger-eval.json', '[]', 'trigger-eval.json is not as expected'],
    ['trigger-eval.json', '{}', 'trigger-eval.json is not as expected'],
    [
      'trigger-eval.json',
      '[{"query":"a","should_trigger":"yes"}]',
      'trigger-eval.json[0].should_trigger is not as expected',
    ],
    ['trigger-eval.json', '[{"query":"","should_trigger":true}]', 'trigger-eval.json[0].query is not as expected'],
    ['trigger-eval.json', `[{"query":"${'x'.repeat(20_001)}","should_trigger":true}]`, '[0].query is not as expected'],
    ['trigger-eval.json', ' '.repeat(1024 * 1024 + 1), 'at most 1048576 are read'],
    ['evals.json', '[{"id":1,"prompt":"a"}]', 'evals.json is not as expected'],
    ['evals.json', '{"skill_name":"ship-it","evals":[{"id":1}]}', 'evals.json.evals[0].prompt is not as expected'],
    [
      'evals.json',
      evals.replace('ship-it', 'other'),
      'evals.json is for the skill "other", and lies in that of ship-it',
    ],
  ])('of a bad %s are refused with the place: %.60s', (file, text, message) => {
    lay({ [file]: text });
    expect(() => readTriggerCases(tree.dir, 'ship-it')).toThrow(message);
    expect(() => readTriggerCases(tree.dir, 'ship-it')).toThrow(SnappyError);
  });

  test('of whatever JSON are cases or an error in words', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string()),
        fc.constantFrom('trigger-eval.json', 'evals.json'),
        (text, file) => {
          lay({ [file]: text });
          let failure: unknown = new SnappyError('failure', '');
          try {
            expect(readTriggerCases(tree.dir, 'ship-it')?.length).toBeGreaterThan(0);
          } catch (cause) {
            failure = cause;
          }
          expect(failure).toBeInstanceOf(SnappyError);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('precision and recall are those of the loaders that came, and each miss is there', () => {
  const result = (expected: boolean, ...came: string[]): TriggerResult => ({ prompt: 'p', expected, from: 'f', came });
  const results = [result(true, 'a', 'b'), result(true, 'b'), result(false, 'a'), result(false), result(true, 'a')];
  expect(scoreTriggers('a', results)).toEqual({
    skill: 'a',
    wanted: 3,
    unwanted: 2,
    precision: 2 / 3,
    recall: 2 / 3,
    misses: [results[1], results[2]],
  });
  expect(scoreTriggers('a', [result(false)])).toMatchObject({ precision: undefined, recall: undefined, misses: [] });
});
