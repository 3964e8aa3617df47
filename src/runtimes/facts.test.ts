import { describe, expect, test } from 'vitest';
import { factsOf, wiredFiles, wiredSince } from './facts.ts';
import { runtimes, selectRuntimes } from './table.ts';

function factsOfId(id: string): ReadonlyMap<string, string> {
  return new Map(selectRuntimes(id).flatMap(factsOf));
}

describe.each(runtimes.map((row) => [row.id, row] as const))('%s', (_, row) => {
  test('has facts of any home and any tree, each label once', () => {
    const facts = factsOf(row);
    const labels = facts.map(([label]) => label);
    expect(new Set(labels).size).toBe(labels.length);
    for (const [, text] of facts) expect(text).toMatch(/^\S.*\S$/);
    for (const file of wiredFiles(row)) expect(file).toMatch(/^~\/\.[^\\]+$/);
  });

  test('can stand in one line of a Markdown table', () => {
    // A bar or a tag outside of code would be taken for Markdown's own.
    for (const [, text] of factsOf(row)) expect(text.replaceAll(/`[^`]*`/g, '')).not.toMatch(/[|<>\n`]/);
  });

  test('says from which version on it is wired', () => {
    expect(wiredSince(row)).toMatch(/^(any|\d+(\.\d+){2})$/);
  });
});

test('a folder of which all files are ours is named once', () => {
  expect(selectRuntimes('openclaw').flatMap(wiredFiles)).toEqual([
    '~/.openclaw/extensions/snappy/',
    '~/.openclaw/openclaw.json',
  ]);
  expect(selectRuntimes('codex').flatMap(wiredFiles)).toEqual(['~/.codex/hooks.json', '~/.codex/config.toml']);
});

test('of several gates the last that keeps it from being wired counts', () => {
  expect(selectRuntimes('openclaw').map(wiredSince)).toEqual(['2026.4.26']);
  expect(selectRuntimes('gemini').map(wiredSince)).toEqual(['0.26.0']);
  expect(selectRuntimes('claude-code').map(wiredSince)).toEqual(['any']);
});

test('a runtime that no hook can give context on a turn says so', () => {
  const facts = factsOfId('windsurf');
  expect(facts.get('context on a turn')).toMatch(/^none/);
  expect(facts.get('note')).toContain('no loader by itself');
});

test('a runtime that cannot run in a test says that it was tested on samples only', () => {
  expect(factsOfId('cursor').get('tested on')).toContain('recorded samples only');
  expect(factsOfId('gemini').get('tested on')).toBe('the real program');
});

test('a file of instructions that is never made anew is told apart', () => {
  expect(factsOfId('openclaw').get('instructions')).toBe(
    'user: `~/.openclaw/workspace/AGENTS.md` if it is there; project: `AGENTS.md`',
  );
  expect(factsOfId('cursor').get('instructions')).toBe(
    'project: `.cursor/rules/snappy.mdc`, `.cursorrules` if it is there',
  );
  expect(factsOfId('claude-code').get('instructions')).toBe('reads `CLAUDE.md` itself');
});
