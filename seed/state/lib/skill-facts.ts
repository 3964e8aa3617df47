import type { Finding } from './finding.ts';
import type { Skill } from './skill.ts';

/** All that a rule may look at: texts and a question about paths, so that rules run anywhere. */
export interface SkillFacts {
  readonly skill: Skill;
  /** SKILL.md as it is in the file. */
  readonly skillMd: string;
  /** Relative to the tree, with forward slashes. */
  readonly skillPath: string;
  /** Where the loader is, or where it belongs. */
  readonly loaderPath: string;
  /** The tree's footer, which no loader may carry; `undefined` when the tree has none. */
  readonly footer: string | undefined;
  /** Whether a file or folder is there; asked with paths relative to the tree. */
  readonly exists: (path: string) => boolean;
}

/** The two texts of a skill that a repair may change. */
export interface SkillTexts {
  readonly skillMd: string;
  readonly loader: string | undefined;
}

/** One rule: what it holds a skill to, how it looks, and for some how it is repaired by program. */
export interface SkillRule {
  readonly name: string;
  /** The rule as a sentence, for a person. */
  readonly says: string;
  check(facts: SkillFacts): RuleFinding[];
  /** New texts that satisfy the rule, or the same ones when that takes a person. Called only after a finding. */
  repair?(texts: SkillTexts, facts: SkillFacts): SkillTexts;
}

/** A finding before the rule's name and, for SKILL.md, the path are put to it. */
export type RuleFinding = Omit<Finding, 'rule' | 'path'> & { readonly path?: string };

/** The line of the first of these keys that is in the frontmatter, else 1. */
export function lineOf(skill: Skill, ...keys: string[]): number {
  for (const key of keys) {
    const line = skill.lines[key];
    if (line !== undefined) return line;
  }
  return 1;
}

/** Where a list of ours is written: under its own key, under `metadata`, or in the description. */
export function lineOfList(skill: Skill, key: string): number {
  return lineOf(skill, key, 'metadata', 'description');
}
