import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '../../core/system.ts';
import { revisionOf, type SkillFile, type SkillFiles } from '../../../seed/state/lib/revision.ts';

/** Lies in every copy that stands in for a link, and says of which revision it is. */
export const copyMarker = '.snappy-copy.json';

/** A copy of a skill, as it is found in a runtime's folder. */
export interface Copy {
  /** Without the marker. */
  readonly files: SkillFiles;
  /** The folders in it, outermost first, as paths relative to the copy. */
  readonly folders: readonly string[];
  /** The bytes of the marker; `undefined` where there is none. */
  readonly marker: Buffer | undefined;
  readonly revision: string;
  /** Whether it is what was written: if not, somebody works in it. */
  readonly isUntouched: boolean;
}

function encodeMarker(skill: string, revision: string): Buffer {
  return Buffer.from(`${JSON.stringify({ _v: 1, skill, rev_id: revision })}\n`);
}

/**
 * Reads a copy. Whatever copying would not have written (a link, an empty folder, a file that is not of the recorded
 * revision) makes it one that somebody has edited.
 */
export function readCopy(folder: string, skill: string): Copy {
  const files = new Map<string, SkillFile>();
  const folders: string[] = [];
  let isStrange = false;
  let marker: Buffer | undefined;
  // Not `recursive` of Node's own: it goes through links.
  const walk = (prefix: string): void => {
    for (const entry of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
      const name = `${prefix}${entry.name}`;
      const file = path.join(folder, name);
      if (entry.isDirectory()) {
        folders.push(name);
        walk(`${name}/`);
      } else if (!entry.isFile()) isStrange = true;
      else if (name === copyMarker) marker = fs.readFileSync(file);
      else files.set(name, { bytes: fs.readFileSync(file), mode: fs.statSync(file).mode & 0o777 });
    }
  };
  walk('');
  const revision = revisionOf(files);
  const needed = new Set([...files.keys()].flatMap(foldersOf));
  const isWhole = marker?.equals(encodeMarker(skill, revision)) === true && folders.every((name) => needed.has(name));
  return { files, folders, marker, revision, isUntouched: isWhole && !isStrange };
}

/** The folders above a file, outermost first: `a/b/c.md` gives `a`, `a/b`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Makes `folder` a copy of a skill with these files, from nothing or from the untouched copy `old`. */
export function writeCopy(folder: string, skill: string, source: SkillFiles, old?: Copy): Change[] {
  // A skill that was made from a copy may still hold its marker.
  const files = new Map([...source].filter(([name]) => name !== copyMarker));
  const revision = revisionOf(files);
  if (old?.revision === revision) return [];
  const changes: Change[] = old === undefined ? [{ kind: 'mkdir', path: folder }] : [];
  const gone = [...(old?.files.keys() ?? [])].filter((name) => !files.has(name));
  changes.push(...gone.map((name): Change => ({ kind: 'remove', path: path.join(folder, name) })));
  const needed = new Set([...files.keys()].flatMap(foldersOf));
  for (const name of (old?.folders ?? []).toReversed())
    if (!needed.has(name)) changes.push({ kind: 'rmdir', path: path.join(folder, name) });
  for (const [name, { bytes, mode }] of files) {
    const before = old?.files.get(name)?.bytes;
    if (before?.equals(bytes) !== true)
      changes.push({ kind: 'write', path: path.join(folder, name), before, after: bytes, mode });
  }
  // Last: a copy that was left half-written counts as edited and is kept.
  const marker = encodeMarker(skill, revision);
  changes.push({
    kind: 'write',
    path: path.join(folder, copyMarker),
    before: old?.marker,
    after: marker,
    mode: undefined,
  });
  return changes;
}

/** Takes an untouched copy away, file by file, and its folders from the inside. */
export function removeCopy(folder: string, copy: Copy): Change[] {
  const files = [...copy.files.keys(), ...(copy.marker === undefined ? [] : [copyMarker])];
  return [
    ...files.map((name): Change => ({ kind: 'remove', path: path.join(folder, name) })),
    ...copy.folders.toReversed().map((name): Change => ({ kind: 'rmdir', path: path.join(folder, name) })),
    { kind: 'rmdir', path: folder },
  ];
}
