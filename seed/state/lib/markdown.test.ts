import { describe, expect, test } from 'vitest';
import { readFileLinks, readSections, resolveInside } from './markdown.ts';

describe('sections', () => {
  test('are the second-level headings outside code fences', () => {
    const text =
      '## A ##\none\n### deeper\n```md\n## not\n~~~\n```\n# Top\n## B\n~~~~\n## not\n~~~\n~~~~\n##no\n    ## code\n';
    expect(readSections(text, 10).map(({ title, line }) => [title, line])).toEqual([
      ['A', 10],
      ['B', 18],
    ]);
    expect(readSections(text)[0]?.text).toBe('one\n### deeper\n```md\n## not\n~~~\n```');
  });
});

describe('links', () => {
  test('are those that name a file, outside code, with their lines', () => {
    const text = [
      '[a](resources/a.md) ![p](<b c.png>) [w](https://example.com/x) [m](mailto:a@b.c) [top](#here)',
      '`[code](no.md)` and ``[x](`no.md)`` [kept](yes.md#part "title")',
      '```',
      '[fenced](no.md)',
      '```',
      '[ref]: ../up.md',
      '[^1]: a note.md',
      '[wiki](page_(one).md) [sp](my%20file.md) [bad](50%.md)',
    ].join('\n');
    expect(readFileLinks(text, 5)).toEqual([
      { target: 'resources/a.md', line: 5 },
      { target: 'b c.png', line: 5 },
      { target: 'yes.md', line: 6 },
      { target: '../up.md', line: 10 },
      { target: 'page_(one).md', line: 12 },
      { target: 'my file.md', line: 12 },
      { target: '50%.md', line: 12 },
    ]);
  });

  test.each([
    ['a/b.md', 'skill/a/b.md'],
    ['./a/../b.md', 'skill/b.md'],
    ['.', 'skill'],
    ['../b.md', undefined],
    ['a/../../b.md', undefined],
    ['/etc/passwd', undefined],
    ['C:/x', undefined],
    ['a\\..\\..\\b', undefined],
  ])('%s from inside a folder is %s', (target, expected) => {
    expect(resolveInside('skill', target)).toBe(expected);
  });
});
