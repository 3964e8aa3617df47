import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../core/paths.ts';
import { writeAtomic } from '../core/atomic.ts';
import { hashTerm, indexVersion, maxTermBytes, fileCount, skillsPerFile, wordFilter } from './index-format.ts';
import { homeOf, openIndex } from './index-reader.ts';
import type { IndexReader } from './index-reader.ts';

/** Everything one generation of the index holds. */
export interface IndexContents {
  /** Word -> its entries, tab separated. */
  readonly entries: ReadonlyMap<string, string>;
  /** Word, or pair of words -> its ranking. */
  readonly ranking: ReadonlyMap<string, string>;
  /** Records in the order of the skills' numbers. */
  readonly records: readonly string[];
}

/** How long a generation that is no longer current stays for hooks that still read it, in milliseconds. */
const graceMs = 60_000;

/**
 * Spreads lines over files of about `target` bytes and writes those that hold any; gives how many files there could be.
 * Making a file costs more than writing it, reading one costs every prompt.
 */
function writeLines(folder: string, kind: string, lines: ReadonlyMap<string, string>, target: number): number {
  let bytes = 0;
  for (const [term, line] of lines) bytes += term.length + line.length + 2;
  const files = fileCount(bytes, target);
  const texts = new Map<number, string>();
  for (const [term, line] of lines) {
    const home = homeOf(term);
    if (Buffer.byteLength(home) > maxTermBytes) continue;
    const file = hashTerm(home) % files;
    texts.set(file, `${texts.get(file) ?? '\n'}${term}\t${line}\n`);
  }
  for (const [file, text] of texts) fs.writeFileSync(path.join(folder, `${kind}${file}`), text);
  return files;
}

/**
 * Writes a new generation and makes it the current one in one step. Two that run at once each write their own; the last
 * to finish is current. `asOf` (ms since 1970) is when the skills were looked at: it becomes the time of `current`, so
 * that a skill edited since then is newer. Gives the generation's name.
 */
export function writeIndex(tree: string, contents: IndexContents, asOf: number): string {
  const root = path.join(tree, layout.index);
  const generation = `g${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
  const folder = path.join(root, generation);
  fs.mkdirSync(folder, { recursive: true });
  const entryFiles = writeLines(folder, 'e', contents.entries, 8192);
  fs.writeFileSync(path.join(folder, 'words'), wordFilter(contents.entries.keys()));
  const rankingFiles = writeLines(folder, 'r', contents.ranking, 16_384);
  for (let from = 0; from < contents.records.length; from += skillsPerFile) {
    const text = `\n${contents.records.slice(from, from + skillsPerFile).join('\n')}\n`;
    fs.writeFileSync(path.join(folder, `skills-${from / skillsPerFile}`), text);
  }
  const before = openIndex(tree)?.generation ?? '';
  setCurrent(root, `${generation} ${indexVersion} ${entryFiles} ${rankingFiles} ${contents.records.length}`, asOf);
  removeOldGenerations(root, [generation, before]);
  return generation;
}

/** Lays lines over the current generation (`deltaLines`), in one step. `skills` is the count of numbers given by now. */
export function writeDelta(tree: string, index: IndexReader, delta: string, skills: number, asOf: number): void {
  const root = path.join(tree, layout.index);
  const name = `delta-${randomBytes(4).toString('hex')}`;
  fs.writeFileSync(path.join(root, index.generation, name), delta);
  setCurrent(
    root,
    `${index.generation} ${indexVersion} ${index.entryFiles} ${index.rankingFiles} ${skills} ${name}`,
    asOf,
  );
}

function setCurrent(root: string, line: string, asOf: number): void {
  const part = path.join(root, `g${randomBytes(6).toString('hex')}.part`);
  fs.writeFileSync(part, `${line}\n`);
  fs.utimesSync(part, asOf / 1000, asOf / 1000);
  fs.renameSync(part, path.join(root, 'current'));
}

/** Says that the index was compared with the skills at `asOf` and is right as it is. */
export function touchIndex(tree: string, asOf: number): void {
  fs.utimesSync(path.join(tree, layout.index, 'current'), asOf / 1000, asOf / 1000);
}

// Another compile may be writing its generation just now: only what is older than any compile takes is removed.
function removeOldGenerations(root: string, keep: readonly string[]): void {
  for (const name of fs.readdirSync(root)) {
    if (!/^g[0-9a-z]+(\.part)?$/.test(name) || keep.includes(name)) continue;
    const file = path.join(root, name);
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > graceMs) fs.rmSync(file, { recursive: true, force: true });
  }
}

const cacheName = 'cache.json';

/** The compiler's own memory of the last run, by name; `undefined` when there is none or it is not whole. */
export function readCache(tree: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(path.join(tree, layout.index, cacheName), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeCache(tree: string, cache: unknown): void {
  writeAtomic(path.join(tree, layout.index, cacheName), JSON.stringify(cache));
}
