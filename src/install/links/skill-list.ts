import fs from 'node:fs';
import path from 'node:path';
import { maxFileSize } from '../../../seed/state/lib/skill-files.ts';
import { isSkillName } from '../../../seed/state/lib/skill-rules.ts';
import { isBelow } from '../../core/paths.ts';
import { checkHead, readHead } from './skill-head.ts';
import { realPath } from './paths.ts';

/** A skill that runtimes may be given a link to. */
export interface LinkableSkill {
  readonly name: string;
  /** Characters of its name and description: what it costs in a runtime's native listing. */
  readonly characters: number;
}

/** What keeps a skill, or a whole folder of links, from being served; the others are served all the same. */
export interface LinkFault {
  /** The skill's folder name; absent where the fault is about no single skill. */
  readonly skill?: string;
  readonly message: string;
}

/** The skills of a tree, as far as links to them go. */
export interface SkillList {
  /** By name. */
  readonly skills: readonly LinkableSkill[];
  readonly faults: readonly LinkFault[];
  /** Skills in the older flat form, which no runtime can be given as a folder. */
  readonly flat: readonly string[];
}

/**
 * Reads which skills of a tree can be linked, and what is wrong with the others. `skills` is the folder of the skills,
 * `tree` the tree it must not lead out of; both absolute, links resolved. One bad skill costs the others nothing. Only
 * folders and the heads of the SKILL.md files are read. Throws when `skills` itself cannot be listed.
 */
export function listSkills(tree: string, skills: string): SkillList {
  const entries = fs.readdirSync(skills, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
  const found: LinkableSkill[] = [];
  const faults: LinkFault[] = [];
  const folders = new Map(entries.filter((entry) => !entry.isFile()).map(({ name }) => [name.toLowerCase(), name]));
  for (const entry of entries) {
    if (entry.isFile()) continue;
    const result = attempt(() => readSkill(tree, skills, entry));
    if (result === undefined) continue;
    if (typeof result !== 'string') {
      found.push(result);
      continue;
    }
    const twin = folders.get(entry.name.toLowerCase());
    const double = twin === undefined || twin === entry.name ? '' : `; it differs from ${twin} only in case`;
    faults.push({ skill: entry.name, message: `${result}${double}` });
  }
  const flat = entries.flatMap((entry) => flatName(entry) ?? []);
  const both = flat.filter((name) => fs.existsSync(path.join(skills, name, 'SKILL.md')));
  faults.push(...both.map((skill) => ({ skill, message: `is there twice: ${skill}/ counts, ${skill}.md does not` })));
  return { skills: found.toSorted(byName), faults, flat: flat.filter((name) => !both.includes(name)) };
}

const byName = (a: LinkableSkill, b: LinkableSkill): number => (a.name < b.name ? -1 : 1);

function flatName(entry: fs.Dirent): string | undefined {
  if (!entry.isFile() || !entry.name.endsWith('.md') || entry.name.endsWith('.agents.md')) return undefined;
  return entry.name === 'README.md' ? undefined : entry.name.slice(0, -'.md'.length);
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (cause) {
    return `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** A skill; `undefined` for what is none; a sentence where something is wrong with it. */
function readSkill(tree: string, skills: string, entry: fs.Dirent): LinkableSkill | string | undefined {
  const { name } = entry;
  const folder = path.join(skills, name);
  if (entry.isSymbolicLink()) {
    const astray = leadsAstray(tree, folder);
    if (astray !== undefined) return `is a link that ${astray}`;
    if (!fs.statSync(folder).isDirectory()) return undefined;
  } else if (!entry.isDirectory()) return undefined;
  const files = fs.readdirSync(folder, { withFileTypes: true });
  const main = files.find((file) => file.name === 'SKILL.md');
  // A folder without it is not a skill yet, and no runtime takes it for one.
  if (main === undefined) return undefined;
  if (!isSkillName(name))
    return `the folder name ${JSON.stringify(name)} is not 1 to 64 of a-z, 0-9 and single hyphens`;
  const link = linkAstray(tree, folder, files, 0);
  if (link !== undefined) return link;
  const file = path.join(folder, 'SKILL.md');
  // Nothing but a file is opened: reading a pipe would never end.
  if (!(main.isFile() || (main.isSymbolicLink() && fs.statSync(file).isFile()))) return 'SKILL.md is not a file';
  const text = readHead(file, maxFileSize);
  if (text === undefined) return `SKILL.md has more than the ${maxFileSize} bytes that are read`;
  const head = checkHead(name, text);
  return typeof head === 'string' ? head : { name, characters: name.length + head.description.length };
}

/** Why a link may not be followed, as the end of a sentence; `undefined` where it stays in the tree. */
function leadsAstray(tree: string, link: string): string | undefined {
  const real = realPath(link);
  if (real === undefined) return 'leads nowhere or in a circle';
  return isBelow(real, tree) ? undefined : `leads out of the tree, to ${real}`;
}

/** The first link in a skill's folder that does not stay in the tree, in words. Packages' and git's folders are passed over. */
function linkAstray(tree: string, folder: string, files: readonly fs.Dirent[], depth: number): string | undefined {
  for (const entry of files) {
    const { name } = entry;
    const file = path.join(folder, name);
    if (entry.isSymbolicLink()) {
      const astray = leadsAstray(tree, file);
      if (astray !== undefined) return `${name} is a link that ${astray}`;
    } else if (entry.isDirectory() && depth < 8 && name !== 'node_modules' && name !== '.git') {
      const below = linkAstray(tree, file, fs.readdirSync(file, { withFileTypes: true }), depth + 1);
      if (below !== undefined) return `${name}/${below}`;
    }
  }
  return undefined;
}
