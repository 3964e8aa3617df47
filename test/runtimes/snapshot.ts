import fs from 'node:fs';
import path from 'node:path';

/** Every file, folder and link below a folder: its path -> what it is and, of a file, every byte. */
export type Snapshot = ReadonlyMap<string, string>;

function entryOf(file: string, entry: fs.Dirent): string {
  if (entry.isSymbolicLink()) return `link to ${fs.readlinkSync(file)}`;
  const mode = (fs.statSync(file).mode & 0o777).toString(8);
  return entry.isDirectory() ? `folder ${mode}` : `file ${mode}\n${fs.readFileSync(file, 'latin1')}`;
}

/** Takes down what is below `folder`, but not what `apart` matches; links are not followed. */
export function snapshotOf(folder: string, apart?: RegExp): Snapshot {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(folder, file), file, entry] as const;
      })
      .filter(([name]) => apart?.test(name) !== true)
      .map(([name, file, entry]): [string, string] => [name, entryOf(file, entry)])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
