import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';

/** The package a tree is laid from. */
export interface SeedPackage {
  /** The folder whose contents are copied. */
  readonly seed: string;
  /** The folder of the program's files, `snappy.js` and what it loads, which are laid in `bin/`. */
  readonly dist: string;
  readonly version: string;
}

/** One file as it is laid in a tree. */
export interface SeedFile {
  /** Relative to the tree, with forward slashes. */
  readonly path: string;
  /** Where it comes from, absolute. */
  readonly from: string;
  readonly data: Buffer;
  /** 0755 for a program; `undefined` leaves it to the user's umask. */
  readonly mode: number | undefined;
  /** Laid when missing and from then on the user's: not in the manifest, never opened for writing again. */
  readonly starter: boolean;
}

/** npm leaves these two out of a package under their own names, or acts on them. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore', gitattributes: '.gitattributes' };

function readPackageJson(file: string): { name?: unknown; version?: unknown } {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
  } catch {
    return {};
  }
}

/**
 * The package that the running program belongs to. `script` is a file of the program, in `<package>/dist/`. Throws
 * `failure` for the copy inside a tree, which has no seed beside it; `again` is the command line to say then.
 */
export function findSeedPackage(script: string, again: string): SeedPackage {
  const dist = path.dirname(fs.realpathSync(script));
  const root = path.resolve(dist, '..');
  const { name, version } = readPackageJson(path.join(root, 'package.json'));
  const seed = path.join(root, 'seed');
  if (name === 'snappy-os' && typeof version === 'string' && fs.existsSync(path.join(seed, layout.program)))
    return { seed, dist, version };
  throw new SnappyError(
    'failure',
    `this copy of snappy (${script}) has no seed to lay a tree from: only the npm package does`,
    {
      hint: `run: npx snappy-os@latest ${again}`,
    },
  );
}

/** What the user owns from the first day: no refresh reads a new version of these, and no update writes them. */
export function isUserOwned(file: string): boolean {
  return (
    file === 'program.local.md' ||
    file === '.env.cache' ||
    file === layout.indexPage ||
    ['sources/', '.git/', '_backups/', 'state/log/', `${layout.index}/`].some(
      (folder) => file.startsWith(folder) && file !== 'state/log/README.md',
    )
  );
}

/** What the seed lays for the user and their agents to sharpen: a change there is the loop at work, not damage. */
export function isSharpened(file: string): boolean {
  return file.startsWith(`${layout.skills}/`) || file.startsWith('state/config/');
}

function isProgram(data: Buffer): boolean {
  return data.length > 2 && data[0] === 0x23 && data[1] === 0x21;
}

function listFiles(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name.endsWith('.test.ts')) return [];
    if (entry.isDirectory()) return listFiles(path.join(dir, entry.name)).map((file) => `${entry.name}/${file}`);
    return entry.isFile() ? [entry.name] : [];
  });
}

/** Every file of the seed as it is laid, by path; those of the program are among them. */
export function readSeed(source: SeedPackage): SeedFile[] {
  const files = listFiles(source.seed).map((file) => ({
    path: renamed[file] ?? file,
    from: path.join(source.seed, file),
  }));
  const programs = [layout.cli, layout.quickCli, layout.fullCli].map((file) => ({
    path: file,
    from: path.join(source.dist, path.posix.basename(file)),
  }));
  return [...files, ...programs]
    .map((file) => {
      const data = fs.readFileSync(file.from);
      return { ...file, data, mode: isProgram(data) ? 0o755 : undefined, starter: isUserOwned(file.path) };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
