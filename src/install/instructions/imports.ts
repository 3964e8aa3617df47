import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { markProse } from '../../../seed/state/lib/markdown.ts';
import type { System } from '../../core/system.ts';
import { eventualPath } from './eventual-path.ts';
import { takeBlock, TextBlockFault } from '../../wiring/text-block.ts';

/** How far Claude Code follows `@path`: a file that the fourth import names is read, what that one names is not. */
const maximumDepth = 4;
/** Of all imported files together. */
const maximumBytes = 1024 * 1024;
const maximumFile = 5 * maximumBytes;
/** Different words behind an `@`, in all files together: each costs a look at the disk. */
const maximumLookups = 2_000;

export interface ImportScope {
  /** What `~/` stands for. */
  readonly home: string;
  /** No file outside this folder (its real path) is copied: the text may be committed. Absent: any of the person's files. */
  readonly within?: string | undefined;
  /** The real path of the file that the text goes to: it is never copied into itself. */
  readonly target?: string | undefined;
  /** Files that are being made: an import of one that has nothing yet, or a block of ours alone, is an empty text. */
  readonly targets?: ReadonlySet<string>;
}

/** A text with the files that it imports in it. */
export interface ExpandedText {
  readonly text: string;
  /** Why an import was left as it is written, one line each. */
  readonly notes: readonly string[];
  /** Every file that the text and its imports name: for a target that is none of them the text is the same. */
  readonly named: ReadonlySet<string>;
}

interface Walk {
  readonly system: System;
  readonly scope: ImportScope;
  readonly notes: Set<string>;
  /** Real paths of what is in the text already. */
  readonly seen: Set<string>;
  /** What has been looked up: the file that names it and the word -> the file it means. */
  readonly found: Map<string, string | undefined>;
  bytes: number;
}

// A path ends at white space, and `\ ` is a blank in it; an address in a mail has something before its `@`.
const importWord = /(?<=^|\s)@((?:[^\s\\]|\\ )+)/g;
const codeSpan = /(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g;
const importLine = /^[ \t]*(?:[-*+][ \t]+)?@(?:[^\s\\]|\\ )+[ \t]*$/;

/** A text as it goes on: `\n` as line ends, no byte order mark, and without a block of ours, which is a copy itself. */
export function plainText(text: string): string {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  try {
    return takeBlock(plain) ?? '';
  } catch (cause) {
    if (cause instanceof TextBlockFault) return plain;
    throw cause;
  }
}

function isFile(file: string): boolean {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function isImportPath(word: string): boolean {
  return /^(?:\.{0,2}\/|~\/)./.test(word) || /^[A-Za-z0-9._-]/.test(word);
}

/**
 * The file an import means, by its real path; `undefined` when there is none and none of `coming` will be it. Most words
 * behind an `@` name no file: each try is one `stat` that does not throw.
 */
function findFile(word: string, importer: string, home: string, coming?: ReadonlySet<string>): string | undefined {
  const folders = new Set([path.dirname(importer), path.dirname(eventualPath(importer))]);
  // `see @docs/x.md.` ends a sentence; `#part` names a place in the file.
  const names = new Set([word, word.replace(/[.,;:!?)]+$/, ''), word.replace(/#.*$/, '')]);
  for (const name of names) {
    if (name === '') continue;
    for (const folder of folders) {
      const file = name.startsWith('~/') ? path.join(home, name.slice(2)) : path.resolve(folder, name);
      if (isFile(file) || isComing(file, coming)) return eventualPath(file);
    }
  }
  return undefined;
}

function isComing(file: string, coming: ReadonlySet<string> | undefined): boolean {
  const name = path.basename(file);
  return (
    coming !== undefined && [...coming].some((goal) => path.basename(goal) === name && goal === eventualPath(file))
  );
}

function isWithin(folder: string | undefined, file: string): boolean {
  return folder === undefined || file.startsWith(`${folder}${path.sep}`);
}

/** The text of an imported file, or why it is not taken. */
function readImport(walk: Walk, file: string): { text: string } | { fault: string } {
  if (!isWithin(walk.scope.within, file)) return { fault: 'it lies outside the project' };
  try {
    if (fs.statSync(file).size > maximumFile) return { fault: `it has over ${maximumFile} bytes` };
    const bytes = walk.system.read(file);
    // Judged without a block of ours, which another run may have put there: each run has to come to the same end.
    const text = bytes !== undefined && isUtf8(bytes) ? plainText(bytes.toString('utf8')) : '\0';
    if (text.includes('\0')) return { fault: 'it is not a text file' };
    const size = Buffer.byteLength(text);
    if (walk.bytes + size > maximumBytes) return { fault: `with it the imports have over ${maximumBytes} bytes` };
    walk.bytes += size;
    return { text };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
}

function lookUp({ found, scope, notes }: Walk, name: string, importer: string): string | undefined {
  const key = `${importer}\n${name}`;
  if (found.has(key)) return found.get(key);
  if (found.size === maximumLookups) {
    notes.add(`only the first ${maximumLookups} words behind an @ were looked up`);
    return undefined;
  }
  const file = findFile(name, importer, scope.home, scope.targets);
  found.set(key, file);
  return file;
}

/** The text that stands for an import; `undefined` when it stays as it is written. */
function resolveImport(walk: Walk, word: string, importer: string, depth: number): string | undefined {
  const name = word.replaceAll('\\ ', ' ');
  if (!isImportPath(name)) return undefined;
  const file = lookUp(walk, name, importer);
  if (file === undefined) {
    // `@somebody` and `@scope/package` are no imports; what looks like a file should be one.
    if (/^(?:\.{0,2}|~)\//.test(name) || /\.(?:md|mdc|txt)$/i.test(name))
      walk.notes.add(`@${name} in ${importer} names no file: it was left as it is`);
    return undefined;
  }
  if (file === walk.scope.target || walk.seen.has(file) || !fs.existsSync(file)) return '';
  if (depth >= maximumDepth) {
    walk.notes.add(`@${name} in ${importer} was left as it is: imports are followed ${maximumDepth} deep`);
    return undefined;
  }
  const read = readImport(walk, file);
  if ('fault' in read) {
    walk.notes.add(`@${name} in ${importer} was left as it is: ${read.fault}`);
    return undefined;
  }
  walk.seen.add(file);
  return expand(walk, file, read.text, depth + 1);
}

function expand(walk: Walk, importer: string, text: string, depth: number): string {
  const lines = text.split('\n');
  const prose = markProse(lines);
  const appended: string[] = [];
  const expanded = lines.flatMap((line, at) => {
    if (prose[at] !== true || !line.includes('@')) return [line];
    const words = line.replaceAll(codeSpan, (span) => '`'.repeat(span.length)).matchAll(importWord);
    const texts = [...words].map((match) => resolveImport(walk, match[1] ?? '', importer, depth));
    if (importLine.test(line))
      return texts[0] === undefined ? [line] : texts[0] === '' ? [] : [texts[0].replace(/\n+$/, '')];
    // A sentence that names a file stays whole; the file's text follows at the end.
    appended.push(
      ...texts.filter((found) => found !== undefined && found.trim() !== '').map((found) => `\n${found?.trimEnd()}`),
    );
    return [line];
  });
  return [...expanded.join('\n').replace(/\n+$/, '').split('\n'), ...appended].join('\n');
}

/**
 * Puts the files that a CLAUDE.md imports by `@path` into its text, by Claude Code's rules: relative to the file that
 * names them, `~/` for home, not in code, at most four deep, each file once. A line that is nothing but an import is
 * replaced; a file named in a sentence follows at the end. `file` is the path of the text, which has `\n` as line ends.
 */
export function expandImports(system: System, file: string, text: string, scope: ImportScope): ExpandedText {
  const walk: Walk = {
    system,
    scope,
    notes: new Set(),
    seen: new Set([eventualPath(file)]),
    found: new Map(),
    bytes: 0,
  };
  const expanded = expand(walk, file, text, 0);
  const named = new Set([...walk.found.values()].filter((name) => name !== undefined));
  return { text: expanded, notes: [...walk.notes], named };
}

/** Whether a text imports `goal` (a real path) by itself, for a runtime that follows imports. */
export function importsFile(text: string, file: string, goal: string, home: string): boolean {
  const lines = plainText(text).split('\n');
  const prose = markProse(lines);
  return lines.some(
    (line, at) =>
      prose[at] === true &&
      [...line.replaceAll(codeSpan, '').matchAll(importWord)].some(
        (match) => findFile(match[1] ?? '', file, home) === goal,
      ),
  );
}

/**
 * The same text for a runtime that takes each word after an `@` for an import (Gemini CLI 0.61, Qwen Code 0.24): a
 * backslash before the `@`, which Markdown and a shell both read as the bare character. What both readers of code
 * see as code stays.
 */
export function escapeImports(text: string): string {
  const spans = [...text.matchAll(/(`+)[\s\S]*?\1/g)].map(
    (match) => [match.index, match.index + match[0].length] as const,
  );
  const lines = text.split('\n');
  const prose = markProse(lines);
  let start = 0;
  let next = 0;
  return lines
    .map((line, at) => {
      const from = start;
      start += line.length + 1;
      const code = [...line.matchAll(codeSpan)].map((match) => [match.index, match.index + match[0].length] as const);
      return line.replaceAll(/(?<=^|\s)@(?=[./A-Za-z])/g, (sign, index: number) => {
        while (next < spans.length && (spans[next]?.[1] ?? 0) <= from + index) next += 1;
        const span = spans[next];
        const inSpan = span !== undefined && span[0] <= from + index;
        const inCode = prose[at] !== true || code.some(([a, b]) => a <= index && index < b);
        return inSpan && inCode ? sign : `\\${sign}`;
      });
    })
    .join('\n');
}
