import { expect, test } from 'vitest';
import { stateWith } from '../test-state.ts';
import { nearDuplicatesRule } from './near-duplicates.ts';

const once = '- Run the whole test suite before each commit, also for a small change.';
const again = '- Before each commit run the whole test suite, also for small changes.';

test('two lines that say nearly the same are to be merged', () => {
  const [found] = nearDuplicatesRule.look(stateWith({ loader: `# tool\n${once}\n- Ask first.\n${again}\n` }));
  expect(found?.headline).toBe('near-duplicates: merge line 4 of the loader into line 2');
  expect(found?.evidence).toEqual([`state/skills/tool/AGENTS.md:2 ${once}`, `state/skills/tool/AGENTS.md:4 ${again}`]);
});

test('a pair is the same finding wherever its lines stand', () => {
  const keyOf = (loader: string): string | undefined => nearDuplicatesRule.look(stateWith({ loader }))[0]?.key;
  expect(keyOf(`${once}\n${again}\n`)).toBe(keyOf(`# tool\n\n${once}\n\n${again}\n`));
});

test('a loader that says each thing once has none', () => {
  expect(nearDuplicatesRule.look(stateWith({ loader: `${once}\n- Ask the owner of the table first.\n` }))).toEqual([]);
  expect(nearDuplicatesRule.look(stateWith({ loader: undefined }))).toEqual([]);
});
