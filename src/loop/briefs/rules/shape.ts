import type { Finding } from '../../../../seed/state/lib/finding.ts';
import type { Rule } from '../rule.ts';

const shown = 10;

export const shapeRule: Rule = {
  name: 'shape',
  says: 'A skill that was edited is held to the lint: sections, links, names, triggers, sizes.',
  kind: 'shape-ok',
  look({ skill, edits, findings }) {
    if (edits.length === 0) return [];
    const byRule = new Map<string, Finding[]>();
    for (const finding of findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
    return [...byRule].map(([rule, all]) => ({
      rule: 'shape',
      // Without lines: they move with every edit.
      key: [rule, ...all.map(({ path, message }) => `${path} ${message}`).toSorted()].join('\n').slice(0, 1000),
      mayStay: true as const,
      headline: `lint: ${all[0]?.message ?? rule}`,
      evidence: [
        ...all.slice(0, shown).map(({ path, line, message }) => `${path}:${line} ${rule}: ${message}`),
        ...(all.length > shown ? [`and ${all.length - shown} more: snappy skill lint ${skill}`] : []),
      ],
      todo: `${all[0]?.fix === undefined ? 'Repair it' : `The lint proposes: ${all[0].fix}`}. Then \`snappy skill lint ${skill}\` is silent about it.`,
    }));
  },
};
