import type { Rule } from '../briefs/rule.ts';

/** The rules that look at graded runs: what keeps going wrong, what got worse, what was put back. */
export const controllerRules: readonly Rule[] = [];
