import type { Rule } from '../briefs/rule.ts';
import { pattern } from './rule-pattern.ts';
import { regressed, reverted } from './rule-regressed.ts';

/** The rules that look at graded runs: what got worse, what was put back, what keeps going wrong. */
export const controllerRules: readonly Rule[] = [regressed, reverted, pattern];
