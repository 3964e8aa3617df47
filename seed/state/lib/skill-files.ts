import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from './finding.ts';
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
  if (fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true) return readFolder(tree, inside, name);
  return fs.existsSync(`${dir}.md`) ? readFlat(tree, inside, name) : undefined;
}

function isFolder(root: string, dirent: fs.Dirent): boolean {
  if (dirent.isDirectory()) return true;
  return dirent.isSymbolicLink() && fs.statSync(path.join(root, dirent.name), { throwIfNoEntry: false })?.isDirectory() === true;
}

function flatName(dirent: fs.Dirent): string | undefined {
  if (!dirent.isFile() && !dirent.isSymbolicLink()) return undefined;
  const match = /^([A-Za-z0-9_-]+)\.md$/.exec(dirent.name);
  return match?.[1] === 'README' ? undefined : match?.[1];
}

function readFolder(tree: string, inside: string, name: string): SkillEntry | undefined {
  const dir = `${skillsFolder}/${name}`;
  const findings: Finding[] = [];
  const files: string[] = [];
  listFiles(tree, inside, dir, files, findings);
  files.sort();
  if (files.length === 0 && findings.length === 0) return undefined;
  const skillPath = `${dir}/SKILL.md`;
  const loaderPath = `${dir}/AGENTS.md`;
  const skillMd = files.includes(skillPath) ? readText(tree, skillPath, findings) : undefined;
  const loader = files.includes(loaderPath) ? readText(tree, loaderPath, findings) : undefined;
  if (skillMd === undefined && !findings.some((finding) => finding.path === skillPath)) {
    findings.push({
      rule: 'skill-missing', path: skillPath, line: 1, message: `the folder ${name} has no SKILL.md`,
      fix: `write one (snappy skill new shows the form), or remove ${dir}`,
    });
  }
  const parsed = parseSkill({ folder: name, skillMd: skillMd ?? emptySkill(name), loader, path: skillPath });
  if (skillMd !== undefined) findings.push(...parsed.findings);
  return {
    name, dir, form: 'folder', files, skillPath, skillMd, skill: parsed.skill, findings,
    loaderPath: loader === undefined ? undefined : loaderPath,
  };
}

function readFlat(tree: string, inside: string, name: string): SkillEntry {
  const dir = skillsFolder;
  const skillPath = `${dir}/${name}.md`;
  const loaderPath = `${dir}/${name}.agents.md`;
  const findings: Finding[] = [];
  const files = [skillPath, loaderPath].filter((file) => fs.existsSync(path.join(tree, file)) && staysInside(tree, inside, file, findings));
  const skillMd = files.includes(skillPath) ? readText(tree, skillPath, findings) : undefined;
  const loader = files.includes(loaderPath) ? readText(tree, loaderPath, findings) : undefined;
  const parsed = parseSkill({ folder: name, skillMd: skillMd ?? emptySkill(name), loader, path: skillPath });
  if (skillMd !== undefined) findings.push(...parsed.findings);
  findings.push({
    rule: 'flat-skill', path: skillPath, line: 1, message: `${name} has the older flat form`, fix: 'snappy migrate --apply',
  });
  return {
    name, dir, form: 'flat', files, skillPath, skillMd, skill: parsed.skill, findings,
    loaderPath: loader === undefined ? undefined : loaderPath,
  };
}

function emptySkill(name: string): string {
  return `---\nname: ${name}\n---\n`;
}

/** Collects the files below `dir`. Links are followed only to files and folders inside the tree. */
function listFiles(tree: string, inside: string, dir: string, files: string[], findings: Finding[], depth = 0): void {
  if (!staysInside(tree, inside, dir, findings)) return;
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(path.join(tree, dir), { withFileTypes: true });
  } catch (cause) {
    findings.push({ rule: 'unreadable', path: dir, line: 1, message: `cannot be listed: ${(cause as Error).message}`, fix: 'check its owner and mode' });
    return;
  }
  for (const dirent of names) {
    const file = `${dir}/${dirent.name}`;
    if (dirent.isDirectory()) {
      // A folder deeper than this, or of a package manager or git, holds no skill's text.
      if (depth < 8 && dirent.name !== 'node_modules' && dirent.name !== '.git') listFiles(tree, inside, file, files, findings, depth + 1);
    } else if (files.length < maxFiles && (dirent.isFile() || (dirent.isSymbolicLink() && linksToFile(tree, inside, file, findings)))) {
      files.push(file);
    }
  }
}

function linksToFile(tree: string, inside: string, file: string, findings: Finding[]): boolean {
  return staysInside(tree, inside, file, findings) && fs.statSync(path.join(tree, file)).isFile();
}

function staysInside(tree: string, inside: string, file: string, findings: Finding[]): boolean {
  const real = realOrUndefined(path.join(tree, file));
  if (real !== undefined && (real === inside || real.startsWith(inside + path.sep))) return true;
  findings.push({
    rule: 'link-outside', path: file, line: 1,
    message: real === undefined ? 'is a link that leads nowhere' : `is a link that leads out of the tree, to ${real}; it was not read`,
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

function readText(tree: string, file: string, findings: Finding[]): string | undefined {
  try {
    const full = path.join(tree, file);
    const { size } = fs.statSync(full);
    if (size <= maxFileSize) return fs.readFileSync(full, 'utf8');
    findings.push({
      rule: 'file-size', path: file, line: 1, message: `is ${size} bytes; at most ${maxFileSize} are read`,
      fix: 'move the bulk to a file under resources/',
    });
  } catch (cause) {
    findings.push({ rule: 'unreadable', path: file, line: 1, message: `cannot be read: ${(cause as Error).message}`, fix: 'check its owner and mode' });
  }
  return undefined;
}
