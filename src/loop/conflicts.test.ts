import { expect, test } from 'vitest';
import { conflictFile, formatConflicts, unknownMachine, writeConflict } from './conflicts.ts';
import { drySystem } from '../core/system.ts';

const part = {
  file: 'AGENTS.md',
  conflict: { base: '- it was', kept: '- it is', lost: '- it could be', lostBy: 'ours', heading: 'Rules' },
} as const;

test('what has lost is kept with its place and with the version that stays', () => {
  const text = formatConflicts('', 'tool', 'a1b2c3d4e5f6', [part]);
  expect(text).toContain('# What could not be merged into the skill tool');
  expect(text).toContain('the machine a1b2c3d4e5f6');
  expect(text).toMatch(/^## AGENTS\.md, under "Rules" \([0-9a-f]{8}\)$/m);
  for (const line of ['- it was', '- it is', '- it could be']) expect(text).toContain(`\n${line}\n`);
});

test('the same conflict is not written twice, another one is added', () => {
  const once = formatConflicts('', 'tool', unknownMachine, [part, part]);
  expect(formatConflicts(once, 'tool', unknownMachine, [part])).toBe(once);
  const other = { ...part, conflict: { ...part.conflict, lost: '- or else' } };
  const both = formatConflicts(once, 'tool', unknownMachine, [part, other]);
  expect(both.startsWith(once)).toBe(true);
  expect(both.match(/^## /gm)).toHaveLength(2);
});

test('a text with fences of its own does not end the fence it is in', () => {
  const lost = '```sh\nrun\n```';
  const text = formatConflicts('', 'tool', unknownMachine, [{ ...part, conflict: { ...part.conflict, lost } }]);
  expect(text).toContain('\n````\n```sh\nrun\n```\n````\n');
});

test('it is written below the tree, and a name that leads elsewhere is refused', () => {
  const system = drySystem();
  writeConflict(system, '/tree', 'tool', unknownMachine, [part]);
  expect(system.changes).toMatchObject([{ kind: 'write', path: '/tree/state/regen/conflicts/tool/unknown.md' }]);
  for (const name of ['..', '../x', 'a/b', '', '.hidden'])
    expect(() => conflictFile(name, 'a1b2c3d4e5f6')).toThrow(TypeError);
  expect(conflictFile('fotos-märz', '../x')).toBe('state/regen/conflicts/fotos-märz/unknown.md');
});
