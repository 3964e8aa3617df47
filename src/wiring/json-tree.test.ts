import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSyntaxError, nodeAt, parseJson, repeatedKey, valueOf } from './json-tree.ts';
import type { JsonDialect } from './wanted.ts';

/** Short texts, one beside the other. */
const cases = (joined: string): string[] => joined.split('¦');

/** What a text says; or, where it is refused, that it is. */
function read(text: string, dialect: JsonDialect): unknown {
  try {
    return { value: valueOf(parseJson(text, dialect).root) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return 'refused';
    throw error;
  }
}

function builtIn(text: string): unknown {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'refused';
  }
}

function fault(text: string, dialect: JsonDialect = 'json'): string {
  try {
    parseJson(text, dialect);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'none';
}

/** Texts one small step away from JSON: something is left out, put in or doubled. */
const nearJson = fc
  .tuple(
    fc.json({ maxDepth: 3 }),
    fc.array(
      fc.record({
        at: fc.nat(200),
        cut: fc.nat(2),
        put: fc.constantFrom(
          ...cases(`¦,¦:¦"¦\\¦{¦}¦[¦]¦0¦-¦.¦e¦+¦true¦null¦NaN¦ ¦\n¦\t¦\u00A0¦\uFEFF¦\u2028¦\u0001¦/¦//x\n¦/**/¦'`),
          ...cases('\\u00e9¦\\x41¦\uD800'),
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([json, edits]) =>
    edits.reduce((text, { at, cut, put }) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + cut);
    }, json),
  );

describe('strict JSON', () => {
  test('is read and refused as by JSON.parse', () => {
    fc.assert(
      fc.property(nearJson, (text) => {
        expect(read(text, 'json')).toEqual(builtIn(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('is read and refused as by JSON.parse, case by case', () => {
    const texts = [
      ...cases('¦ ¦null¦ true ¦nul¦truex¦01¦-¦-0¦-01¦1.¦.5¦1e5¦1E+5¦1e¦+1¦0x1¦Infinity¦NaN¦[¦]¦}¦{}x'),
      ...cases(`"\\u00e9"¦"\\u00g9"¦"\\x41"¦"a\nb"¦"a\tb"¦"\u007f"¦"\u2028"¦'a'¦"¦"\\¦"\\"¦\uFEFF1¦\u00A01¦1\u000B`),
      ...cases('[1,]¦[,1]¦[1 2]¦{"a"}¦{"a":}¦{"a":1,}¦{,}¦{a:1}¦{"a":1 "b":2}¦{"a":1¦// x\n1¦/**/1'),
      ...cases('{"__proto__":{"a":1}}¦{"a":1,"a":2}¦{"constructor":1}'),
    ];
    for (const text of texts) expect([text, read(text, 'json')]).toEqual([text, builtIn(text)]);
  });

  test('is the same to the readers of the wider dialects', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        expect(read(text, 'jsonc')).toEqual(builtIn(text));
        expect(read(text, 'json5')).toEqual(builtIn(text));
      }),
      { numRuns: 1000 },
    );
  });
});

test('JSON with comments has comments, and nothing else that JSON has not', () => {
  expect(read('// a\n{ /* b */ "a" /**/ : /***/ 1 // c\r\n, "b": "//" } // d', 'jsonc')).toEqual({
    value: { a: 1, b: '//' },
  });
  for (const text of ['{"a":1,}', '[1,]', "{'a':1}", '{a:1}', '[+1]', '[.5]', '/* x', '1 /', '1 /x', '/ /1', '\u00A01'])
    expect([text, read(text, 'jsonc')]).toEqual([text, 'refused']);
});

test('a comment ends where the program that reads the file thinks it ends', () => {
  expect(read('1 // a\r+', 'jsonc')).toEqual({ value: 1 });
  expect(read('// a\r1', 'json5')).toEqual({ value: 1 });
  expect(read('// a\u20281', 'json5')).toEqual({ value: 1 });
});

describe('JSON5', () => {
  const good: [string, unknown][] = [
    ["{ a: 1, $b_2: 'x', 'c d': 2, \"e\": 3, }", { a: 1, $b_2: 'x', 'c d': 2, e: 3 }],
    ['[1, 2,]', [1, 2]],
    ['[]', []],
    ['[0x1F, -0X1f, +1, -2, .5, 5., 5.e1, -.5e-1, 0e0, +0]', [31, -31, 1, -2, 0.5, 5, 50, -0.05, 0, 0]],
    ['[Infinity, +Infinity, -Infinity, NaN, -NaN]', [Infinity, Infinity, -Infinity, Number.NaN, Number.NaN]],
    ["'\"' ", '"'],
    ['"\'"', "'"],
    [`'\\'\\"\\\\\\b\\f\\n\\r\\t\\v\\0\\x41\\u0042\\a\\z\\/'`, '\'"\\\b\f\n\r\t\v\0ABaz/'],
    ["'a\\\nb\\\r\nc\\\rd\\\u2028e\\\u2029f'", 'abcdef'],
    ["'a\tb\u2028c\u2029d\u0001'", 'a\tb\u2028c\u2029d\u0001'],
    ['\uFEFF\u00A0\v\f\u2028\u2029\u3000 1 \u1680', 1],
    ['/* a */ 1 // b', 1],
    ['/**/{/**/a/**/:/**/1/**/,/**/}/**/', { a: 1 }],
  ];
  test.each(good)('reads %j', (text, value) => {
    expect(read(text, 'json5')).toEqual({ value });
  });

  test('has names of any letters', () => {
    const text = '{ ünï: 1, \\u0061b: 2, a\\u0062: 3, ab\u200C: 4, 日本: 5, null: 6, Infinity: 7, __proto__: 8 }';
    const { root } = parseJson(text, 'json5');
    const keys = root.type === 'object' ? root.members.map(({ key }) => key) : [];
    expect(keys).toEqual(['ünï', 'ab', 'ab', 'ab\u200C', '日本', 'null', 'Infinity', '__proto__']);
    expect(repeatedKey(root)).toBe('ab');
  });

  test.each([
    ...cases('¦// a¦/* a¦[,]¦[1,,2]¦{,}¦{a:1,,}¦{a}¦{a:}¦{1:2}¦{a b:1}¦{a-b:1}¦{\\x61:1}¦{\\u0030a:1}¦{\\u00:1}'),
    ...cases('{\u200Ca:1}¦01¦-01¦0x¦0xg¦1e¦1e+¦+¦-¦.¦- 1¦+ 1¦--1¦1a¦0x1.5¦infinity¦nan¦True¦undefined¦1 2¦\u200B1'),
    ...cases(`'a¦'a\nb'¦'a\rb'¦'\\1'¦'\\01'¦'\\xg1'¦'\\u12'¦'\\¦'a"¦"a'¦\`a\`¦[1 2]¦{a:1 b:2}¦{"a":1}}`),
  ])('refuses %j', (text) => {
    expect(read(text, 'json5')).toBe('refused');
  });
});

test('what is refused is named with its place', () => {
  expect(fault('{\n  // mine\n  "a": 1\n}')).toBe('a comment at line 2, column 3');
  expect(fault('{"a": 1,}')).toBe('no property name where one must be (a comma too many?) at line 1, column 9');
  expect(fault('[1,\r\n]', 'jsonc')).toBe('no value where one must be (a comma too many?) at line 2, column 1');
  expect(fault('{"a": 1')).toBe('no closing } (cut off?) at line 1, column 8');
  expect(fault('[[1]')).toBe('no closing ] (cut off?) at line 1, column 5');
  expect(fault('{"a": 1\n "b"')).toBe('no comma between two values at line 2, column 2');
  expect(fault('{"a" 1}')).toBe('no colon after a property name at line 1, column 6');
  expect(fault('{"a": 1} x')).toBe('text after the end of the value at line 1, column 10');
  expect(fault('')).toBe('nothing but an empty text at line 1, column 1');
  expect(fault('{"a": "\u0001"}')).toBe('a control character in a string at line 1, column 8');
  expect(fault('{"a": "b\n}')).toBe('a string without its closing quote at line 1, column 7');
  expect(fault('"\\x41"')).toBe('an escape that does not exist at line 1, column 2');
  expect(fault('/* a', 'jsonc')).toBe('a comment without its end */ at line 1, column 1');
  for (const open of ['[', '{"a":']) {
    expect(fault(open.repeat(200_000))).toMatch(/^brackets nested too deep \(over 512\) at line 1, /);
    expect(fault(open.repeat(200_000), 'json5')).toMatch(/^brackets nested too deep/);
  }
});

test('nodes say where they stand, with their comments and commas', () => {
  const text = '{ "a": [1, {b: 2,}], // x\n c: /*y*/ true }';
  const { root, comments } = parseJson(text, 'json5');
  const part = (at: (string | number)[]): string => {
    const node = nodeAt(root, at);
    return node === undefined ? 'none' : text.slice(node.offset, node.end);
  };
  expect(part([])).toBe(text);
  expect(part(['a', 1])).toBe('{b: 2,}');
  expect(part(['a', 1, 'b'])).toBe('2');
  expect(part(['c'])).toBe('true');
  for (const at of [['d'], ['a', 2], ['a', 'length'], ['c', 'd'], [0]]) expect(part(at)).toBe('none');
  expect(comments.map(({ offset, end }) => text.slice(offset, end))).toEqual(['// x', '/*y*/']);
  const members = root.type === 'object' ? root.members : [];
  expect(members.map(({ comma }) => comma)).toEqual([text.indexOf('],') + 1, undefined]);
});
