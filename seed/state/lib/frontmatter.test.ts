import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Document, isCollection, isMap, parse, parseDocument } from 'yaml';
import type { ToStringOptions } from 'yaml';
import { parseFrontmatter } from './frontmatter.ts';

/** Deep copy onto plain objects, so that `toEqual` compares content and not prototypes. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function read(yaml: string): unknown {
  const result = parseFrontmatter(`---\n${yaml}\n---\nbody\n`);
  expect(result.problems).toEqual([]);
  expect(result.body).toBe('body\n');
  return plain(result.fields);
}

function problems(yaml: string): string[] {
  return parseFrontmatter(`---\n${yaml}\n---\n`).problems.map((problem) => `${problem.line}: ${problem.message}`);
}

describe('what skills write', () => {
  test('plain, quoted, block and flow values are read as YAML 1.2 reads them', () => {
    const yaml = [
      'name: code-review # the folder',
      'description: >-',
      '  Reviews code.',
      "  Triggers on prompt mention of 'a'.",
      '',
      '  Second paragraph.',
      'license: "MIT \\u00e9"',
      "compatibility: 'it''s fine'",
      'triggers: [review, "look at, this", \'x\']',
      'examples:',
      '- one',
      '-   two: 2',
      '    three: ~',
      'metadata:',
      '  version: "1.0"',
      '  count: 3',
      '  deep: {a: true, b: [1, 2.5], c: , "d":e}',
      '  yes: yes',
      '  notes: |+',
      '    kept',
      '',
      'empty:',
    ].join('\n');
    expect(read(yaml)).toEqual(plain(parse(yaml)));
  });

  test('values may go on over several lines', () => {
    const yaml = 'a: one\n  two\n\n  three\nb: "x\n  y \\\n  z"\nc: [p,\n  q # note\n  , r\n  ]\nd:\n  far\n  away\n';
    expect(read(yaml)).toEqual(plain(parse(yaml)));
  });

  test.each(['|', '>', '|-', '>-', '|+', '>+', '>2', '|2-'])(
    'a block value after %s keeps and folds lines as YAML does',
    (header) => {
      const yaml = `a: ${header}\n\n  one\n  two\n    deeper\n\n    still\n  back\n   \n  last\n\nb:\n  - ${header}\n    x\n\n    y\n  - z`;
      expect(read(yaml)).toEqual(plain(parse(`${yaml}\n`)));
    },
  );

  test('a byte order mark and CRLF line ends change nothing', () => {
    const text = '---\nname: a\nb: |\n  x\n  y\n---\nbody\n';
    const windows = parseFrontmatter(`\ufeff${text.replaceAll('\n', '\r\n')}`);
    expect(plain(windows)).toEqual(plain(parseFrontmatter(text)));
  });

  test('a key named __proto__ is a key and changes no prototype', () => {
    const { fields } = parseFrontmatter('---\n__proto__: {polluted: true}\nmetadata:\n  __proto__: x\n---\n');
    expect(Object.keys(fields)).toEqual(['__proto__', 'metadata']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a file without frontmatter is all body', () => {
    expect(parseFrontmatter('# Title\n')).toMatchObject({
      present: false,
      body: '# Title\n',
      bodyLine: 1,
      problems: [],
    });
    expect(parseFrontmatter('---\n---\nx')).toMatchObject({ present: true, body: 'x', bodyLine: 3, problems: [] });
    expect(parseFrontmatter('')).toMatchObject({ present: false, body: '' });
  });

  test('lines of keys and of the body count from the top of the file', () => {
    const { lines, bodyLine } = parseFrontmatter('---\n# note\na: |\n  x\n\nb: 1\n---\nbody');
    expect({ ...lines, bodyLine }).toEqual({ a: 3, b: 6, bodyLine: 8 });
  });
});

describe('what is refused, with its line', () => {
  test.each([
    ['a: &x 1', '2: anchors (&name) are not supported; write the value out'],
    ['a: 1\nb: *x', '3: aliases (*name) are not supported; put a value that starts with * in quotes'],
    ['a: !!str 1', '2: tags (!name) are not supported; put a value that starts with ! in quotes'],
    ['a:\n\t- x', '3: a tab in the indentation; use spaces'],
    ['a:\tx', '2: a tab between YAML words; use spaces'],
    ['a: 1\na: 2', '3: the key "a" is there twice'],
    ['m: {a: 1, a: 2}', '2: the key "a" is there twice'],
    ['description: Use when: always', '2: a colon followed by a space in an unquoted value; put the value in quotes'],
    ['a: "open\nb: 1', '2: a quoted value is not closed before the next key'],
    ['a: [1, 2', '2: a [ list ] or { mapping } is not closed'],
    ['a: "x" y', '2: unexpected text after the value: y'],
    ['a: "\\q"', '2: unknown escape \\q in a double-quoted value'],
    ['? a\n: b', '2: complex keys (? key) are not supported'],
    ['a: |\n     \n  x', '4: an empty line above is indented deeper than the first line of this block value'],
    ['a # b: c', '2: expected "key: value", found: a # b: c'],
    ['just words', '2: expected "key: value", found: just words'],
    ['a: [x,,y]', '2: a value cannot start with a comma; put it in quotes'],
    ['  a: 1', '2: this line is indented, but no key above it takes it'],
    ['a: 1\n  b: 2', '3: a colon followed by a space in an unquoted value; put the value in quotes'],
  ])('%j', (yaml, problem) => {
    expect(problems(yaml)[0]).toBe(problem);
  });

  test('one bad line costs one key', () => {
    const { fields, problems: found } = parseFrontmatter(
      '---\nname: a\nbad: x: y\n  more\nlist:\n- &a x\n- y\nlast: z\n---\n',
    );
    expect(plain(fields)).toEqual({ name: 'a', last: 'z' });
    expect(found.map((problem) => problem.line)).toEqual([3, 6]);
  });

  test('frontmatter that is never closed is said to be so', () => {
    expect(parseFrontmatter('---\nname: a\n').problems[0]?.message).toContain('never closed');
  });
});

const key = fc.stringMatching(/^[a-z][a-z0-9_ :#-]{0,12}$/);
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.stringMatching(/^[-a-z'":#&*!|>%@`{}[\], \n\t]{0,40}$/),
  fc.constantFrom(
    'null',
    'true',
    'yes',
    '0x1f',
    '1e3',
    '.inf',
    '- x',
    '# no',
    'a: b',
    ' lead',
    'trail ',
    '\n',
    'a\n\n b\n',
    '---',
  ),
);
const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));

/** The fields as the yaml package writes them, with lists and mappings below the top in brackets when `flow`. */
function write(fields: unknown, flow: boolean, options: ToStringOptions): string {
  const document = new Document(fields);
  for (const pair of isMap(document.contents) ? document.contents.items : []) {
    if (isCollection(pair.value)) pair.value.flow = flow;
  }
  // An empty item in brackets is no YAML; that package writes one for a null when told to write nulls as nothing.
  return document.toString(flow ? { ...options, nullStr: 'null' } : options);
}

describe('against the yaml package', () => {
  test('whatever that package writes is read back the same', () => {
    const style = fc.record({
      defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
      indentSeq: fc.boolean(),
      indent: fc.constantFrom(2, 4),
      lineWidth: fc.constantFrom(0, 24, 80),
      nullStr: fc.constantFrom('null', '~', ''),
    });
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5 }), fc.boolean(), style, (value, flow, options) => {
        const yaml = write(value, flow, options);
        // What the reader refuses: `? key`, a lone mark in brackets, the marks that end a document, a bracket at the margin.
        fc.pre(!/^\s*\? |\s:$/m.test(yaml) && !(flow && /\s[-?]$/m.test(yaml)) && !/^(?:---|\.\.\.|[[{])/m.test(yaml));
        expect(read(yaml.replace(/\n$/, ''))).toEqual(plain(parse(yaml)));
      }),
      { numRuns: 1500 },
    );
  });

  test('whatever it accepts of random text means the same there, and is an error there only if it is one here', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'c: ',
      'd:',
      ': ',
      ':',
      '- ',
      '-',
      '\n',
      '\n  ',
      '\n    ',
      '\n- ',
      '\n  - ',
      '\n\n',
      '\na: ',
      '\nb:',
      '\nc: ',
      ' ',
      '# x',
      ' # y',
      '"',
      "'",
      '"q"',
      "'q'",
      '[',
      ']',
      '{',
      '}',
      ', ',
      ',',
      '|',
      '>',
      '|-',
      '>+',
      '\\',
      '\\n',
      'true',
      '1',
      '0.5',
      '?',
      '!',
      '&',
      '*',
      '%',
      '@',
      '`',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const yaml = `k: ${pieces.join('')}`;
        const ours = parseFrontmatter(`---\n${yaml}\n---\n`);
        if (ours.problems.length > 0) return;
        const theirs = parseDocument(`${yaml}\n`, { logLevel: 'silent' });
        expect(theirs.errors.map((error) => error.message)).toEqual([]);
        expect(plain(ours.fields)).toEqual(plain(theirs.toJS()));
      }),
      { numRuns: 6000 },
    );
  });

  test('no text whatever makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (yaml) => {
        parseFrontmatter(`---\n${yaml}\n---\n`);
      }),
      { numRuns: 1000 },
    );
  });
});
