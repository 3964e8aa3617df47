import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** One file of a skill. */
export interface SkillFile {
  readonly bytes: Buffer;
  readonly mode: number;
}

/** Files by their path relative to the skill's folder, with forward slashes. */
export type SkillFiles = ReadonlyMap<string, SkillFile>;

/** More than this is not copied, in bytes. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads the files of a skill of the tree, links to files as what they lead to. Folders of packages and of git are no part
 * of a skill. `undefined` when it is more than can be copied.
 */
export function readSkillFiles(folder: string): SkillFiles | undefined {
  const files = new Map<string, SkillFile>();
  let total = 0;
  const walk = (dir: string, prefix: string, depth: number): void => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      const file = path.join(dir, entry.name);
      if (entry.isDirectory()) {
        if (depth < 8 && entry.name !== 'node_modules' && entry.name !== '.git')
          walk(file, `${prefix}${entry.name}/`, depth + 1);
        continue;
      }
      const stat = fs.statSync(file);
      if (!stat.isFile()) continue;
      total += stat.size;
      if (total > maxBytes) return;
      files.set(prefix + entry.name, { bytes: fs.readFileSync(file), mode: stat.mode & 0o777 });
    }
  };
  walk(folder, '', 0);
  return total > maxBytes ? undefined : files;
}

/**
 * The revision of a skill (`rev_id`): the first 12 hex of the sha256 over its files in path order. Each counts as its
 * path, its length and its bytes, so that nothing can be moved from one to the next unseen.
 */
export function revisionOf(files: SkillFiles): string {
  const hash = createHash('sha256');
  for (const [name, { bytes }] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, 12);
}
