import { describe, expect, test } from 'vitest';
import { findNearDuplicates, isNearDuplicate, isSimilarLine, readUnits } from './lines.ts';

describe('near-duplicates', () => {
  test('two long lines are near-duplicates only where what is beyond 4096 characters is the same', () => {
    const long = `- ${'word '.repeat(100)}${'~'.repeat(200_000)}`;
    expect(isNearDuplicate(`${long}y`, `${long.replace('-', '*')}y`)).toBe(true);
    expect(isNearDuplicate(`${long}y`, `${long}z`)).toBe(false);
  });

  test.each([
    ['- Run the tests before you commit.', '* run the tests before you commit'],
    ['1. Quote the description, or the YAML breaks.', '2. Quote descriptions: the YAML breaks otherwise.'],
    [
      '- The login page needs a wait of 3 seconds before the form is there.',
      '- Wait 3 seconds before the form of the login page.',
    ],
    ['- Use `--json` to get output that a program can read.', '- For output a program can read use `--json`.'],
    ['| 3 | the lock is held by another run |', '| 3 | lock held by another run |'],
    [
      '- Exit status 3 means that the disk is full.',
      '- Exit status 3 means that the disk is full; exit 4 that it is gone.',
    ],
    ['- Never push to `main` by hand; open a pull request instead.', '- Never push to `main`; open a pull request.'],
  ])('%s and %s', (a, b) => {
    expect(isNearDuplicate(a, b)).toBe(true);
    expect(isNearDuplicate(b, a)).toBe(true);
  });

  test.each([
    ['- Pass `--foo` to the build for a quick run.', '- Pass `--bar` to the build for a quick run.'],
    ['- Pass --foo to the build for a quick run.', '- Pass --bar to the build for a quick run.'],
    ['- Exit status 3 means that the disk is full.', '- Exit status 4 means that the disk is full.'],
    ['- Always run the migration before the deploy.', '- Never run the migration before the deploy.'],
    ['- Run the migration before the deploy of the site.', '- Run the migration after the deploy of the site.'],
    [
      '- The sync of the table users needs a lock held by root.',
      '- The sync of the table groups needs a lock held by root.',
    ],
    ['- Read `src/a.ts` before you change the parser.', '- Read `src/b.ts` before you change the parser.'],
    ['- The export does not keep comments in the file.', '- The export does keep comments in the file.'],
    ["- The export doesn't keep comments in the file.", '- The export keeps comments in the file.'],
    ['- Run it.', '- Read it.'],
    ['- Ask the owner of the table first.', '- Look for a button with the text Save on the page.'],
    ['- Retry at most 3 times, 10 seconds apart.', '- Retry at most 10 times, 3 minutes apart.'],
    ['- Retry at most 3 times with a pause of 10 seconds.', '- Retry at most 10 times with a pause of 3 seconds.'],
    ['- Open config/dev.yaml for the local ports.', '- Open config/prod.yaml for the local ports.'],
  ])('%s is another fact than %s', (a, b) => {
    expect(isNearDuplicate(a, b)).toBe(false);
    expect(isNearDuplicate(b, a)).toBe(false);
  });

  test('are found in lists and tables, and not in code', () => {
    const loader = [
      '# x',
      '',
      '## Critical Rules',
      '1. Run the whole test suite before each commit,',
      '   also for a small change.',
      '2. Ask first.',
      '',
      '## Known Pitfalls',
      '| status | meaning |',
      '|---|---|',
      '| 3 | lock held by another run |',
      '| 3 | the lock is held by another run |',
      '- Before each commit run the whole test suite, also for small changes.',
      '```sh',
      '- Run the whole test suite before each commit, also for a small change.',
      '```',
    ].join('\n');
    expect(findNearDuplicates(loader).map(({ first, second }) => [first.line, second.line])).toEqual([
      [11, 12],
      [4, 13],
    ]);
  });
});

describe('similar lines', () => {
  test('a line whose flag was corrected is still that line', () => {
    expect(isSimilarLine('- Build with `--fast` on this machine.', '- Build with `--quick` on this machine.')).toBe(
      true,
    );
  });

  test.each([
    ['- selector: `@red`', '- selector: `#save > a`'],
    ['| selector | `@red` |', '| selector | `@blue` |'],
    ['- argument order: target first', '- argument order: source first'],
    ['- port 8080', '- port 9090 and 9091'],
  ])('%s corrected to %s is still that line', (a, b) => {
    expect(isSimilarLine(a, b)).toBe(true);
    expect(isNearDuplicate(a, b)).toBe(false);
  });

  test.each([
    ['- selector: `@red`', '- output: `@red`'],
    ['- `--all`', '- `--every`'],
    ['', '- selector: `@red`'],
  ])('%j is not %j', (a, b) => {
    expect(isSimilarLine(a, b)).toBe(false);
  });

  test('a line that was shortened is still that line', () => {
    expect(
      isSimilarLine('- Wait 3 seconds after login, since the form loads late.', '- Wait 3 seconds after login.'),
    ).toBe(true);
  });

  test('a line about something else is not', () => {
    expect(isSimilarLine('- Wait 3 seconds after login.', '- The export needs `--csv`.')).toBe(false);
  });
});

test('units are list items with what continues them, and rows of tables', () => {
  expect(readUnits('- a\n  b\n\nprose\n* c\n| d |\n')).toEqual([
    { line: 1, text: '- a b' },
    { line: 5, text: '* c' },
    { line: 6, text: '| d |' },
  ]);
});
