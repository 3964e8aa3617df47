import { expect, test } from 'vitest';
import { appendValue, JsonSyntaxError, parseJson, removeValue, replaceValue } from './json-edit.ts';

test('a value is appended in the layout of the values before it', () => {
  expect(appendValue('{\n    "a": 1\n}\n', [], 'b', { c: [1] }).text).toBe(
    '{\n    "a": 1,\n    "b": {\n        "c": [\n            1\n        ]\n    }\n}\n',
  );
  expect(appendValue('{\r\n\t"a": 1\r\n}', [], 'b', true).text).toBe('{\r\n\t"a": 1,\r\n\t"b": true\r\n}');
  expect(appendValue('{"a":[1]}', ['a'], undefined, { b: 2 }).text).toBe('{"a":[1,{"b":2}]}');
  expect(appendValue('{\n  "a": [1, 2]\n}', ['a'], undefined, 3).text).toBe('{\n  "a": [1, 2, 3]\n}');
});

test('an empty container is opened up, and says what it held', () => {
  expect(appendValue('{ }\n', [], 'a', 1)).toEqual({ text: '{\n  "a": 1\n}\n', inner: ' ' });
  expect(appendValue('{\n  "a": {}\n}', ['a'], 'b', 1)).toEqual({ text: '{\n  "a": {\n    "b": 1\n  }\n}', inner: '' });
});

test('removing what was appended gives the same bytes again', () => {
  for (const text of ['{}', '{ \n }', '{"a": 1}', '{\n "a": 1 \n\n}\n', '[1,2]', '{"b":{"c":[\t]}}']) {
    const array = text.startsWith('[');
    const { text: more, inner } = appendValue(text, [], array ? undefined : 'new', { x: [1, { y: null }] });
    expect(removeValue(more, [array ? 2 : 'new'], inner)).toBe(text);
  }
});

test('a value is taken out together with one comma, wherever it stands', () => {
  expect(removeValue('{ "a": 1, "b": 2, "c": 3 }', ['a'])).toBe('{ "b": 2, "c": 3 }');
  expect(removeValue('{ "a": 1, "b": 2, "c": 3 }', ['b'])).toBe('{ "a": 1, "c": 3 }');
  expect(removeValue('{ "a": 1, "b": 2, "c": 3 }', ['c'])).toBe('{ "a": 1, "b": 2 }');
});

test('a value is replaced where it stands', () => {
  expect(replaceValue('{\n  "a": [ 1,2 ],\n  "b": 0\n}', ['a', 1], { c: 1 })).toBe(
    '{\n  "a": [ 1,{\n    "c": 1\n  } ],\n  "b": 0\n}',
  );
});

test('what is not strict JSON is refused with the place of the fault', () => {
  const fault = (text: string): string => {
    try {
      parseJson(text);
    } catch (error) {
      if (error instanceof JsonSyntaxError) return error.message;
      throw error;
    }
    return 'none';
  };
  expect(fault('{\n  // mine\n  "a": 1\n}')).toBe('a comment at line 2, column 3');
  expect(fault('{"a": 1,}')).toMatch(/^no property name where one must be .*line 1, column 9$/);
  expect(fault('{"a": 1')).toMatch(/^no closing }.* at line 1/);
  expect(fault('{"a": 1} x')).toMatch(/line 1, column 10/);
  expect(fault('')).toBe('no value where one must be (a comma too many?) at line 1, column 1');
  expect(fault('{"a": "\u0001"}')).not.toBe('none');
  expect(fault('['.repeat(200_000))).toBe('it is nested too deep');
});
