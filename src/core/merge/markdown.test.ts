import { describe, expect, test } from 'vitest';
import { mergeMarkdown } from './markdown.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
const merge = (base: string, ours: string, theirs: string): string => {
  const merged = mergeMarkdown(base, ours, theirs).text;
  expect(mergeMarkdown(base, theirs, ours).text, 'the sides are equal').toBe(merged);
  return merged;
};

const base = text('# tool', '', '## Rules', '- one fact', '- two facts here', '', '## Pitfalls', '- a pit');

describe('what comes in and what goes', () => {
  test('lines that each side has added are both there', () => {
    const ours = text(
      '# tool',
      '',
      '## Rules',
      '- one fact',
      '- two facts here',
      '- ours',
      '',
      '## Pitfalls',
      '- a pit',
    );
    const theirs = text(
      '# tool',
      '',
      '## Rules',
      '- one fact',
      '- two facts here',
      '',
      '## Pitfalls',
      '- a pit',
      '- theirs',
    );
    expect(merge(base, ours, theirs)).toBe(
      text(
        '# tool',
        '',
        '## Rules',
        '- one fact',
        '- two facts here',
        '- ours',
        '',
        '## Pitfalls',
        '- a pit',
        '- theirs',
      ),
    );
  });

  test('lines in the same place are both there, in the order of their texts', () => {
    const ours = base.replace('- a pit\n', '- a pit\n- zeta\n');
    const theirs = base.replace('- a pit\n', '- a pit\n- beta\n');
    expect(merge(base, ours, theirs)).toBe(base.replace('- a pit\n', '- a pit\n- beta\n- zeta\n'));
  });

  test('the same new line of both sides comes once, also with blanks at its end', () => {
    const ours = base.replace('- a pit\n', '- a pit\n- the same\n');
    const theirs = base.replace('- a pit\n', '- a pit\n- the same  \n- more\n');
    expect(merge(base, ours, theirs).match(/- the same/g)).toHaveLength(1);
  });

  test('a line that one side has removed is gone, and what the other added stays', () => {
    const ours = base.replace('- one fact\n', '');
    const theirs = base.replace('- one fact\n', '- one fact\n- new beside it\n');
    expect(merge(base, ours, theirs)).toBe(base.replace('- one fact\n', '- new beside it\n'));
  });

  test('a line that is moved is at its new place, and there alone', () => {
    const ours = base.replace('- two facts here\n', '').replace('- a pit\n', '- a pit\n- two facts here\n');
    const theirs = base.replace('- one fact\n', '- one fact\n- theirs\n');
    expect(merge(base, ours, theirs)).toBe(ours.replace('- one fact\n', '- one fact\n- theirs\n'));
  });

  test('what one side has only moved goes where the other has removed it, and is the changed one where it has changed it', () => {
    const moved = base.replace('- two facts here\n', '').replace('- a pit\n', '- a pit\n- two facts here\n');
    expect(merge(base, moved, base.replace('- two facts here\n', ''))).toBe(base.replace('- two facts here\n', ''));
    const changed = base.replace('two facts here', 'two better facts here');
    expect(merge(base, moved, changed)).toBe(changed);
  });

  test('a section that one side has removed stays when the other has written into it', () => {
    const ours = text('# tool', '', '## Rules', '- one fact', '- two facts here');
    const theirs = base.replace('- a pit\n', '- a pit\n- a deeper pit\n');
    expect(merge(base, ours, theirs)).toBe(
      text('# tool', '', '## Rules', '- one fact', '- two facts here', '', '## Pitfalls', '- a deeper pit'),
    );
  });

  test('two new sections with the same heading become one', () => {
    const ours = `${base}\n## Commands\n- run it\n`;
    const theirs = `${base}\n## Commands\n- stop it\n`;
    expect(merge(base, ours, theirs)).toBe(`${base}\n## Commands\n- run it\n- stop it\n`);
  });

  test('a new line does not slip into the new section of the other side', () => {
    const ours = `${base}\n## Commands\n- aaa run it\n`;
    const theirs = `${base}- zzz pit\n`;
    expect(merge(base, ours, theirs)).toBe(`${base}- zzz pit\n\n## Commands\n- aaa run it\n`);
  });
});

describe('what both have changed', () => {
  test('a change on one side is taken, whatever the other has done beside it', () => {
    const ours = base.replace('two facts here', 'two better facts here');
    const theirs = base.replace('- one fact\n', '');
    expect(merge(base, ours, theirs)).toBe(ours.replace('- one fact\n', ''));
  });

  test('a change outlives the removal of the same line', () => {
    const ours = base.replace('two facts here', 'two better facts here');
    expect(merge(base, ours, base.replace('- two facts here\n', ''))).toBe(ours);
  });

  test('of two changes of one line one stays, by the text alone, and the other is given back with its place', () => {
    const ours = base.replace('two facts here', 'two facts here, truly');
    const theirs = base.replace('two facts here', 'two facts here, or three');
    const merged = mergeMarkdown(base, ours, theirs);
    expect(merged.text).toBe(ours);
    expect(merged.conflicts).toEqual([
      {
        base: '- two facts here',
        kept: '- two facts here, truly',
        lost: '- two facts here, or three',
        lostBy: 'theirs',
        heading: 'Rules',
      },
    ]);
    expect(mergeMarkdown(base, theirs, ours).conflicts[0]).toMatchObject({
      kept: '- two facts here, truly',
      lostBy: 'ours',
    });
  });

  test('the newer of two changes stays where their times are known', () => {
    const ours = base.replace('two facts here', 'two facts here, truly');
    const theirs = base.replace('two facts here', 'two facts here, or three');
    const order = (unit: string): number => (unit.includes('or three') ? 2 : 1);
    expect(mergeMarkdown(base, ours, theirs, { order }).text).toBe(theirs);
  });

  test('a row of a table with the same first cell is the same row', () => {
    const table = text('| flag | does |', '| --- | --- |', '| -a | one thing |', '| -b | another |');
    const ours = table.replace('one thing', 'something wholly new');
    const theirs = table.replace('one thing', 'quite different');
    const merged = mergeMarkdown(table, ours, theirs);
    expect(merged.text).toBe(ours);
    expect(merged.conflicts.map(({ lost }) => lost)).toEqual(['| -a | quite different |']);
  });
});

describe('forms of Markdown', () => {
  test('rows come into a table, below its head', () => {
    const table = text('| flag | does |', '| --- | --- |', '| -b | b |', '', 'Text.');
    const ours = table.replace('| -b | b |\n', '| -b | b |\n| -z | z |\n');
    const theirs = table.replace('| -b | b |\n', '| -b | b |\n| -d | d |\n');
    expect(merge(table, ours, theirs)).toBe(table.replace('| -b | b |\n', '| -b | b |\n| -d | d |\n| -z | z |\n'));
  });

  test('a table keeps its head when one side removes the table and the other adds a row', () => {
    const table = text('Text.', '', '| flag | does |', '| --- | --- |', '| -b | b |');
    expect(merge(table, text('Text.'), `${table}| -c | c |\n`)).toBe(
      text('Text.', '', '| flag | does |', '| --- | --- |', '| -c | c |'),
    );
  });

  test('lines inside a code fence are merged where both have the block', () => {
    const code = text('Run:', '', '```sh', 'make one', '', 'make two', '```', '', 'Done.');
    const ours = code.replace('make one', 'make one --fast');
    const theirs = code.replace('make two', 'make two\nmake three');
    expect(merge(code, ours, theirs)).toBe(
      code.replace('make one', 'make one --fast').replace('make two', 'make two\nmake three'),
    );
  });

  test('two new code blocks stay two', () => {
    const start = text('## Commands', '- start');
    const ours = `${start}\n\`\`\`sh\nours here\n\`\`\`\n`;
    const theirs = `${start}\n\`\`\`sh\ntheirs now\n\`\`\`\n`;
    expect(merge(start, ours, theirs)).toBe(`${start}\n\`\`\`sh\nours here\n\`\`\`\n\n\`\`\`sh\ntheirs now\n\`\`\`\n`);
  });

  test('numbered items are compared without their numbers and counted anew', () => {
    const list = text('1. Open it', '2. Read the page', '3. Close it');
    const ours = text('1. Open it', '2. Look around', '3. Read the page', '4. Close it');
    const theirs = text('1. Open it', '2. Read the page', '3. Close it', '4. Lock up');
    expect(merge(list, ours, theirs)).toBe(
      text('1. Open it', '2. Look around', '3. Read the page', '4. Close it', '5. Lock up'),
    );
  });

  test('a list that has one number throughout keeps it', () => {
    const list = text('1. Open it', '1. Close it');
    expect(
      merge(list, text('1. Open it', '1. Close it', '1. Lock up'), text('1. Look around', '1. Open it', '1. Close it')),
    ).toBe(text('1. Look around', '1. Open it', '1. Close it', '1. Lock up'));
  });

  test('the lines that go on with an item belong to it, and nested items to the one above', () => {
    const list = text('- first', '  goes on here', '- second');
    const ours = text('- first', '  goes on here', '  - nested', '- second');
    const theirs = text('- first', '  goes on here', '- between', '- second');
    expect(merge(list, ours, theirs)).toBe(text('- first', '  goes on here', '  - nested', '- between', '- second'));
  });

  test('frontmatter: phrases of a list come from both sides, and a key stands once', () => {
    const front = text('---', 'name: tool', 'triggers:', '  - run the tool', '---', '# tool');
    const ours = text(
      '---',
      'name: tool',
      'license: MIT',
      'triggers:',
      '  - run the tool',
      '  - start it',
      '---',
      '# tool',
    );
    const theirs = text(
      '---',
      'name: tool',
      'license: Apache-2.0',
      'triggers:',
      '  - run the tool',
      '  - go on',
      '---',
      '# tool',
    );
    const merged = mergeMarkdown(front, ours, theirs);
    expect(merged.text).toBe(
      text(
        '---',
        'name: tool',
        'license: MIT',
        'triggers:',
        '  - run the tool',
        '  - go on',
        '  - start it',
        '---',
        '# tool',
      ),
    );
    expect(merged.conflicts).toMatchObject([{ lost: 'license: Apache-2.0', heading: 'frontmatter' }]);
  });

  test('a list of phrases under an entry that has become one line is no part of the YAML that comes out', () => {
    const front = text('---', 'triggers:', '  - one', '---');
    const merged = mergeMarkdown(
      front,
      text('---', 'triggers: [one, two]', '---'),
      text('---', 'triggers:', '  - one', '  - three', '---'),
    );
    expect(merged.text).toBe(text('---', 'triggers: [one, two]', '---'));
    expect(merged.conflicts.map(({ lost }) => lost)).toContain('  - three');
  });

  test('Windows line ends and a missing last line end stay', () => {
    const windows = '# tool\r\n- one fact';
    expect(merge(windows, '# tool\r\n- one fact\r\n- two', '# tool\r\n- zero\r\n- one fact')).toBe(
      '# tool\r\n- zero\r\n- one fact\r\n- two',
    );
  });

  test('paragraphs that come together stay apart', () => {
    expect(merge('# H\n', '# H\nAlpha.\n', '# H\nBeta.\n')).toBe('# H\nAlpha.\n\nBeta.\n');
  });

  test('the first paragraph of a side stays apart from what comes to stand above it, whichever side is merged first', () => {
    expect(merge('', text('second'), text('first'))).toBe(text('first', '', 'second'));
    expect(merge(text('old'), text('second', '', 'old'), text('first', '', 'old'))).toBe(
      text('first', '', 'second', '', 'old'),
    );
    expect(merge('', text('below'), text('```', 'run', '```'))).toBe(text('```', 'run', '```', '', 'below'));
  });

  test('a list that gets its first lines from both sides stays tight', () => {
    const start = text('## Rules', '', '- last');
    expect(merge(start, text('## Rules', '', '- beta', '- last'), text('## Rules', '', '- alpha', '- last'))).toBe(
      text('## Rules', '', '- alpha', '- beta', '- last'),
    );
  });

  test('both sides begin with nothing', () => {
    expect(merge('', '- one\n', '- two\n')).toBe('- one\n- two\n');
    expect(merge('- one\n', '', '- one\n- two\n')).toBe('- two\n');
  });
});
