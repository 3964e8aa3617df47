import { expect, test } from 'vitest';
import { readCrontab } from './crontab.ts';
import { parseFrontmatter, quoteColons } from './frontmatter.ts';
import { parseFeedbackRow } from './log.ts';
import { markProse, readFileLinks, readSections } from './markdown.ts';
import { parseRubric } from './rubric.ts';
import { readDescriptionTriggers, splitTools } from './skill-phrases.ts';

// A reader that goes over the rest of the line from each of its places needs minutes for these, and hours for a megabyte.
const size = 200_000;
const many = (text: string): string => text.repeat(size / text.length);
const blanks = many(' ');
/** A line end to a regular expression, and none to `split`. */
const separator = '\u2028';

test('a heading ends with its last word, however many blanks are in it', () => {
  expect(readSections(`## a${blanks}x  ##  \n`).map(({ title }) => title.length)).toEqual([size + 2]);
  expect(readSections(`##${blanks}${separator}x`).length).toBe(1);
  expect(readSections(`## ${many('# ')}x`).length).toBe(1);
  expect(readSections(`## a${many('#')}`)[0]?.title).toBe(`a${many('#')}`);
});

test('a line of tildes with a separator behind it opens a fence', () => {
  expect(markProse([`${many('~')}${many('x')}${separator}x`, 'x'])).toEqual([false, false]);
});

test('a link of question marks names no file', () => {
  expect(readFileLinks(`[a](<${many('?')}${separator}>)`)).toEqual([]);
  expect(readFileLinks(`[a](<b${many('?')}${separator}>)`).map(({ target }) => target)).toEqual(['b']);
});

test('a variable of a crontab keeps the blanks inside its value and loses those around it', () => {
  const entries = readCrontab(`A = x${many(' ').slice(0, 9000)}y \t \n`.repeat(200) + '@daily echo $A\n');
  expect(entries.map(({ command }) => command.length)).toEqual(['echo x'.length + 9000 + 1]);
});

test('a key of a rubric with a separator behind it is read', () => {
  const text = `- a\n  kind: judge\n  check:${blanks}${separator}x\n`;
  expect(parseRubric([{ title: 'Rubric', line: 1, text }]).problems.map(({ message }) => message)).toEqual([]);
});

test('a value with a colon is put in quotes, however many blanks are in it', () => {
  expect(quoteColons(`---\na: b: c${blanks}d${blanks}\n---\n`)).toBe(`---\na: "b: c${blanks}d"\n---\n`);
});

test.each(['[', '{a: ', '- '])(
  'frontmatter with thousands of %j inside each other is a problem, and nothing is thrown',
  (open) => {
    const start = open === '- ' ? 'a:\n  ' : 'a: ';
    const { problems, fields } = parseFrontmatter(`---\n${start}${many(open)}x\nb: [[1], {c: 2}]\n---\n`);
    expect(problems).toEqual([{ line: open === '- ' ? 3 : 2, message: 'lists and mappings more than 64 deep' }]);
    expect(JSON.stringify(fields)).toBe('{"b":[[1],{"c":2}]}');
  },
);

test('what begins like a feedback row again and again is none', () => {
  for (const text of ['[2026-01-01T', '[2026-01-01T00:00:00Z] a: ', ' [FIXED] ', ' [LOGGED] action_kind=a'])
    expect(parseFeedbackRow(`[2026-01-01T00:00:00Z] a: ${text.repeat(size / 10)}x`)).toBeUndefined();
});

test('tools whose brackets are never closed are tools, and a phrase loses the marks at its end alone', () => {
  expect(splitTools(many('a('))).toEqual(Array.from({ length: size / 2 }, () => 'a'));
  expect(splitTools('Bash(git commit:*), Read')).toEqual(['Bash(git commit:*)', 'Read']);
  const dots = many('.');
  expect(readDescriptionTriggers(`Triggers on "${dots}x.,"`)).toEqual([`${dots}x`]);
});
