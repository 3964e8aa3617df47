import { createHash } from 'node:crypto';
import type { Rule } from '../rule.ts';

/** How many lines of a file are shown as what a brief rests on. */
const shown = 8;

export const conflictRule: Rule = {
  name: 'conflict',
  says: 'What two machines wrote differently at one place, and no program could merge, is decided by whoever reads both.',
  kind: 'loader-rewritten',
  look: ({ conflicts }) =>
    conflicts.flatMap(({ path, text }) => {
      const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
      if (lines.length === 0) return [];
      return [
        {
          rule: 'conflict',
          // With what it holds: a later conflict in the same file is a new one.
          key: `${path} ${createHash('sha256').update(text).digest('hex').slice(0, 12)}`,
          fixed: true as const,
          headline: `conflict: another machine wrote this loader differently; see ${path}`,
          evidence: [
            ...lines.slice(0, shown).map((line) => `${path}: ${line}`),
            ...(lines.length > shown ? [`and ${lines.length - shown} lines more`] : []),
          ],
          todo: `Take from \`${path}\` what is true into the loader, then remove that file.`,
        },
      ];
    }),
};
