import { expect, test } from 'vitest';
import type { Finding } from '../../../../seed/state/lib/finding.ts';
import { ago, loaderEdit, stateWith } from '../test-state.ts';
import { shapeRule } from './shape.ts';

const finding = (message: string, rule = 'link', line = 3): Finding => ({
  rule,
  path: 'state/skills/tool/SKILL.md',
  line,
  message,
  fix: 'correct the link',
});

test('what the lint finds in a skill that was edited is a brief, a reason for each of its rules', () => {
  const findings = [
    finding('the link to a leads nowhere'),
    finding('the link to b leads nowhere'),
    finding('too long', 'skill-size'),
  ];
  const found = shapeRule.look(stateWith({ edits: [loaderEdit(ago(5))], findings }));
  expect(found.map(({ headline, evidence }) => [headline, evidence.length])).toEqual([
    ['lint: the link to a leads nowhere', 2],
    ['lint: too long', 1],
  ]);
  expect(found[0]?.todo).toContain('correct the link');
});

test('a skill that nobody has edited is left as it was laid', () => {
  expect(shapeRule.look(stateWith({ findings: [finding('x')] }))).toEqual([]);
});

test('a finding that has moved to another line is the same', () => {
  const keyOf = (line: number): string | undefined =>
    shapeRule.look(stateWith({ edits: [loaderEdit(ago(5))], findings: [finding('x', 'link', line)] }))[0]?.key;
  expect(keyOf(3)).toBe(keyOf(9));
});
