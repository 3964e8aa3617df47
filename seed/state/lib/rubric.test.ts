import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSections } from './markdown.ts';
import { criterionKinds, parseRubric, rubricText } from './rubric.ts';
import type { Criterion } from './rubric.ts';

const parse = (text: string): ReturnType<typeof parseRubric> =>
  parseRubric(readSections(`# x\n\n## Rubric\n${text}\n`));
const table = (...rows: string[]): string =>
  ['', '| criterion | kind | check | worth |', '|---|---|---|---|', ...rows.map((row) => `| ${row} |`), ''].join('\n');
const problems = (text: string): string[] => parse(text).problems.map(({ line, message }) => `${line} ${message}`);

describe('a rubric', () => {
  test('is read from a table, with its lines', () => {
    const text = table(
      'the lint is silent | deterministic | `npm run lint` | 0.4',
      'it reads well | Judge | Is it plain? | 0.6',
    );
    expect(parse(`${text}\nThe score is the sum; \`ok\` is 0.8 or more.`)).toEqual({
      rubric: {
        criteria: [
          { name: 'the lint is silent', kind: 'deterministic', check: 'npm run lint', worth: 0.4, line: 7 },
          { name: 'it reads well', kind: 'judge', check: 'Is it plain?', worth: 0.6, line: 8 },
        ],
        okFrom: 0.8,
      },
      problems: [],
    });
  });

  test('is read from a list, and shares out 1 where no worth is said', () => {
    const text = [
      '- the lint is silent',
      '  - kind: deterministic',
      '  - check: ``echo `date` | cat``',
      '* it reads well',
      '  kind: judge',
    ].join('\n');
    expect(parse(text).rubric).toEqual({
      criteria: [
        { name: 'the lint is silent', kind: 'deterministic', check: 'echo `date` | cat', worth: 0.5, line: 4 },
        { name: 'it reads well', kind: 'judge', check: 'it reads well', worth: 0.5, line: 7 },
      ],
      okFrom: 0.5,
    });
  });

  test('takes columns in any order, and a bar in a command with a backslash before it', () => {
    const text = '| Kind | Check | Criterion |\n| --- | :-: | --- |\n| deterministic | `ls \\| grep x` | x is there |';
    expect(parse(text).rubric?.criteria).toMatchObject([{ name: 'x is there', check: 'ls | grep x', worth: 1 }]);
  });

  test('is none where there is no section, and what a fence shows is no part of it', () => {
    expect(parseRubric(readSections('# x\n\n## Eval\n'))).toEqual({ rubric: undefined, problems: [] });
    expect(problems(`\`\`\`\n- not this\n\`\`\`\n${table('a | judge | b | 1')}`)).toEqual([]);
  });

  test.each([
    [table('a | judge | b | 0.5', 'c | judge | d | 0.4'), '3 the worths add up to 0.9, not to 1'],
    [table('a | judge | b | 0.5', 'c | judge | d |'), '8 "c" is worth ""'],
    [table('a | judge | b | -1'), '7 "a" is worth "-1"'],
    [table('a | judge | b | much'), '7 "a" is worth "much"'],
    [table('a | guess | b | 1'), '7 "a" has the kind "guess"'],
    [table('a |  | b | 1'), '7 "a" has no kind'],
    [table(' | judge | b | 1'), '7 a criterion says nothing'],
    [table('a | deterministic | the lint passes | 1'), '7 "a" is deterministic and has no command in backticks'],
    [table('a | deterministic | `x` and `y` | 1'), '7 "a" is deterministic and has several commands in backticks'],
    [table('a | deterministic | `git -C <tree> status` | 1'), '7 "a" is deterministic and has the placeholder <tree>'],
    [table('a | judge | b | 0.5', 'a | judge | c | 0.5'), '8 "a" is there twice'],
    [table(`${'x'.repeat(201)} | judge | b | 1`), 'is too long'],
    [`${table('a | judge | b | 1')}\nok: 3`, '3 ok is from 3 on'],
    ['| check | kind |\n|---|---|\n| a | judge |', '4 a table of the rubric has no columns "criterion" and "kind"'],
    ['- a\n  worth: 1', '4 "a" has no kind'],
    [
      table('a | deterministic | `rm -r x\u202ey` | 1'),
      '7 "a" is deterministic and has a character in its command that is not shown',
    ],
    ['Nothing yet.', '3 the rubric has no criterion'],
    [
      Array.from({ length: 33 }, (_, at) => `- a${at}\n  kind: judge`).join('\n'),
      'the rubric has 33 criteria; at most 32',
    ],
    [`${table('a | judge | b | 1')}\n## Rubric\n`, '9 there is a second section "## Rubric"'],
  ])('%j is not graded by', (text, problem) => {
    expect(parse(text).rubric).toBeUndefined();
    expect(problems(text).join('\n')).toContain(problem);
  });
});

const word = fc.stringMatching(/^[a-z][a-z0-9 .'"é—-]{0,30}[a-z]$/);
const criterion = fc.record({
  name: word,
  kind: fc.constantFrom(...criterionKinds),
  check: fc.stringMatching(/^[a-z][a-z0-9 |$"'&;>.-]{0,40}[a-z]$/),
});
const rubric = fc.uniqueArray(criterion, { minLength: 1, maxLength: 32, selector: ({ name }) => name });

describe('whatever is written', () => {
  test('as a table or as a list means the same', () => {
    fc.assert(
      fc.property(rubric, fc.constantFrom('\n', '\r\n'), (criteria, eol) => {
        const checkOf = ({ kind, check }: Pick<Criterion, 'kind' | 'check'>): string =>
          kind === 'judge' ? check : `\`${check}\``;
        const rows = criteria.map((one) =>
          [one.name, one.kind, checkOf(one)].map((cell) => cell.replaceAll('|', '\\|')),
        );
        const asTable = `| criterion | kind | check |\n|-|-|-|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`;
        const asList = criteria.map((one) => `- ${one.name}\n  kind: ${one.kind}\n  check: ${checkOf(one)}`).join('\n');
        const [first, second] = [asTable, asList].map((text) => parse(text.replaceAll('\n', eol)));
        expect([first?.problems, second?.problems]).toEqual([[], []]);
        expect(first?.rubric?.criteria).toMatchObject(criteria);
        if (first?.rubric === undefined || second?.rubric === undefined) throw new Error('not read');
        expect(rubricText(first.rubric)).toBe(rubricText(second.rubric));
      }),
    );
  });

  test('is a whole rubric or a problem with its line, never half of one', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '|',
        '`',
        '\n',
        '- ',
        '  kind: judge\n',
        '  worth: 1\n',
        '| criterion | kind | check | worth |\n',
        '|---|---|---|---|\n',
        '| a | judge | b | 0.5 |\n',
        '```\n',
        '\\',
        'ok is 0.9',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const read = parse(text);
        const last = `# x\n\n## Rubric\n${text}\n`.split(/\r\n|\n|\r/).length;
        for (const { line, fix } of read.problems) {
          expect(line).toBeGreaterThanOrEqual(3);
          expect(line).toBeLessThanOrEqual(last);
          expect(fix).not.toBe('');
        }
        const sum = read.rubric?.criteria.reduce((total, { worth }) => total + worth, 0);
        expect(sum ?? 1).toBeCloseTo(1, 1);
      }),
    );
  });
});

test('a rubric is another one when a check, a worth or the mark changes', () => {
  const texts = ['a | judge | b | 1', 'a | judge | c | 1', 'a | deterministic | `b` | 1'].map((row) => table(row));
  const all = [...texts, `${texts[0]}\nok: 0.9`].flatMap((text) => parse(text).rubric ?? []).map(rubricText);
  expect(new Set(all).size).toBe(4);
});
