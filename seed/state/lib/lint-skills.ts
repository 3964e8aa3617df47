import fs from 'node:fs';
import path from 'node:path';
import { sortFindings } from './finding.ts';
import type { Finding } from './finding.ts';
import { readSkills } from './skill-files.ts';
import type { SkillEntry } from './skill-files.ts';
import { checkSkill, checkTriggerClashes } from './skill-rules.ts';
import type { SkillFacts } from './skill-rules.ts';

/** The footer that the hook adds to every loader; `undefined` when the tree has none. */
export function readFooter(tree: string): string | undefined {
  try {
    return fs.readFileSync(path.join(tree, 'state/regen/footer.md'), 'utf8');
  } catch {
    return undefined;
  }
}

/** What the rules need to know of a skill as it was read; `undefined` when its SKILL.md could not be. */
export function factsOf(tree: string, entry: SkillEntry, footer: string | undefined): SkillFacts | undefined {
  if (entry.skillMd === undefined) return undefined;
  return {
    skill: entry.skill,
    skillMd: entry.skillMd,
    skillPath: entry.skillPath,
    loaderPath: entry.loaderPath ?? `${entry.dir}/${entry.form === 'flat' ? `${entry.name}.agents.md` : 'AGENTS.md'}`,
    footer,
    exists: (file) => fs.existsSync(path.join(tree, file)),
  };
}

/**
 * Everything there is to find in the skills of a tree, in reading order: what reading and parsing found, the rules for
 * each skill, and triggers that clash. With `names` only what concerns those skills; they are still compared with all.
 */
export function lintSkills(tree: string, names?: readonly string[]): Finding[] {
  const footer = readFooter(tree);
  const entries = readSkills(tree);
  const facts = entries.flatMap((entry) => factsOf(tree, entry, footer) ?? []);
  const wanted = names === undefined ? undefined : new Set(names);
  const own = (name: string): boolean => wanted?.has(name) ?? true;
  const paths = new Set(facts.filter(({ skill }) => own(skill.folder)).map(({ skillPath }) => skillPath));
  return sortFindings([
    ...entries.filter(({ name }) => own(name)).flatMap(({ findings }) => findings),
    ...facts.filter(({ skillPath }) => paths.has(skillPath)).flatMap(checkSkill),
    ...checkTriggerClashes(facts).filter(({ path: file }) => paths.has(file)),
  ]);
}
