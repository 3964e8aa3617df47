import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '../core/system.ts';

const skillName = /^[a-z0-9-]{1,64}$/;

/** Changes to the links in a runtime's skills folder, and a line for each name that was left alone. */
export interface LinkPlan {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

const isInside = (folder: string, file: string): boolean => file.startsWith(`${folder}${path.sep}`);

/** The skills of a tree that can be linked: folders with a SKILL.md, that do not lead out of the tree. */
function linkable(skills: string): { names: string[]; notes: string[] } {
  const names: string[] = [];
  const notes: string[] = [];
  for (const entry of fs.readdirSync(skills, { withFileTypes: true })) {
    if (!fs.existsSync(path.join(skills, entry.name, 'SKILL.md'))) continue;
    const real = realPath(path.join(skills, entry.name));
    if (!skillName.test(entry.name))
      notes.push(`skill ${JSON.stringify(entry.name)} is not linked: a name has only a-z, 0-9 and -, at most 64`);
    else if (real === undefined || !isInside(skills, real))
      notes.push(`skill ${entry.name} is not linked: it leads out of the tree`);
    else names.push(entry.name);
  }
  return { names: names.toSorted(), notes };
}

/** Links in `root` that lead into `skills`, by name, with what they lead to; also those that dangle. */
function linksInto(root: string, skills: string): Map<string, string> {
  const here = realPath(root);
  if (here === undefined || !fs.statSync(here).isDirectory()) return new Map();
  const links = fs.readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  const targets = links.map((entry): [string, string] => [
    entry.name,
    path.resolve(here, fs.readlinkSync(path.join(here, entry.name))),
  ]);
  return new Map(targets.filter(([, target]) => isInside(skills, realPath(target) ?? target)));
}

/**
 * One link for each skill in the runtime's skills folder `root`. What stands there already is never touched, except a
 * link into this tree that leads to the wrong or to no skill any more. `skills` is the tree's folder, links resolved.
 */
export function planLinks(root: string, skills: string): LinkPlan {
  if (realPath(root) === skills) return { changes: [], notes: [] };
  if (fs.existsSync(root) && !fs.statSync(root).isDirectory())
    return { changes: [], notes: [`${root} is not a folder: no skill is linked`] };
  const { names, notes } = linkable(skills);
  const ours = linksInto(root, skills);
  const changes: Change[] = [];
  for (const [name, target] of ours) {
    if (!names.includes(name) || target !== path.join(skills, name))
      changes.push({ kind: 'remove', path: path.join(root, name) });
  }
  for (const name of names) {
    const link = path.join(root, name);
    const target = path.join(skills, name);
    const known = ours.get(name);
    if (known === target) continue;
    if (known === undefined && fs.lstatSync(link, { throwIfNoEntry: false }) !== undefined) {
      notes.push(`${link} is yours and stays; skill ${name} is not linked there`);
    } else {
      changes.push({ kind: 'symlink', path: link, target });
    }
  }
  return { changes, notes };
}

/** Takes out the links in `root` that lead into the tree, and nothing else. */
export function planUnlink(root: string, skills: string): Change[] {
  return [...linksInto(root, skills).keys()].map((name) => ({ kind: 'remove', path: path.join(root, name) }));
}
