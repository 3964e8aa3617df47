import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { drySystem } from '../../core/system.ts';
import { putBlock } from '../../wiring/text-block.ts';
import { escapeImports, expandImports, importsFile, type ExpandedText, type ImportScope } from './imports.ts';
import { put } from '../test-home.ts';

let home: string;
let source: string;

beforeEach(() => {
  home = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-imports-'));
  source = path.join(home, '.claude', 'CLAUDE.md');
});

afterEach(() => fs.rmSync(home, { recursive: true }));

function expand(text: string, scope: Partial<ImportScope> = {}): Omit<ExpandedText, 'named'> {
  put(source, text);
  const { named: _, ...expanded } = expandImports(drySystem(), source, text, { home, ...scope });
  return expanded;
}

const file = (name: string, text: string): void => put(path.join(home, name), text);

test('a line that is an import becomes the text of the file', () => {
  file('.claude/style.md', '\uFEFFTabs.\r\nNo semicolons.\r\n\r\n');
  file('git.md', 'Rebase.\n');
  expect(expand('# Mine\n@style.md\n- @~/git.md\nEnd.\n')).toEqual({
    text: '# Mine\nTabs.\nNo semicolons.\nRebase.\nEnd.',
    notes: [],
  });
});

test('a sentence that names a file stays, and the text follows at the end, once', () => {
  file('.claude/a.md', 'A.\n');
  expect(expand('See @a.md and @./a.md.\nMore.\n').text).toBe('See @a.md and @./a.md.\nMore.\n\nA.');
});

test('imports are relative to the file that names them, four deep, and a circle ends', () => {
  for (const [name, next] of ['b', 'c', 'd', 'e', 'f'].entries())
    file(`.claude/${'x/'.repeat(name + 1)}${next}.md`, `${next}\n@x/${'cdefg'[name]}.md\n`);
  const { text, notes } = expand('@x/b.md\n');
  expect(text).toBe('b\nc\nd\ne\n@x/f.md');
  expect(notes).toEqual([expect.stringContaining('imports are followed 4 deep')]);
  file('.claude/loop.md', 'in\n@CLAUDE.md\n@loop.md\n');
  expect(expand('@loop.md\n@loop.md\nout\n')).toEqual({ text: 'in\nout', notes: [] });
});

test('what is in code, an address or a name of somebody is no import', () => {
  file('.claude/a.md', 'A.\n');
  const text = '`@a.md` and ann@a.md\n```\n@a.md\n```\n~~~sh\n@a.md\n~~~\nask @somebody about @scope/pkg';
  expect(expand(text)).toEqual({ text, notes: [] });
});

test('a file that is not there, a folder and what is not text stay as they are written, and it is said', () => {
  file('.claude/bytes.md', '\0\0');
  fs.mkdirSync(path.join(home, '.claude', 'dir.md'));
  fs.writeFileSync(path.join(home, '.claude', 'latin.md'), Buffer.from([0xe4, 0x0a]));
  fs.symlinkSync('self.md', path.join(home, '.claude', 'self.md'));
  const text = '@gone.md\n@bytes.md\n@dir.md\n@latin.md\n@self.md\n@./gone';
  const expanded = expand(text);
  expect(expanded.text).toBe(text);
  expect(expanded.notes).toHaveLength(6);
});

test('all imports together have at most 1 MB', () => {
  file('.claude/a.md', 'a'.repeat(700_000));
  file('.claude/b.md', 'b'.repeat(700_000));
  const { text, notes } = expand('@a.md\n@b.md\n');
  expect(text.length).toBe(700_000 + '\n@b.md'.length);
  expect(notes).toEqual([expect.stringContaining('over 1048576 bytes')]);
});

test('a block of ours in an imported file counts for nothing: neither its size nor what is in it', () => {
  file('.claude/a.md', 'A.\n');
  file('.claude/b.md', 'b'.repeat(700_000));
  const first = expand('@a.md\n@b.md\n');
  file('.claude/a.md', putBlock('A.\n', { body: `\0${first.text}` }));
  expect(expand('@a.md\n@b.md\n')).toEqual(first);
});

test('a project copies nothing from outside it into a file that may be committed', () => {
  file('secret.md', 'My own.\n');
  file('project/in.md', 'In.\n');
  fs.symlinkSync('../secret.md', path.join(home, 'project', 'out.md'));
  source = path.join(home, 'project', 'CLAUDE.md');
  const { text, notes } = expand('@in.md\n@out.md\n@~/secret.md\n@../secret.md\n', {
    within: path.join(home, 'project'),
  });
  expect(text).toBe('In.\n@out.md\n@~/secret.md\n@../secret.md');
  expect(notes).toHaveLength(3);
});

test('a target is not copied into itself, and a block of ours in an imported file not into another', () => {
  const agents = path.join(home, '.claude', 'AGENTS.md');
  const text = '@AGENTS.md\nMine.\n';
  // The same before the file is there, and with nothing but our block in it.
  const targets = new Set([agents]);
  expect(expand(text, { target: agents, targets }).text).toBe('Mine.');
  expect(expand(text, { targets }).text).toBe('Mine.');
  put(agents, putBlock('', { body: 'ours' }));
  expect(expand(text, { target: agents, targets }).text).toBe('Mine.');
  expect(expand(text, { targets })).toEqual({ text: 'Mine.', notes: [] });
  put(agents, putBlock('Theirs.\n', { body: 'ours' }));
  expect(expand(text, { targets }).text).toBe('Theirs.\nMine.');
  expect(expand(text, { target: agents, targets }).text).toBe('Mine.');
});

test('ten thousand words behind an @ cost two thousand looks at the disk at most', () => {
  const words = Array.from({ length: 10_000 }, (_, at) => `@word${at}`).join(' ');
  expect(expand(`${words}\n`)).toEqual({
    text: words,
    notes: ['only the first 2000 words behind an @ were looked up'],
  });
});

test('a source that is a link names its files from where it is and from where it leads', () => {
  file('dotfiles/claude.md', '@style.md\n');
  file('dotfiles/style.md', 'Tabs.\n');
  fs.mkdirSync(path.dirname(source));
  fs.symlinkSync('../dotfiles/claude.md', source);
  expect(expandImports(drySystem(), source, '@style.md\n', { home }).text).toBe('Tabs.');
});

test('it is seen that a file imports another', () => {
  put(source, '');
  const gemini = path.join(home, '.claude', 'GEMINI.md');
  put(gemini, '');
  expect(importsFile('Mine.\n@./CLAUDE.md\n', gemini, source, home)).toBe(true);
  expect(importsFile('`@./CLAUDE.md`\n@other.md\n', gemini, source, home)).toBe(false);
  expect(importsFile(putBlock('a\n', { body: '@CLAUDE.md' }), gemini, source, home)).toBe(false);
});

/** What Gemini CLI 0.61 takes for imports: `findImports` and `findCodeRegions` of its memoryImportProcessor. */
function geminiImports(text: string): string[] {
  const regions = [...text.matchAll(/(`+)([\s\S]*?)\1/g)].map((match) => [match.index, match.index + match[0].length]);
  return [...text.matchAll(/(?<=^|[ \t\r\n])@([./A-Za-z][^ \t\r\n]*)/g)]
    .filter((match) => !regions.some(([start, end]) => match.index >= (start ?? 0) && match.index < (end ?? 0)))
    .map((match) => match[1] ?? '');
}

describe('for a runtime that imports each word behind an @', () => {
  test.each([
    ['use @scope/pkg', 'use \\@scope/pkg'],
    ['@scope/pkg\n@./x.md', '\\@scope/pkg\n\\@./x.md'],
    ['`npm i @scope/pkg` ann@mail.org @1 a `', '`npm i @scope/pkg` ann@mail.org @1 a `'],
    ['```ts\n@Injectable()\n```\n@x', '```ts\n@Injectable()\n```\n\\@x'],
    ['~~~sh\nnpm i @scope/pkg\n~~~', '~~~sh\nnpm i \\@scope/pkg\n~~~'],
    ['a ` lone one\n@x ` b', 'a ` lone one\n\\@x ` b'],
    ['plain', 'plain'],
  ])('%j', (text, escaped) => {
    expect(escapeImports(text)).toBe(escaped);
    expect(geminiImports(escaped)).toEqual([]);
  });

  test('which the text as it was would have been', () => {
    expect(geminiImports('use @scope/pkg\n~~~\n@x\n~~~ `@y` ann@mail.org')).toEqual(['scope/pkg', 'x']);
  });
});
