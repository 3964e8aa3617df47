import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compileIndex } from '../skills/compile.ts';
import { openIndex } from '../skills/index-reader.ts';
import { oracleMatches, oracleRank } from './oracle.ts';
import type { OracleSkill } from './oracle.ts';
import { combinations, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

const words = [
  'deploy',
  'site',
  'Ship',
  'it',
  'now',
  'README.md',
  'c++',
  '.env',
  'ÉTÉ',
  'Straße',
  'ΣΟΦΟΣ',
  '天気',
  '予報',
  'ปลา',
  '날씨',
  'a_b',
  'x-y',
  "what's",
  'naïve',
  'Привет',
  '🙂',
  '🇪🇺',
  '𝒳',
  'µ',
];
const gaps = [
  ' ',
  ' ',
  ' ',
  '  ',
  '\n',
  '\t',
  '\r\n',
  ' ',
  '　',
  ', ',
  '-',
  '/',
  '',
  '.',
  '"',
  '\\',
  '`',
  '(',
  '’',
  '\u2028',
  '\u0001',
  '\u007f',
];
const names = ['deploy', 'deploy-site', 'ship', 'site', 'x-y', 'now', 'a1-b2-c3', 'time'];

const phrase = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(' ', ' ', '-', '', '. ', '_')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.map(([word, gap], at) => (at + 1 < parts.length ? word + gap : word)).join(''));
const skills = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...names),
    triggers: fc.array(phrase, { maxLength: 4 }),
    antiTriggers: fc.array(phrase, { maxLength: 1 }),
  }),
  { selector: (skill) => skill.name, minLength: 1, maxLength: 6 },
);

/** Prompts out of the same pieces as the skills: phrases in any case, names with and without sigils, hook context. */
function promptFor(tree: readonly OracleSkill[]): fc.Arbitrary<string> {
  const said = tree.flatMap(({ name, triggers, antiTriggers }) => [
    ...triggers,
    ...triggers,
    ...antiTriggers,
    name,
    `/${name}`,
    `$${name}`,
    `\`${name}\``,
  ]);
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...words) },
    { weight: 3, arbitrary: fc.constantFrom(...said) },
    { weight: 1, arbitrary: fc.constantFrom('<hook_context>', '</hook_context>', '<task-notification>', 'x', '9') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 6 }) },
  );
  const cased = fc
    .tuple(piece, fc.constantFrom('as it is', 'upper', 'lower'))
    .map(([text, form]) => (form === 'upper' ? text.toUpperCase() : form === 'lower' ? text.toLowerCase() : text));
  return fc.array(fc.tuple(cased, fc.constantFrom(...gaps)), { maxLength: 12 }).map((parts) => parts.flat().join(''));
}

/** One of the many ways in which JSON can say the same: order, white space, escapes, keys of the same name elsewhere. */
const jsonForm = fc.record({
  escapes: fc.constantFrom('least', 'beyond ASCII', 'all'),
  indent: fc.constantFrom(undefined, 1, '\t'),
  order: fc.boolean(),
  decoys: fc.boolean(),
});

function toJson(
  prompt: string,
  form: { escapes: string; indent: number | string | undefined; order: boolean; decoys: boolean },
): string {
  const decoys = form.decoys
    ? {
        tool_input: { prompt: 'deploy-site', list: ['prompt', { prompt: '/ship' }, 1.5e3, null] },
        'pro\\mpt"': 'now',
        session: [[], {}, true],
      }
    : {};
  const fields = form.order
    ? { prompt, ...decoys, hook_event_name: 'UserPromptSubmit' }
    : { hook_event_name: 'UserPromptSubmit', ...decoys, prompt };
  const text = JSON.stringify(fields, undefined, form.indent);
  const hex = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  if (form.escapes === 'beyond ASCII') return text.replace(/[^\0-\x7f]/g, (unit) => [...unit].map(hex).join(''));
  // Every other character of every string, keys included.
  if (form.escapes === 'all') {
    return text.replace(/"(?:[^"\\]|\\.)*"/g, (token) => {
      const decoded = JSON.parse(token) as string;
      const units = Array.from({ length: decoded.length }, (_, at) => decoded.charAt(at));
      return `"${units.map((unit, at) => (at % 2 === 0 ? hex(unit) : JSON.stringify(unit).slice(1, -1))).join('')}"`;
    });
  }
  return text;
}

function givenBy(stdout: string): string[] {
  if (stdout === '') return [];
  const { additionalContext } = JSON.parse(stdout).hookSpecificOutput as { additionalContext: string };
  const loaders = [...additionalContext.matchAll(/^\[snappy-os\] Loader of the skill `([^`]+)`/gm)].map(
    ([, name]) => name ?? '',
  );
  const also = /^\[snappy-os\] Also matched, not shown: (.*) \(/m.exec(additionalContext)?.[1] ?? '';
  return [...loaders, ...[...also.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')];
}

const ending = fc.constantFrom('', 's', 'es', 'ed', 'ing', 'ies', 'ss', 'e', 'ping', "'s", '_x', '天', 'é');
const topic = fc
  .tuple(
    fc.constantFrom(
      'invoice',
      'print',
      'ship',
      'box',
      'weather',
      'carr',
      'stop',
      'glass',
      'plan',
      'x9',
      '404',
      '7',
      '予',
    ),
    ending,
  )
  .map((parts) => parts.join(''));
const filler = fc.constantFrom('the', 'a', 'please', 'my', 'how do i', 'for', ',', '-');
const rankedPrompt = fc
  .array(fc.oneof({ weight: 3, arbitrary: topic }, { weight: 1, arbitrary: filler }), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(' '));
// Names that no prompt holds: ranking speaks only where nothing is named or triggered.
const rankedTree = fc
  .array(fc.array(rankedPrompt, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 5 })
  .map((lists) => lists.map((examples, at) => ({ name: `zz${at}-skill`, description: examples[0] ?? '', examples })));

describe.each(combinations(scratch))('the hook under $name', (combination) => {
  it('finds what the plain definition finds, in the same order, whatever the prompt and its JSON', () => {
    let count = 0;
    fc.assert(
      fc.property(
        skills.chain((tree) =>
          fc.tuple(fc.constant(tree), fc.array(fc.tuple(promptFor(tree), jsonForm), { minLength: 8, maxLength: 8 })),
        ),
        ([tree, prompts]) => {
          const folder = path.join(scratch, `${combination.name}-${count++}`);
          layTestTree(folder, tree);
          compileIndex(folder);
          for (const [prompt, form] of prompts) {
            const { stdout, stderr, status } = runUnder(combination, folder, 'prompt', toJson(prompt, form));
            expect({ given: givenBy(stdout), stderr, status }, JSON.stringify(prompt)).toEqual({
              given: oracleMatches(tree, Buffer.from(prompt).toString()),
              stderr: '',
              status: 0,
            });
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  it('points at the skill that the plain sum ranks first', () => {
    let count = 0;
    fc.assert(
      fc.property(rankedTree, fc.array(rankedPrompt, { minLength: 10, maxLength: 10 }), (tree, prompts) => {
        const folder = path.join(scratch, `${combination.name}-ranked-${count++}`);
        layTestTree(folder, tree);
        compileIndex(folder);
        const index = openIndex(folder);
        for (const prompt of prompts) {
          const { stdout, stderr } = runUnder(combination, folder, 'prompt', JSON.stringify({ prompt }));
          const pointed = /The skill `([^`]+)` may fit/.exec(stdout)?.[1];
          expect({ pointed, stderr }, JSON.stringify(prompt)).toEqual({
            pointed: index && oracleRank(index, prompt),
            stderr: '',
          });
        }
      }),
      { numRuns: 5 },
    );
  });
});
