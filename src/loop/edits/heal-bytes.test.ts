import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const base = '# deploy\n\n## Pitfalls\n- one\n- two\n\n## Commands\n- `run`\n';
const byQuick = base.replace('- two\n', '- two\n- found by quick\n');
const bySlow = base.replace('- `run`\n', '- `run`\n- found by slow\n');

/** What a late write leaves: `slow` was shown `shown`, `quick` wrote `before`, then `slow` writes `after`. */
async function lateWrite(
  shown: string | Buffer,
  before: string | Buffer,
  after: string | Buffer,
): Promise<{ readonly tree: EditsTree; readonly ways: readonly string[]; readonly bytes: Buffer }> {
  const tree = makeEditsTree({ 'deploy/SKILL.md': '# deploy\n', 'deploy/AGENTS.md': base });
  trees.push(tree);
  tree.put('deploy', 'AGENTS.md', shown);
  await tree.notice();
  // The ledger has the bytes as they are.
  tree.show('slow', 'other', '-');
  const escaped = Buffer.from(shown).toString('latin1').replaceAll('\n', '\\n');
  fs.appendFileSync(tree.at(layout.sessions, 's-slow'), latin(`deploy\t${escaped}\n`));
  tree.put('deploy', 'AGENTS.md', before);
  await tree.notice({ session: 'quick' });
  tree.put('deploy', 'AGENTS.md', after);
  const rows = await tree.notice({ session: 'slow' });
  return { tree, ways: rows.map(({ how }) => how), bytes: fs.readFileSync(tree.at(layout.skills, 'deploy/AGENTS.md')) };
}

test('a late write in UTF-8 is healed, whatever its letters are', async () => {
  const { ways, bytes } = await lateWrite(base, byQuick, bySlow.replace('by slow', 'by Zoë'));
  expect(ways).toEqual(['tool', 'merge']);
  expect(bytes.toString('utf8')).toBe(byQuick.replace('- `run`\n', '- `run`\n- found by Zoë\n'));
});

test('a loader that is no UTF-8 is left as it was written', async () => {
  const after = latin(bySlow.replace('by slow', 'by Zo\u00eb'));
  const { ways, bytes } = await lateWrite(base, byQuick, after);
  expect(ways).toEqual(['tool']);
  expect(bytes.equals(after)).toBe(true);
});

test('lines of a loader that was no UTF-8 are not put back as other bytes', async () => {
  const { ways, bytes } = await lateWrite(base, latin(byQuick.replace('quick', 'Zo\u00eb')), bySlow);
  expect(ways).toEqual(['tool']);
  expect(bytes.toString('utf8')).toBe(bySlow);
});

test('where the session was shown what is no UTF-8, nothing is put back', async () => {
  const { ways, bytes } = await lateWrite(latin(base.replace('one', 'Zo\u00eb')), byQuick, bySlow);
  expect(ways).toEqual(['tool']);
  expect(bytes.toString('utf8')).toBe(bySlow);
});

test.each(['café', 'my skill'])('what cannot be merged in the skill %s is kept aside', async (skill) => {
  const tree = makeEditsTree({ [`${skill}/SKILL.md`]: '# x\n', [`${skill}/AGENTS.md`]: '# x\n- flag --old\n- more\n' });
  trees.push(tree);
  await tree.notice();
  tree.show('slow', skill, '# x\n- flag --old\n- more\n');
  tree.put(skill, 'AGENTS.md', '# x\n- flag --alpha\n- more\n- new\n');
  await tree.notice({ session: 'quick' });
  tree.put(skill, 'AGENTS.md', '# x\n- flag --beta\n- more\n');
  expect((await tree.notice({ session: 'slow' })).map(({ how }) => how)).toContain('merge');
  expect(fs.readdirSync(tree.at(layout.conflicts))).toEqual([skill]);
  expect(await tree.notice()).toEqual([]);
});
