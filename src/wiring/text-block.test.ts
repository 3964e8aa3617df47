import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findBlock, putBlock, takeBlock, TextBlockFault } from './text-block.ts';

const block = { origin: '~/.claude/CLAUDE.md', body: 'Be brief.\n\n## Tests\nAlways.\n' };
const first =
  '<!-- >>> snappy-os: made from ~/.claude/CLAUDE.md by "snappy install"; edit that file, not this block -->';
const last = '<!-- <<< snappy-os -->';

test('the block goes to the end, behind one blank line, and says where it comes from', () => {
  expect(putBlock('# Mine\n', block)).toBe(`# Mine\n\n${first}\nBe brief.\n\n## Tests\nAlways.\n${last}\n`);
});

test('the blank line is there also behind a last line without a newline', () => {
  const put = putBlock('# Mine', block);
  expect(put).toMatch(/^# Mine\n\n<!-- >>>/);
  expect(put).toMatch(/\n<!-- <<< snappy-os \(the line above the block had no newline\) -->\n$/);
});

test('a blank line of ours that somebody has removed is not missed', () => {
  expect(takeBlock(putBlock('a', block).replace('\n\n<', '\n<'))).toBe('a\n');
  expect(takeBlock(putBlock('a\n', block).replace('a\n\n<', '<'))).toBe('');
});

test('a block without a source says that it is made', () => {
  expect(putBlock('', { body: 'x' })).toContain(
    '<!-- >>> snappy-os: made by "snappy install"; do not edit this block -->\nx\n',
  );
});

describe('put and take are exact inverses', () => {
  const bom = '\uFEFF';
  test.each([
    '',
    bom,
    'a',
    'a\n',
    `${bom}a\n`,
    'a\n\n\n',
    '\n',
    '\r\n',
    'a\r\nb\r\n',
    'a\r\nb',
    'a\nb\r\n',
    'a\r',
    'x\r\na\n',
    '\n\r',
  ])('%j', (text) => {
    const put = putBlock(text, block);
    expect(put).not.toBe(text);
    expect(putBlock(put, block)).toBe(put);
    expect(takeBlock(put)).toBe(text);
  });

  test('a file that was not there is gone again, with its head', () => {
    expect(takeBlock(putBlock(undefined, block))).toBeUndefined();
    const head = '---\nalwaysApply: true\n---\n\n';
    const put = putBlock(undefined, block, head);
    expect(put.startsWith(`${head}${first}\n`)).toBe(true);
    expect(takeBlock(put, head)).toBeUndefined();
    expect(takeBlock(putBlock('', block, head), head)).toBe('');
    expect(takeBlock(putBlock(bom, block, head), head)).toBe(bom);
  });

  test('a head that the user has changed is theirs', () => {
    const put = putBlock(undefined, block, '---\na: 1\n---\n');
    expect(takeBlock(put.replace('a: 1', 'a: 2'), '---\na: 1\n---\n')).toBe('---\na: 2\n---\n');
  });

  test('a file that has text gets no head', () => {
    expect(putBlock('Mine.\n', block, '---\na: 1\n---\n')).toMatch(/^Mine\.\n\n<!-- >>>/);
  });
});

test('CRLF is kept inside the block too', () => {
  expect(putBlock('a\r\n', block)).not.toMatch(/(?<!\r)\n/);
});

test('a new text replaces the old one in its place, and what the user wrote around it stays', () => {
  const edited = `Above.\n${putBlock('# Mine\n', block)}Below.`;
  const renewed = putBlock(edited, { ...block, body: 'Be long.' });
  expect(renewed).toBe(`Above.\n# Mine\n\n${first}\nBe long.\n${last}\nBelow.`);
  expect(takeBlock(renewed)).toBe('Above.\n# Mine\nBelow.');
});

test('what was added behind a last line without a newline stays a line of its own', () => {
  expect(takeBlock(`${putBlock('a', block)}b\n`)).toBe('a\nb\n');
});

test('what was written on our blank line is kept', () => {
  expect(takeBlock(putBlock('a\n', block).replace('\n\n<', '\nmine\n<'))).toBe('a\nmine\n');
  expect(takeBlock(putBlock('a\n', block).replace('\n\n<', '\n\nmine\n<'))).toBe('a\n\nmine\n');
});

test('an editor that took the last newline of the file does not make the block new', () => {
  const put = putBlock('a\n', block).slice(0, -1);
  expect(putBlock(put, block)).toBe(put);
  expect(takeBlock(put)).toBe('a\n');
});

describe('content cannot end the block or begin another', () => {
  const inner = putBlock('', block);
  test.each([inner, `${last}\nescaped`, `  ${last}`, `\t<!--<<<snappy-os`, `<!-- <<<  snappy-os (x) -->\r\n${first}`])(
    '%j',
    (body) => {
      const put = putBlock('a\n', { ...block, body });
      expect(putBlock(put, { ...block, body })).toBe(put);
      expect(takeBlock(put)).toBe('a\n');
    },
  );

  test('nor can the name of the file it comes from', () => {
    const put = putBlock('a\n', { origin: 'x -->\n<!-- <<< snappy-os -->\nescaped', body: 'b' });
    expect(put.split('\n')).toHaveLength(6);
    expect(takeBlock(put)).toBe('a\n');
  });
});

describe('broken marks are a fault', () => {
  const broken: Record<string, string> = {
    'only the first': `a\n${first}\nb\n`,
    'only the last': `a\n${last}\nb\n`,
    'in the wrong order': `${last}\n${first}\n`,
    doubled: `${first}\n${last}\n${first}\n${last}\n`,
    nested: `${first}\n${first}\n${last}\n${last}\n`,
    'two first ones': `${first}\n${first}\n`,
    'text behind the last mark': `${first}\nx\n${last}mine\n`,
    'text behind the first mark': `${first}mine\nx\n${last}\n`,
    'an indented mark': `${first}\nx\n  ${last}\n`,
    'a mark in words of another version': `${first}\nx\n<!-- <<< snappy-os (else) -->\n`,
    'a mark without its end': `<!-- >>> snappy-os\nx\n${last}\n`,
  };
  test.each(Object.entries(broken))('%s', (_, text) => {
    expect(() => putBlock(text, block)).toThrow(TextBlockFault);
    expect(() => takeBlock(text)).toThrow(TextBlockFault);
  });

  test('and the lines are named', () => {
    expect(() => findBlock(`a\n${first}\nb\n`)).toThrow('without the other, on line 2');
    expect(() => findBlock(`${last}\n${first}\n`)).toThrow('on lines 1, 2');
  });
});

test('words that only look like marks are the user’s', () => {
  for (const text of [
    `see ${first} here\n`,
    '<!-- >>> snappy-os-next -->\n',
    '# >>> snappy-os\n',
    '> <!-- <<< snappy-os -->\n',
  ])
    expect(takeBlock(putBlock(text, block))).toBe(text);
});

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', '\r', '\t', ' ', '\uFEFF', '\u2028') },
  { weight: 1, arbitrary: fc.constantFrom('```', '~~~\n', '<!--', '-->', '---\n', '>>> snappy-os', '@AGENTS.md') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      first,
      last,
      ` ${last}`,
      '<!-- <<< snappy-os (the file was empty) -->',
      '<!-- >>> snappy',
    ),
  },
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

function attempt<T>(work: () => T): T | 'fault' {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof TextBlockFault) return 'fault';
    throw cause;
  }
}

test('whatever is in a file, and in the block, put twice is put once and take gives the same bytes', () => {
  fc.assert(
    fc.property(
      fc.option(anyText, { nil: undefined }),
      anyText,
      anyText,
      fc.constantFrom('', '---\na: 1\n---\n'),
      (text, body, newer, head) => {
        fc.pre(text === undefined || attempt(() => findBlock(text)) === undefined);
        const put = putBlock(text, { ...block, body }, head);
        expect(putBlock(put, { ...block, body }, head)).toBe(put);
        expect(takeBlock(putBlock(put, { body: newer }, head), head)).toBe(text);
        // A text of ours is never read as the user's, nor the other way round.
        expect(put.startsWith(text ?? '')).toBe(true);
      },
    ),
    { numRuns: 1_500 },
  );
});

test('edits outside the block survive an install and the uninstall', () => {
  const edit = fc.record({ at: fc.nat(), insert: anyText, remove: fc.nat({ max: 4 }) });
  fc.assert(
    fc.property(anyText, anyText, edit, anyText, (text, body, change, behind) => {
      fc.pre(attempt(() => findBlock(text)) === undefined);
      const put = putBlock(text, { ...block, body });
      const at = text === '' ? 0 : change.at % text.length;
      const before = `${text.slice(0, at)}${change.insert}${text.slice(at + change.remove)}`;
      const edited = `${before}${put.slice(text.length)}${behind}`;
      // What the user writes may break the marks, or hold others: that is a fault, seen above.
      fc.pre(attempt(() => findBlock(`${before}\n${behind}`)) === undefined);
      fc.pre(![undefined, 'fault'].includes(attempt(() => findBlock(edited)?.text)));
      const again = putBlock(edited, { ...block, body: `${body}\nnewer` });
      expect(again.startsWith(before)).toBe(true);
      expect(again.endsWith(behind)).toBe(true);
      // The two parts are as they were; a line end of ours may part them, so that no two lines become one.
      expect([`${before}${behind}`, `${before}\n${behind}`, `${before}\r\n${behind}`]).toContain(takeBlock(again));
    }),
    { numRuns: 1_500 },
  );
});
