import { parseRubric } from './rubric.ts';
import type { SkillRule } from './skill-facts.ts';

/** Rules about how a skill's runs are graded by program. */
export const rubricRules: readonly SkillRule[] = [
  {
    name: 'rubric',
    says: 'A section "## Rubric" can be graded: each criterion has a kind, a check and a worth, and all make 1.',
    check: ({ skill }) => [...parseRubric(skill.sections).problems],
  },
];
