import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from './finding.ts';
import { statThrough } from './revision.ts';
import { parseSkill } from './skill.ts';
import type { Skill } from './skill.ts';

const skillsFolder = 'state/skills';

/** Larger files are no skill's text; they are a finding and are not read. In bytes. */
export const maxFileSize = 1024 * 1024;
/** More files than this in one skill are not listed: a `node_modules` that was left in the folder must not cost a turn. */
export const maxFiles = 2000;

/** A skill as it is found in a tree. */
export interface SkillEntry {
  /** The folder's name (of a flat skill: the file's name without `.md`). */
  readonly name: string;
  /** Relative to the tree; `state/skills` itself for a flat skill. */
  readonly dir: string;
  /** `flat` is the older form: `<name>.md` and `<name>.agents.md`. */
  readonly form: 'folder' | 'flat';
  /** Relative to the tree, with forward slashes, sorted. */
  readonly files: readonly string[];
  /** Relative to the tree. */
  readonly skillPath: string;
  readonly loaderPath: string | undefined;
  /** SKILL.md as it is in the file; `undefined` when it is missing or was not read. */
  readonly skillMd: string | undefined;
  readonly skill: Skill;
  readonly findings: readonly Finding[];
}

/** All skills of a tree by name. A skill that cannot be read is there with its findings; it never stops the others. */
export function readSkills(tree: string): SkillEntry[] {
  const root = path.join(tree, skillsFolder);
  const inside = realOrUndefined(tree);
  if (inside === undefined) return [];
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(root, { withFileTypes: true });
  } catch {
    return [];
  }
  const entries: SkillEntry[] = [];
  const folders = new Set<string>();
  for (const dirent of names) {
    if (dirent.name.startsWith('.') || !isFolder(root, dirent)) continue;
    const entry = readFolder(tree, inside, dirent.name);
    if (entry === undefined) continue;
    folders.add(dirent.name);
    entries.push(entry);
  }
  for (const dirent of names) {
    const name = flatName(dirent);
    if (name !== undefined && !folders.has(name)) entries.push(readFlat(tree, inside, name));
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** One skill by its name, or `undefined` when the tree has none of that name. */
export function readSkill(tree: string, name: string): SkillEntry | undefined {
  if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name)) return undefined;
  const inside = realOrUndefined(tree);
  if (inside === undefined) return undefined;
  const dir = path.join(tree, skillsFolder, name);
  if (statThrough(dir)?.isDirectory() === true) return readFolder(tree, inside, name);
  return fs.existsSync(`${dir}.md`) ? readFlat(tree, inside, name) : undefined;
}

function isFolder(root: string, dirent: fs.Dirent): boolean {
  if (dirent.isDirectory()) return true;
  return dirent.isSymbolicLink() && statThrough(path.join(root, dirent.name))?.isDirectory() === true;
}

function flatName(dirent: fs.Dirent): string | undefined {
  if (!dirent.isFile() && !dirent.isSymbolicLink()) return undefined;
  const match = /^([A-Za-z0-9_-]+)\.md$/.exec(dirent.name);
  return match?.[1] === 'README' ? undefined : match?.[1];
}

/** One skill while it is read: where, and what was found so far. */
interface Reading {
  readonly tree: string;
  /** The tree's real location; nothing outside of it is read. */
  readonly inside: string;
  readonly files: string[];
  readonly findings: Finding[];
}

function readFolder(tree: string, inside: string, name: string): SkillEntry | undefined {
  const dir = `${skillsFolder}/${name}`;
  const reading: Reading = { tree, inside, files: [], findings: [] };
  listFiles(reading, dir, 0);
  const { files, findings } = reading;
  files.sort();
  if (files.length === 0 && findings.length === 0) return undefined;
  const skillPath = `${dir}/SKILL.md`;
  const texts = readTexts(reading, skillPath, `${dir}/AGENTS.md`);
  if (texts.skillMd === undefined && !findings.some(({ path: file }) => file === skillPath || file === dir)) {
    findings.push({
      rule: 'skill-missing',
      path: skillPath,
      line: 1,
      message: `the folder ${name} has no SKILL.md`,
      fix: `write one (snappy skill new shows the form), or remove ${dir}`,
    });
  }
  return entryOf(reading, { name, dir, form: 'folder', skillPath }, texts);
}

function readFlat(tree: string, inside: string, name: string): SkillEntry {
  const skillPath = `${skillsFolder}/${name}.md`;
  const loaderPath = `${skillsFolder}/${name}.agents.md`;
  const reading: Reading = { tree, inside, files: [], findings: [] };
  const there = [skillPath, loaderPath].filter((file) => fs.existsSync(path.join(tree, file)));
  reading.files.push(...there.filter((file) => staysInside(reading, file)));
  const entry = entryOf(
    reading,
    { name, dir: skillsFolder, form: 'flat', skillPath },
    readTexts(reading, skillPath, loaderPath),
  );
  const message = `${name} has the older flat form`;
  reading.findings.push({ rule: 'flat-skill', path: skillPath, line: 1, message, fix: 'snappy migrate --apply' });
  return entry;
}

interface Texts {
  readonly skillMd: string | undefined;
  readonly loader: string | undefined;
  readonly loaderPath: string;
}

function readTexts(reading: Reading, skillPath: string, loaderPath: string): Texts {
  const read = (file: string): string | undefined =>
    reading.files.includes(file) ? readText(reading, file) : undefined;
  return { skillMd: read(skillPath), loader: read(loaderPath), loaderPath };
}

function entryOf(
  { files, findings }: Reading,
  place: Pick<SkillEntry, 'name' | 'dir' | 'form' | 'skillPath'>,
  { skillMd, loader, loaderPath }: Texts,
): SkillEntry {
  const source = skillMd ?? `---\nname: ${place.name}\n---\n`;
  const parsed = parseSkill({ folder: place.name, skillMd: source, loader, path: place.skillPath });
  if (skillMd !== undefined) findings.push(...parsed.findings);
  return {
    ...place,
    files,
    skillMd,
    skill: parsed.skill,
    findings,
    loaderPath: loader === undefined ? undefined : loaderPath,
  };
}

/** Collects the files below `dir`. Links are followed only to files inside the tree. */
function listFiles(reading: Reading, dir: string, depth: number): void {
  if (!staysInside(reading, dir)) return;
  const { tree, files, findings } = reading;
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(path.join(tree, dir), { withFileTypes: true });
  } catch (cause) {
    findings.push(unreadable(dir, 'listed', cause));
    return;
  }
  for (const dirent of names) {
    const file = `${dir}/${dirent.name}`;
    if (dirent.isDirectory()) {
      // A folder deeper than this, or of a package manager or git, holds no skill's text.
      if (depth < 8 && dirent.name !== 'node_modules' && dirent.name !== '.git') listFiles(reading, file, depth + 1);
    } else if (
      files.length < maxFiles &&
      (dirent.isFile() || (dirent.isSymbolicLink() && linksToFile(reading, file)))
    ) {
      files.push(file);
    }
  }
}

function linksToFile(reading: Reading, file: string): boolean {
  return staysInside(reading, file) && fs.statSync(path.join(reading.tree, file)).isFile();
}

function staysInside({ tree, inside, findings }: Reading, file: string): boolean {
  const real = realOrUndefined(path.join(tree, file));
  if (real !== undefined && (real === inside || real.startsWith(inside + path.sep))) return true;
  const where = real === undefined ? 'leads nowhere' : `leads out of the tree, to ${real}; it was not read`;
  findings.push({
    rule: 'link-outside',
    path: file,
    line: 1,
    message: `is a link that ${where}`,
    fix: 'put a copy of the file in its place, or remove the link',
  });
  return false;
}

function realOrUndefined(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

function readText({ tree, findings }: Reading, file: string): string | undefined {
  try {
    const full = path.join(tree, file);
    const { size } = fs.statSync(full);
    if (size <= maxFileSize) return fs.readFileSync(full, 'utf8');
    const message = `is ${size} bytes; at most ${maxFileSize} are read`;
    findings.push({ rule: 'file-size', path: file, line: 1, message, fix: 'move the bulk to a file under resources/' });
  } catch (cause) {
    findings.push(unreadable(file, 'read', cause));
  }
  return undefined;
}

function unreadable(file: string, what: string, cause: unknown): Finding {
  const message = `cannot be ${what}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return { rule: 'unreadable', path: file, line: 1, message, fix: 'check its owner and mode' };
}
