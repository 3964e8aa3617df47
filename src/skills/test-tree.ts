import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A throwaway tree for tests. */
export interface TestTree {
  readonly dir: string;
  read(file: string): string;
  /** Every file below the tree with its text, for goldens. */
  files(): Record<string, string>;
  remove(): void;
}

/** Makes a tree with a contract, a folder for skills, and these files besides. */
export function makeTestTree(files: Readonly<Record<string, string>> = {}): TestTree {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-tree-')));
  for (const [file, text] of Object.entries({ 'program.md': '# Contract\n', 'state/skills/.keep': '', ...files })) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), text);
  }
  const read = (file: string): string => fs.readFileSync(path.join(dir, file), 'utf8');
  return {
    dir,
    read,
    files() {
      const names = fs.readdirSync(dir, { recursive: true, withFileTypes: true });
      const paths = names
        .filter((dirent) => dirent.isFile())
        .map((dirent) => path.relative(dir, path.join(dirent.parentPath, dirent.name)));
      return Object.fromEntries(paths.toSorted().map((file) => [file, read(file)]));
    },
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}
