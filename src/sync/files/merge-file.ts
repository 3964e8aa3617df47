import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { git, quiet } from '../../core/git.ts';
import { mergeLog } from '../../core/merge/log.ts';
import { mergeMarkdown } from '../../core/merge/markdown.ts';
import type { MergeConflict, MergeOptions } from '../../core/merge/markdown.ts';
import { layout } from '../../core/paths.ts';
import { skillOf } from './own-paths.ts';
import type { MergeKind } from './own-paths.ts';

/** A file that both sides have changed, in its three versions; `base` is missing where both have made it. */
export interface Versions {
  readonly base: Buffer | undefined;
  readonly ours: Buffer;
  readonly theirs: Buffer;
}

/** A merged file. */
export interface MergedFile {
  readonly bytes: Buffer;
  readonly conflicts: readonly MergeConflict[];
  /** The whole other version, where the two could not be put into one file. */
  readonly loser?: { readonly bytes: Buffer; readonly by: 'ours' | 'theirs' };
}

/** What has no skill is kept under this name among the conflicts. */
export const noSkill = '_tree';

/** Bytes that a name may have on every file system. */
const nameAtMost = 255;

/** The end of a name, which tells what kind of file it is, in so many bytes; no character of it is cut in two. */
function endOfName(name: string, atMost: number): string {
  let end = name;
  while (Buffer.byteLength(end) > atMost) end = [...end].slice(1).join('');
  return end;
}

/** Where a version that could not be merged is kept whole, relative to the tree; by its sha256, or its id in git. */
export function copyOfLoser(file: string, version: Buffer | string): string {
  const hash = typeof version === 'string' ? version : createHash('sha256').update(version).digest('hex');
  const mark = `${hash.slice(0, 12)}-`;
  const name = endOfName(path.posix.basename(file), nameAtMost - mark.length);
  return path.posix.join(layout.conflicts, skillOf(file) ?? noSkill, mark + name);
}

/** How it is said that the whole version `copy` has lost against what is in `file`. */
export function wholeFileConflict(file: string, copy: string): MergeConflict {
  return { base: '', kept: `the file ${file}`, lost: `the file ${copy}`, lostBy: 'ours', heading: '' };
}

/** A text larger than this is not taken apart, in bytes. */
const maxTextBytes = 8 * 1024 * 1024;

/** The text of some bytes; `undefined` for what is no UTF-8, has zero bytes or is too long to be merged as text. */
function asText(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined) return '';
  if (bytes.length > maxTextBytes || bytes.includes(0)) return undefined;
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

/**
 * Merges one file by the rules of its kind. The outcome does not depend on which side is which: where two versions cannot
 * be put into one, the one whose sha256 is greater stays, and the other is given back whole.
 */
export function mergeFile(file: string, kind: MergeKind, versions: Versions, options: MergeOptions): MergedFile {
  if (kind === 'log') return mergeLogBytes(versions);
  const [base, ours, theirs] = [asText(versions.base), asText(versions.ours), asText(versions.theirs)];
  if (base !== undefined && ours !== undefined && theirs !== undefined) {
    if (kind === 'markdown') {
      const { text, conflicts } = mergeMarkdown(base, ours, theirs, options);
      return { bytes: Buffer.from(text, 'utf8'), conflicts };
    }
    const text = mergeLines(base, ours, theirs);
    if (text !== undefined && (!file.endsWith('.json') || isJson(text)))
      return { bytes: Buffer.from(text, 'utf8'), conflicts: [] };
  }
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  return hash(versions.ours) > hash(versions.theirs)
    ? { bytes: versions.ours, conflicts: [], loser: { bytes: versions.theirs, by: 'theirs' } }
    : { bytes: versions.theirs, conflicts: [], loser: { bytes: versions.ours, by: 'ours' } };
}

// A torn row may be no UTF-8: as Latin-1 every byte is a character, and comes back as it was.
function mergeLogBytes({ base, ours, theirs }: Versions): MergedFile {
  const text = (bytes: Buffer | undefined): string => bytes?.toString('latin1') ?? '';
  return { bytes: Buffer.from(mergeLog(text(base), text(ours), text(theirs)), 'latin1'), conflicts: [] };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Merges lines as git does; `undefined` where both have changed the same ones. */
function mergeLines(base: string, ours: string, theirs: string): string | undefined {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-merge-'));
  try {
    for (const [name, text] of Object.entries({ base, ours, theirs })) fs.writeFileSync(path.join(folder, name), text);
    const names = ['ours', 'base', 'theirs'].map((name) => path.join(folder, name));
    const merged = git(folder, ['merge-file', '-p', '-q', ...names], { settings: quiet });
    return merged.ok ? merged.stdout : undefined;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
