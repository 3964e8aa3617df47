import { describe, expect, test } from 'vitest';
import { appendValue, removeValue, replaceValue } from './json-edit.ts';
import { parseJson } from './json-tree.ts';
import type { JsonDialect, JsonPath, JsonValue } from './wanted.ts';

function append(
  text: string,
  at: JsonPath,
  key: string | undefined,
  value: JsonValue,
  dialect: JsonDialect = 'json',
): { text: string; inner?: string } {
  const { document, inner } = appendValue(parseJson(text, dialect), at, key, value);
  return inner === undefined ? { text: document.text } : { text: document.text, inner };
}

function remove(text: string, at: JsonPath, inner?: string, dialect: JsonDialect = 'json'): string {
  return removeValue(parseJson(text, dialect), at, inner).text;
}

test('a value is appended in the layout of the values before it', () => {
  expect(append('{\n    "a": 1\n}\n', [], 'b', { c: [1] }).text).toBe(
    '{\n    "a": 1,\n    "b": {\n        "c": [\n            1\n        ]\n    }\n}\n',
  );
  expect(append('{\r\n\t"a": 1\r\n}', [], 'b', true).text).toBe('{\r\n\t"a": 1,\r\n\t"b": true\r\n}');
  expect(append('{"a":[1]}', ['a'], undefined, { b: 2 }).text).toBe('{"a":[1,{"b":2}]}');
  expect(append('{\n  "a": [1, 2]\n}', ['a'], undefined, 3).text).toBe('{\n  "a": [1, 2, 3]\n}');
});

test('an empty container is opened up, and says what it held', () => {
  expect(append('{ }\n', [], 'a', 1)).toEqual({ text: '{\n  "a": 1\n}\n', inner: ' ' });
  expect(append('{\n  "a": {}\n}', ['a'], 'b', 1)).toEqual({ text: '{\n  "a": {\n    "b": 1\n  }\n}', inner: '' });
});

describe('comments stay with what they were written for', () => {
  const cases: [string, string, string][] = [
    ['behind the last value', '{\n  "a": 1 // one\n}', '{\n  "a": 1, // one\n  "b": 2\n}'],
    ['behind a last comma', '{\n  "a": 1, // one\n}', '{\n  "a": 1, // one\n  "b": 2,\n}'],
    ['around a last comma', '{\n  a: 1 /* x */ , /* y */ // z\n}', '{\n  a: 1 /* x */ , /* y */ // z\n  "b": 2,\n}'],
    ['in lines below', '{\n  "a": 1 // one\n  // two\n}', '{\n  "a": 1, // one\n  "b": 2\n  // two\n}'],
    ['over several lines', '{\n  "a": 1 /* x\n y */ // z\n}', '{\n  "a": 1, /* x\n y */ // z\n  "b": 2\n}'],
    ['in one line', '{"a":1/* one */ }', '{"a":1,/* one */"b":2 }'],
    ['in one line, to its end', '{ "a": 1 // one\n}', '{ "a": 1, // one\n"b":2\n}'],
    ['above the first value', '{\n  // head\n  "a": 1\n}', '{\n  // head\n  "a": 1,\n  "b": 2\n}'],
    ['before the first value', '{\n  /* x */ "a": 1\n}', '{\n  /* x */ "a": 1,\n  "b": 2\n}'],
    ['with white space at their end', '{\r\n  "a": 1 // one  \r\n}', '{\r\n  "a": 1, // one  \r\n  "b": 2\r\n}'],
  ];
  test.each(cases)('%s', (_, text, more) => {
    const dialect = text.includes('a:') || /,[^"]*\}$/.test(text) ? 'json5' : 'jsonc';
    expect(append(text, [], 'b', 2, dialect).text).toBe(more);
    expect(remove(append(text, [], 'b', 2, dialect).text, ['b'], undefined, dialect)).toBe(text);
  });

  const empty: [string, string, string][] = [
    ['{ // note\n }', '{ // note\n  "b": 2\n}', '\n '],
    ['{\n  // note\n}\n', '{\n  // note\n  "b": 2\n}\n', '\n'],
    ['{/**/}', '{/**/\n  "b": 2\n}', ''],
    ['{ /* x */ // y\n\n}', '{ /* x */ // y\n  "b": 2\n}', '\n\n'],
  ];
  test.each(empty)('in the empty %j', (text, more, inner) => {
    expect(append(text, [], 'b', 2, 'jsonc')).toEqual({ text: more, inner });
    expect(remove(more, ['b'], inner, 'jsonc')).toBe(text);
  });
});

describe('a value is taken out with one comma, and the comments around it stay', () => {
  const cases: [string, string, string][] = [
    ['the first of three', '{ "b": 1, "y": 2, "z": 3 }', '{ "y": 2, "z": 3 }'],
    ['the second of three', '{ "y": 1, "b": 2, "z": 3 }', '{ "y": 1, "z": 3 }'],
    ['the last of three', '{ "y": 1, "z": 2, "b": 3 }', '{ "y": 1, "z": 2 }'],
    ['the last of two with a last comma', '{\n  y: 1,\n  b: 2,\n}', '{\n  y: 1,\n}'],
    ['one between line comments', '{\n  y: 1, // y\n  b: 2, // b\n  z: 3\n}', '{\n  y: 1, // y\n  // b\n  z: 3\n}'],
    ['one in a line below a comment', '{ y: 1, // y\n  b: 2, z: 3 }', '{ y: 1, // y\n  z: 3 }'],
    ['the last in a line below a comment', '{ y: 1, // y\n  b: 2 }', '{ y: 1 // y\n  }'],
    ['one with a comment before its comma', '{ y: 1, b: 2 /* b */, z: 3 }', '{ y: 1, /* b */ z: 3 }'],
    ['the first with a comment before its comma', '{ b: 2 /* b */, z: 3 }', '{  /* b */ z: 3 }'],
    ['the first above a comment', '{\n  b: 2,\n  // z\n  z: 3\n}', '{\n  // z\n  z: 3\n}'],
    ['the only one', '{ b: 2 }', '{}'],
    ['the only one below a comment', '{ // x\n  b: 2 }', '{ // x\n}'],
    ['the only one above a comment', '{\n  b: 2 // x\n}', '{\n   // x\n}'],
    ['the only one between comments', '{ // x\n  b: 2, // y\n}', '{ // x\n   // y\n}'],
  ];
  test.each(cases)('%s', (_, text, less) => {
    expect(remove(text, ['b'], undefined, 'json5')).toBe(less);
  });

  test('the only one, when somebody has moved the bracket below a comment', () => {
    expect(remove('{ // x\n  "b": 2}', ['b'], '', 'jsonc')).toBe('{ // x\n}');
  });
});

test('a value is replaced where it stands', () => {
  const text = '{\n  "a": [ 1,2 ],\n  "b": 0\n}';
  expect(replaceValue(parseJson(text, 'json'), ['a', 1], { c: 1 }).text).toBe(
    '{\n  "a": [ 1,{\n    "c": 1\n  } ],\n  "b": 0\n}',
  );
});

test('a path that leads nowhere is a defect of the caller', () => {
  expect(() => append('{"a":1}', ['a'], 'b', 1)).toThrow('no object or list at a');
  expect(() => remove('{"a":1}', ['b'])).toThrow('no value at b');
});
