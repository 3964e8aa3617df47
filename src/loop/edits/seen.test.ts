import fs from 'node:fs';
import { expect, test } from 'vitest';
import { listSkill } from '../../../seed/state/lib/revision.ts';
import type { SkillListing } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import { makeEditsTree } from './edits-fixture.ts';
import { editTime, stampOf } from './seen.ts';

const hour = 3_600_000;

test('a skill that was changed just before the look has no stamp: it could change again within the same tick', () => {
  const tree = makeEditsTree({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'a\n' });
  const look = (): SkillListing => listSkill(tree.dir, 'k') ?? { files: [], whole: false };
  const now = Date.now();
  expect(stampOf(look(), now)).toBe('');
  const stamp = stampOf(look(), now + hour);
  expect(stamp).toMatch(/^[0-9a-f]{16}$/);
  // A clock that was set back says nothing of a file of before.
  expect(stampOf(look(), now - hour)).toBe(stamp);
  const file = tree.at(layout.skills, 'k/AGENTS.md');
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(`${file}.new`, 'b\n');
  fs.utimesSync(`${file}.new`, atime, mtime);
  fs.renameSync(`${file}.new`, file);
  expect(stampOf(look(), now + hour)).not.toBe(stamp);
  tree.remove();
});

test.each([
  ['', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000Z'],
  ['2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.001Z'],
  ['2026-11-21T09:00:00.400Z', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.401Z'],
  ['2031-01-01T00:00:00.000Z', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000Z'],
  ['2026-11-21T08:00:00.000Z', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000Z'],
])('after an edit at %j, one at %s is noted at %s', (newest, now, noted) => {
  expect(editTime({ newest }, new Date(now)).toISOString()).toBe(noted);
});
