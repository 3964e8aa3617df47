import { expect, test } from 'vitest';
import { formatConflicts } from '../../conflicts.ts';
import { stateWith } from '../test-state.ts';
import { conflictRule } from './conflict.ts';

const path = 'state/regen/conflicts/tool/0123456789ab.md';

test('a file with what could not be merged is named, with what it says', () => {
  const [found] = conflictRule.look(
    stateWith({ conflicts: [{ path, text: '- wait 3 seconds\n\n- wait 5 seconds\n' }] }),
  );
  expect(found?.headline).toContain(path);
  expect(found?.evidence).toEqual([`${path}: - wait 3 seconds`, `${path}: - wait 5 seconds`]);
  expect(found?.todo).toContain('then remove it');
});

test('of a file that sync has written, what is not in the loader is shown', () => {
  const conflict = {
    base: '- wait 1 s',
    kept: '- wait 3 s',
    lost: '- wait `5` s',
    lostBy: 'theirs',
    heading: 'Rules',
  } as const;
  const text = formatConflicts('', 'tool', '0123456789ab', [
    { file: 'AGENTS.md', conflict },
    { file: 'AGENTS.md', conflict: { ...conflict, lost: '- wait 7 s' } },
  ]);
  const [found] = conflictRule.look(stateWith({ conflicts: [{ path, text }] }));
  expect(found?.headline).toBe(`conflict: another machine has here "- wait \`5\` s"; see ${path}`);
  expect(found?.evidence).toEqual([`${path}: - wait \`5\` s`, `${path}: - wait 7 s`]);
});

test('more in the same file is another finding, and an empty file none', () => {
  const keyOf = (text: string): string | undefined =>
    conflictRule.look(stateWith({ conflicts: [{ path, text }] }))[0]?.key;
  expect(keyOf('a\n')).not.toBe(keyOf('a\nb\n'));
  expect(keyOf(' \n')).toBeUndefined();
  expect(conflictRule.look(stateWith())).toEqual([]);
});

test('a long file is shown by its beginning', () => {
  const text = Array.from({ length: 100 }, (_, at) => `- line ${at}`).join('\n');
  const [found] = conflictRule.look(stateWith({ conflicts: [{ path, text }] }));
  expect(found?.evidence).toHaveLength(9);
  expect(found?.evidence.at(-1)).toBe('and 92 lines more');
});
