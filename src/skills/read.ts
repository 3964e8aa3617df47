/** How skills are read from a tree. The reader itself is part of the tree, whose own lint runs without this program. */
export { readSkill, readSkills } from '../../seed/state/lib/skill-files.ts';
export type { SkillEntry } from '../../seed/state/lib/skill-files.ts';
