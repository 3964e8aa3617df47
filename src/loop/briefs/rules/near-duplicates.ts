import { createHash } from 'node:crypto';
import { findNearDuplicates } from '../lines.ts';
import type { LoaderUnit } from '../lines.ts';
import type { Rule } from '../rule.ts';

const shown = 10;

function keyOf(first: LoaderUnit, second: LoaderUnit): string {
  return createHash('sha256').update(`${first.text}\0${second.text}`).digest('hex').slice(0, 16);
}

export const nearDuplicatesRule: Rule = {
  name: 'near-duplicates',
  says: 'A loader says a thing once: lines that say nearly the same are merged into one that says all of it.',
  kind: 'loader-rewritten',
  look: ({ loader, loaderPath }) =>
    findNearDuplicates(loader ?? '')
      .slice(0, shown)
      .map(({ first, second }) => ({
        rule: 'near-duplicates',
        key: keyOf(first, second),
        fixed: true as const,
        mayStay: true as const,
        headline: `near-duplicates: merge line ${second.line} of the loader into line ${first.line}`,
        evidence: [`${loaderPath}:${first.line} ${first.text}`, `${loaderPath}:${second.line} ${second.text}`],
        todo: 'Make one line of the two that keeps what either of them says.',
      })),
};
