import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import type { ConflictFile } from './rule.ts';

/** What is read of one file at most, in bytes, and how many files there may be. */
const maxBytes = 64 * 1024;
const maxFiles = 1000;

function readStart(file: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    if (!fs.fstatSync(fd).isFile()) return undefined;
    const bytes = Buffer.alloc(maxBytes);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, maxBytes, 0)).toString('utf8');
  } finally {
    fs.closeSync(fd);
  }
}

function listFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/**
 * What could not be merged, by skill: `<skill>/<machine_id>.md`, and the older `<skill>.<machine_id>.md`. Links are not
 * followed: the files come from other machines.
 */
export function readConflicts(tree: string): ReadonlyMap<string, readonly ConflictFile[]> {
  const root = path.join(tree, layout.conflicts);
  const names = listFolder(root).flatMap((entry): { skill: string; name: string }[] => {
    if (entry.isDirectory()) {
      const inside = listFolder(path.join(root, entry.name)).filter(
        (file) => file.isFile() && file.name.endsWith('.md'),
      );
      return inside.map((file) => ({ skill: entry.name, name: `${entry.name}/${file.name}` }));
    }
    const skill = entry.isFile() ? /^(.+)\.[A-Za-z0-9_-]+\.md$/.exec(entry.name)?.[1] : undefined;
    return skill === undefined ? [] : [{ skill, name: entry.name }];
  });
  const found = new Map<string, ConflictFile[]>();
  for (const { skill, name } of names.slice(0, maxFiles)) {
    const text = readStart(path.join(root, name));
    if (text === undefined) continue;
    found.set(skill, [...(found.get(skill) ?? []), { path: `${layout.conflicts}/${name}`, text }]);
  }
  return found;
}
