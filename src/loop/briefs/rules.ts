import { controllerRules } from '../controller/rules.ts';
import type { Rule } from './rule.ts';
import { conflictRule } from './rules/conflict.ts';
import { credentialRule } from './rules/credential.ts';
import { gapLoggedRule } from './rules/gap-logged.ts';
import { growthRule } from './rules/growth.ts';
import { linesLostRule } from './rules/lines-lost.ts';
import { nearDuplicatesRule } from './rules/near-duplicates.ts';
import { shapeRule } from './rules/shape.ts';

/** Names of the rules, the most urgent first. */
const urgency: readonly string[] = [
  'conflict',
  'credential',
  'reverted',
  'regressed',
  'lines-lost',
  'pattern',
  'gap-logged',
  'shape',
  'growth',
  'near-duplicates',
];

const all: readonly Rule[] = [
  conflictRule,
  credentialRule,
  linesLostRule,
  gapLoggedRule,
  shapeRule,
  growthRule,
  nearDuplicatesRule,
  ...controllerRules,
];

function rankOf({ name }: Rule): number {
  const at = urgency.indexOf(name);
  return at === -1 ? urgency.length : at;
}

/** Every rule that makes briefs, the most urgent first. */
export const briefRules: readonly Rule[] = all.toSorted((a, b) => rankOf(a) - rankOf(b));
