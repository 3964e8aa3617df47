import { listSkills } from '../../../seed/state/lib/revision.ts';
import type { System } from '../../core/system.ts';
import { lookAt } from './look.ts';
import { isUnchanged, readSeen, writeSeen } from './seen.ts';
import type { SeenSkill } from './seen.ts';
import { saveRevision } from './store.ts';

function accept(system: System, tree: string, isWanted: (skill: string, seen: SeenSkill | undefined) => boolean): void {
  const { seen, source } = readSeen(tree);
  const listings = listSkills(tree);
  if (listings === undefined) return;
  const skills = new Map(seen.skills);
  const now = new Date();
  for (const [skill, listing] of listings) {
    const before = skills.get(skill);
    if (!isWanted(skill, before) || isUnchanged(before, listing, now.getTime())) continue;
    const look = lookAt(tree, skill, listing);
    if (look === undefined) continue;
    if (look.rev !== before?.rev) saveRevision(system, tree, skill, look.files, now);
    skills.set(skill, { rev: look.rev, stamp: look.stamp });
  }
  for (const [skill, before] of seen.skills) if (!listings.has(skill) && isWanted(skill, before)) skills.delete(skill);
  if (source !== 'nothing' || skills.size > 0) writeSeen(system, tree, { ...seen, skills });
}

/**
 * Takes skills as they are, without an edit: what came from another machine brings its own rows. Of all skills where none
 * are named; one that is gone is then no longer known. Lock held.
 */
export function acceptSeen(system: System, tree: string, skills?: readonly string[]): void {
  const named = skills === undefined ? undefined : new Set(skills);
  accept(system, tree, (skill) => named === undefined || named.has(skill));
}

/**
 * Takes the skills of which nothing is known yet as they are: a fresh tree, a skill that was just laid. What somebody has
 * edited in the others is still to be noticed. Lock held.
 */
export function takeBaseline(system: System, tree: string): void {
  accept(system, tree, (_skill, before) => before === undefined);
}
