import path from 'node:path';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { factsOf, lintSkills, readFooter } from '../../seed/state/lib/lint-skills.ts';
import { repairSkill } from '../../seed/state/lib/skill-rules.ts';
import { sortFindings } from '../../seed/state/lib/finding.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { lintCredentials } from './lint-credentials.ts';
import { readSkills } from './read.ts';

/** A file that was, or in a dry run would be, repaired. */
export interface Repair {
  readonly skill: string;
  /** Relative to the tree. */
  readonly path: string;
  /** The rules that had found something. */
  readonly rules: readonly string[];
}

export interface LintReport {
  /** How many skills were looked at. */
  readonly skills: number;
  readonly findings: readonly Finding[];
  readonly repairs: readonly Repair[];
}

/**
 * Lints the skills of a tree, all or those named. With `fix` it first writes, through `system`, what a program can
 * repair; the findings are then those that are left on the disk. Throws `usage` on a name that no skill has.
 */
export async function lintTree(
  system: System,
  tree: string,
  options: { names?: readonly string[]; fix?: boolean } = {},
): Promise<LintReport> {
  const names = options.names === undefined || options.names.length === 0 ? undefined : options.names;
  const all = readSkills(tree);
  const missing = names?.find((name) => !all.some((entry) => entry.name === name));
  if (missing !== undefined) throw unknownSkill(missing);
  const chosen = all.filter(({ name }) => names?.includes(name) ?? true);
  const footer = readFooter(tree);
  const repairs =
    options.fix === true ? chosen.flatMap((entry) => repairEntry(system, tree, factsOf(tree, entry, footer))) : [];
  const findings = sortFindings([...lintSkills(tree, names), ...(await lintCredentials(tree, names))]);
  return { skills: chosen.length, findings, repairs };
}

/** The error for a name that no skill of the tree has. */
export function unknownSkill(name: string): SnappyError {
  return new SnappyError('usage', `there is no skill "${name}" in ${layout.skills}/`, {
    hint: 'see their names with: snappy skill list',
  });
}

function repairEntry(system: System, tree: string, facts: ReturnType<typeof factsOf>): Repair[] {
  if (facts === undefined) return [];
  const { skillMd, loader, repaired } = repairSkill(facts);
  const { skill, skillPath, loaderPath } = facts;
  const repairs: Repair[] = [];
  const write = (file: string, text: string, rules: string[]): void => {
    system.write(path.join(tree, file), text);
    repairs.push({ skill: skill.folder, path: file, rules });
  };
  const ofLoader = repaired.filter((rule) => rule.startsWith('loader-'));
  if (skillMd !== facts.skillMd)
    write(
      skillPath,
      skillMd,
      repaired.filter((rule) => !ofLoader.includes(rule)),
    );
  if (loader !== undefined && loader !== skill.loader) write(loaderPath, loader, ofLoader);
  return repairs;
}
