import { createHash } from 'node:crypto';
import type { Rule } from '../rule.ts';

/** How many lines of a file are shown as what a brief rests on. */
const shown = 8;
/** How much of the first of them is in the headline, in characters. */
const quoted = 90;

/** What the other machine wrote: in the blocks after "This one is not:", or in the older form all of the file. */
function otherLines(text: string): string[] {
  const blocks = [...text.matchAll(/^This one is not:\s+(`{3,})\r?\n([^]*?)\r?\n\1\r?$/gm)].map(
    (match) => match[2] ?? '',
  );
  return (blocks.length === 0 ? text : blocks.join('\n')).split(/\r?\n/).filter((line) => line.trim() !== '');
}

function quote(line: string): string {
  const characters = [...line.trim()];
  return characters.length <= quoted ? characters.join('') : `${characters.slice(0, quoted - 1).join('')}…`;
}

export const conflictRule: Rule = {
  name: 'conflict',
  says: 'What two machines wrote differently at one place, and no program could merge, is decided by whoever reads both.',
  kind: 'loader-rewritten',
  look: ({ conflicts }) =>
    conflicts.flatMap(({ path, text }) => {
      const lines = otherLines(text);
      if (lines.length === 0) return [];
      return [
        {
          rule: 'conflict',
          // With what it holds: a later conflict in the same file is a new one.
          key: `${path} ${createHash('sha256').update(text).digest('hex').slice(0, 12)}`,
          fixed: true as const,
          headline: `conflict: another machine has here "${quote(lines[0] ?? '')}"; see ${path}`,
          evidence: [
            ...lines.slice(0, shown).map((line) => `${path}: ${line.trim()}`),
            ...(lines.length > shown ? [`and ${lines.length - shown} lines more`] : []),
          ],
          todo: `Take from \`${path}\` what is true into the file that it names, then remove it.`,
        },
      ];
    }),
};
