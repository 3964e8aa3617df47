import { readSections } from '../../../../seed/state/lib/markdown.ts';
import { findNearDuplicates } from '../lines.ts';
import type { Rule } from '../rule.ts';

/** What one loader may have: 500 lines, and 10,000 characters with its footer, which is what Claude Code takes from a hook. */
const maxLines = 500;
const maxCharacters = 10_000;
const shown = 5;

/** How far it has grown, in steps: a brief that was answered comes again when there is a step more. */
const stepOf = (lines: number, characters: number): string =>
  `${Math.floor(lines / 50)} ${Math.floor(characters / 1000)}`;

function duplicateLines(loader: string): string[] {
  return findNearDuplicates(loader)
    .slice(0, shown)
    .map(({ first, second }) => `Merge line ${second.line} into line ${first.line}: they say nearly the same.`);
}

function sectionLines(loader: string): string[] {
  return readSections(loader)
    .map(({ title, line, text }) => ({ title, line, size: [...text].length }))
    .toSorted((a, b) => b.size - a.size || a.line - b.line)
    .slice(0, shown)
    .map(({ title, line, size }) => `Move detail of "## ${title}" (line ${line}, ${size} characters) to SKILL.md.`);
}

export const growthRule: Rule = {
  name: 'growth',
  says: 'A loader stays within 500 lines and, with its footer, 10,000 characters: it must fit into one turn.',
  kind: 'loader-rewritten',
  look({ loader, loaderPath, footerLength }) {
    if (loader === undefined) return [];
    const lines = loader.trimEnd().split('\n').length;
    const characters = [...loader].length + footerLength;
    if (lines <= maxLines && characters <= maxCharacters) return [];
    const what =
      lines > maxLines
        ? `${lines} lines of ${maxLines}`
        : `${characters} characters of ${maxCharacters}, footer included`;
    return [
      {
        rule: 'growth',
        key: stepOf(lines, characters),
        fixed: true as const,
        mayStay: true as const,
        headline: `growth: the loader has ${what}; merge what doubles, move detail to SKILL.md`,
        evidence: [`${loaderPath}: ${lines} lines, ${characters} characters with the footer of ${footerLength}`],
        todo: [
          ...duplicateLines(loader),
          ...sectionLines(loader),
          'Lose no fact: what leaves the loader stands in SKILL.md.',
        ]
          .map((line) => `- ${line}`)
          .join('\n'),
      },
    ];
  },
};
