import fs from 'node:fs';
import path from 'node:path';
import { readTreeSkill } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { workFolder } from './tries.ts';

/** A copy of one skill for an agent to work in, laid out as a tree is, so that links between its files hold. */
export interface WorkCopy {
  /** Absolute; what the agent is started in. */
  readonly folder: string;
  readonly skill: string;
  /** The skill as it was copied. */
  readonly base: SkillFiles;
}

/** A longer list of reasons is no list. In bytes. */
const mostNotes = 256 * 1024;

const isFlat = (skill: string, files: SkillFiles): boolean => files.has(`${skill}.md`) && !files.has('SKILL.md');

/** Makes a copy of a skill with its brief beside it. `id` makes its folder its own. */
export function makeCopy(
  system: System,
  tree: string,
  { skill, base, brief, id }: { skill: string; base: SkillFiles; brief: string; id: string },
): WorkCopy {
  const folder = path.join(tree, workFolder, `${skill}-${id}`);
  const skills = path.join(folder, layout.skills, isFlat(skill, base) ? '' : skill);
  for (const [name, { bytes, mode }] of base) system.write(path.join(skills, name), bytes, mode);
  const footer = system.read(path.join(tree, layout.footer));
  if (footer !== undefined) system.write(path.join(folder, layout.footer), footer);
  system.write(path.join(folder, 'BRIEF.md'), brief);
  return { folder, skill, base };
}

/** The skill as the agent has left it; `undefined` when it is gone or cannot be read. Links out of the copy are not followed. */
export function readCopy({ folder, skill }: WorkCopy): SkillFiles | undefined {
  return readTreeSkill(folder, skill);
}

/** What the agent says that it has removed, and why; '' where it says nothing. */
export function readNotes({ folder }: WorkCopy): string {
  const file = path.join(folder, 'REMOVED.md');
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= mostNotes ? fs.readFileSync(file, 'utf8') : '';
}

/** Removes every copy: those of runs that were killed too. The lock of the background is held by the caller. */
export function sweepCopies(system: System, tree: string): void {
  const folder = path.join(tree, workFolder);
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) system.discard(path.join(folder, entry.name));
}
