import { git, quiet } from '../../core/git.ts';
import { skillOf } from '../files/own-paths.ts';
import type { Repository } from './repository.ts';

/** What comes from others, of one skill. */
export interface IncomingSkill {
  readonly skill: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Lines of Markdown that differ between two commits, by skill; for a plan that people read. */
export function incomingLines(repository: Repository, from: string, to: string): IncomingSkill[] {
  const args = [
    'diff',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '-U0',
    from,
    to,
    '--',
    'state/skills',
  ];
  const { stdout } = git(repository.tree, args, {
    settings: [...quiet, 'core.quotePath=false', 'diff.noprefix=false', 'diff.mnemonicPrefix=false'],
  });
  const skills = new Map<string, { added: string[]; removed: string[] }>();
  let lines: { added: string[]; removed: string[] } | undefined;
  let inHead = true;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('diff --git ')) {
      inHead = true;
      lines = undefined;
    } else if (inHead && /^(?:---|\+\+\+) "?[ab]\//.test(line)) {
      const file = line
        .slice(4)
        .replace(/^"?[ab]\/|"$/g, '')
        .replace(/\t$/, '');
      const skill = skillOf(file);
      if (skill === undefined || !file.endsWith('.md')) continue;
      lines = skills.get(skill) ?? { added: [], removed: [] };
      skills.set(skill, lines);
    } else if (line.startsWith('@@')) inHead = false;
    else if (!inHead && line.startsWith('+') && line.trim() !== '+') lines?.added.push(line.slice(1));
    else if (!inHead && line.startsWith('-') && line.trim() !== '-') lines?.removed.push(line.slice(1));
  }
  return [...skills].map(([skill, { added, removed }]) => ({ skill, ...withoutRenumbered(added, removed) }));
}

/** Leaves out the items of a numbered list that have only got another number. */
function withoutRenumbered(added: readonly string[], removed: readonly string[]): Omit<IncomingSkill, 'skill'> {
  const bare = (line: string): string => line.replace(/^\s*\d+(?=[.)]\s)/, '');
  const numbered = (lines: readonly string[]): Set<string> =>
    new Set(lines.filter((line) => bare(line) !== line).map((line) => bare(line)));
  const [before, after] = [numbered(removed), numbered(added)];
  return {
    added: added.filter((line) => !before.has(bare(line))),
    removed: removed.filter((line) => !after.has(bare(line))),
  };
}
