import { sortFindings } from './finding.ts';
import type { Finding } from './finding.ts';
import { quoteColons } from './frontmatter.ts';
import { lineOfList } from './skill-facts.ts';
import type { SkillFacts, SkillRule, SkillTexts } from './skill-facts.ts';
import { rubricRules } from './skill-rules-rubric.ts';
import { shapeRules } from './skill-rules-shape.ts';
import { textRules } from './skill-rules-text.ts';
import { parseSkill } from './skill.ts';

export type { SkillFacts, SkillRule, SkillTexts } from './skill-facts.ts';
export { isSkillName } from './skill-rules-shape.ts';

/** Every rule about one skill, in the order they are shown. */
export const skillRules: readonly SkillRule[] = [...shapeRules, ...textRules, ...rubricRules];

/** What the rules find in one skill, in reading order. What parsing found is not repeated here. */
export function checkSkill(facts: SkillFacts): Finding[] {
  const found = skillRules.flatMap((rule) =>
    rule.check(facts).map((finding) => ({ ...finding, rule: rule.name, path: finding.path ?? facts.skillPath })),
  );
  return sortFindings(found);
}

/**
 * Triggers that two skills share, or that are another skill's name: the prompt would get both loaders, or the wrong one.
 * The finding stands at the later skill by name and tells the earlier one.
 */
export function checkTriggerClashes(all: readonly SkillFacts[]): Finding[] {
  const byName = all.toSorted((a, b) => (a.skill.folder < b.skill.folder ? -1 : 1));
  const owner = new Map<string, string>();
  const names = new Set(byName.map(({ skill }) => skill.folder));
  return byName.flatMap(({ skill, skillPath }) =>
    skill.triggers.flatMap((phrase) => {
      const key = phrase.toLowerCase();
      const other = names.has(key) && key !== skill.folder ? key : owner.get(key);
      if (!owner.has(key)) owner.set(key, skill.folder);
      if (other === undefined) return [];
      const message = `the trigger "${phrase}" is also ${names.has(key) ? 'the name of' : 'a trigger of'} ${other}`;
      return [
        {
          rule: 'trigger-clash',
          path: skillPath,
          line: lineOfList(skill, 'triggers'),
          message,
          fix: 'make it more specific in one of the two',
        },
      ];
    }),
  );
}

/**
 * The skill's texts after every repair that a program can make, and the names of the rules that were repaired. Pure:
 * nothing is written. A rule whose repair does not cure its finding changes nothing.
 */
export function repairSkill(facts: SkillFacts): SkillTexts & { readonly repaired: readonly string[] } {
  const withTexts = (texts: SkillTexts): SkillFacts => {
    const { skill } = parseSkill({ folder: facts.skill.folder, ...texts, path: facts.skillPath });
    return { ...facts, skill, skillMd: texts.skillMd };
  };
  const quoted = quoteColons(facts.skillMd);
  const repaired: string[] = quoted === facts.skillMd ? [] : ['frontmatter'];
  let now = withTexts({ skillMd: quoted, loader: facts.skill.loader });
  for (const rule of skillRules) {
    if (rule.repair === undefined || rule.check(now).length === 0) continue;
    const next = withTexts(rule.repair({ skillMd: now.skillMd, loader: now.skill.loader }, now));
    if (rule.check(next).length > 0) continue;
    now = next;
    repaired.push(rule.name);
  }
  return { skillMd: now.skillMd, loader: now.skill.loader, repaired };
}
