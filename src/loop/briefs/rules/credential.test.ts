import { expect, test } from 'vitest';
import { stateWith } from '../test-state.ts';
import { credentialRule } from './credential.ts';

test('a credential is named by its place and kind', () => {
  const place = 'state/skills/tool/AGENTS.md:3:9';
  const [found] = credentialRule.look(stateWith({ credentials: [{ place, kind: 'github', key: 'k' }] }));
  expect(found).toMatchObject({ key: 'k', fixed: true, evidence: [`${place}: a credential of the kind github`] });
  expect(found?.headline).toContain(`github credential out of ${place}`);
});

test('a skill without one has no such brief', () => {
  expect(credentialRule.look(stateWith())).toEqual([]);
});
