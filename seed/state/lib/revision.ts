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

/** One file of a skill as it lies on the disk, not read yet. */
export interface ListedFile {
  /** Relative to the skill's folder, with forward slashes. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly stat: fs.Stats;
}

/** What a look at a skill's folder gives. */
export interface SkillListing {
  readonly files: readonly ListedFile[];
  /** False when it is more than can be kept, or a folder of it cannot be read: it has no revision then. */
  readonly whole: boolean;
}

/** More than this is not copied, in bytes. */
const maxBytes = 64 * 1024 * 1024;
/** With more files than this somebody has left something in the folder that is no skill. */
const maxFiles = 2000;
const maxDepth = 8;
const maxNameLength = 1024;

const skillsFolder = 'state/skills';

/** Folders of packages, of git, and of what Python makes of a script when it runs. */
const otherFolders: readonly string[] = ['node_modules', '.git', '__pycache__'];
/** What editors, `sed -i`, desktops and this program leave beside a file for a moment, or for themselves. */
const otherFiles =
  /^(\.DS_Store|Thumbs\.db|\.#.*|#.*#|\.!\d+!.*|sed[A-Za-z0-9]{6}|.*(~|\.sw[a-p]|\.pyc|\.part|\.tmp(\..*)?))$/;

/** Whether a name can be that of a skill's folder wherever a tree may lie: letters, digits and `_ . -` and blanks inside. */
export function isSkillName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_. -]{0,127}$/u.test(name) && Buffer.byteLength(name) <= 200;
}

interface Walk {
  readonly files: ListedFile[];
  /** Links to files out of this folder are left out; `undefined` takes any. */
  readonly inside: string | undefined;
  bytes: number;
  whole: boolean;
}

function walkFolder(walk: Walk, dir: string, prefix: string, depth: number): void {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(dir, { withFileTypes: true });
  } catch {
    walk.whole = false;
    return;
  }
  for (const entry of entries) {
    if (!walk.whole) return;
    const file = `${dir}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < maxDepth && !otherFolders.includes(entry.name))
        walkFolder(walk, file, `${prefix}${entry.name}/`, depth + 1);
    } else if (!otherFiles.test(entry.name)) {
      addFile(walk, prefix + entry.name, file, entry.isSymbolicLink());
    }
  }
}

/** What stands where a path leads, through links; `undefined` where nothing does, as with a link to itself. */
export function statThrough(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function addFile(walk: Walk, name: string, file: string, isLink: boolean): void {
  const stat = statThrough(file);
  if (stat?.isFile() !== true || name.length > maxNameLength) return;
  if (isLink && walk.inside !== undefined && !isInside(file, walk.inside)) return;
  walk.bytes += stat.size;
  walk.files.push({ name, file, stat });
  if (walk.bytes > maxBytes || walk.files.length > maxFiles) walk.whole = false;
}

function isInside(file: string, folder: string): boolean {
  try {
    const real = fs.realpathSync(file);
    return real === folder || real.startsWith(folder + path.sep);
  } catch {
    return false;
  }
}

function listFolder(folder: string, inside: string | undefined): SkillListing {
  const walk: Walk = { files: [], inside, bytes: 0, whole: true };
  walkFolder(walk, folder, '', 0);
  return { files: walk.files, whole: walk.whole };
}

/**
 * Looks at the files of one skill of a tree, in its folder or in the older flat form. Links are followed only inside the
 * tree: what lies outside is nobody's to copy. `undefined` when there is no skill of that name.
 */
export function listSkill(tree: string, name: string): SkillListing | undefined {
  if (!isSkillName(name)) return undefined;
  let inside: string;
  try {
    inside = fs.realpathSync(tree);
  } catch {
    return undefined;
  }
  return listFolderSkill(tree, inside, name) ?? listFlatSkill(tree, inside, name);
}

function listFolderSkill(tree: string, inside: string, name: string): SkillListing | undefined {
  const folder = `${tree}/${skillsFolder}/${name}`;
  const entry = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (entry.isSymbolicLink()) {
    if (!isInside(folder, inside) || !fs.statSync(folder).isDirectory()) return undefined;
  } else if (!entry.isDirectory()) return undefined;
  const listing = listFolder(folder, inside);
  return listing.whole && listing.files.length === 0 ? undefined : listing;
}

function listFlatSkill(tree: string, inside: string, name: string): SkillListing | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(name) || name === 'README') return undefined;
  const walk: Walk = { files: [], inside, bytes: 0, whole: true };
  for (const file of [`${name}.md`, `${name}.agents.md`]) addFile(walk, file, `${tree}/${skillsFolder}/${file}`, true);
  return walk.files.some((file) => file.name === `${name}.md`) ? { files: walk.files, whole: walk.whole } : undefined;
}

/**
 * Looks at all skills of a tree, by name. Empty folders and names that no skill can have are left out. `undefined` when
 * the folder of skills cannot be read: that is not the same as a tree without skills.
 */
export function listSkills(tree: string): Map<string, SkillListing> | undefined {
  const found = new Map<string, SkillListing>();
  let names: string[];
  let inside: string;
  try {
    names = fs.readdirSync(`${tree}/${skillsFolder}`).toSorted();
    inside = fs.realpathSync(tree);
  } catch {
    return undefined;
  }
  for (const file of names) {
    if (!isSkillName(file)) continue;
    const listing = listFolderSkill(tree, inside, file);
    if (listing !== undefined) found.set(file, listing);
  }
  for (const file of names) {
    const name = file.endsWith('.md') ? file.slice(0, -3) : '';
    const listing = name === '' || found.has(name) ? undefined : listFlatSkill(tree, inside, name);
    if (listing !== undefined) found.set(name, listing);
  }
  return found;
}

/** Reads what was listed. `undefined` when that is not whole, or changes just now: look again. */
export function readListing({ files, whole }: SkillListing): SkillFiles | undefined {
  if (!whole) return undefined;
  const read = new Map<string, SkillFile>();
  for (const { name, file, stat } of files) {
    try {
      const bytes = fs.readFileSync(file);
      if (bytes.length !== stat.size) return undefined;
      read.set(name, { bytes, mode: stat.mode & 0o777 });
    } catch {
      return undefined;
    }
  }
  return read;
}

function readWhile(list: () => SkillListing | undefined): SkillFiles | undefined {
  for (let tries = 0; tries < 3; tries++) {
    const listing = list();
    if (listing?.whole !== true) return undefined;
    const files = readListing(listing);
    if (files !== undefined) return files;
  }
  return undefined;
}

/**
 * Reads the files of a skill's folder, links to files as what they lead to. Folders of packages and of git are no part
 * of a skill. `undefined` when it is more than can be copied, or cannot be read.
 */
export function readSkillFiles(folder: string): SkillFiles | undefined {
  return readWhile(() => listFolder(folder, undefined));
}

/** Reads the files of one skill of a tree, as `listSkill` sees them; `undefined` when there is none or it cannot be read. */
export function readTreeSkill(tree: string, name: string): SkillFiles | undefined {
  return readWhile(() => listSkill(tree, name));
}

/** The revision of a skill of a tree as it is now; `undefined` when there is none, or it cannot be read. */
export function skillRevision(tree: string, name: string): string | undefined {
  const files = readTreeSkill(tree, name);
  return files === undefined ? undefined : revisionOf(files);
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

/** Whether a file of a skill, relative to its folder, is its loader: `AGENTS.md`, or `<skill>.agents.md` in the flat form. */
export function isLoaderFile(skill: string, file: string): boolean {
  return file === 'AGENTS.md' || file === `${skill}.agents.md`;
}
