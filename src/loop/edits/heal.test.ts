import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { machine, makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { applyNotice, planNotice } from './notice.ts';
import { readEdits } from './queue.ts';
import { ledgerName, shownLoaders } from './session-ledger.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const base = '# deploy\n\n## Pitfalls\n- one\n- two\n\n## Commands\n- `run`\n';

/** A tree whose loader both sessions, `slow` and `quick`, were shown as it is. */
async function lay(loader = base): Promise<EditsTree> {
  const tree = makeEditsTree({ 'deploy/SKILL.md': '# deploy\n', 'deploy/AGENTS.md': loader });
  trees.push(tree);
  await tree.notice();
  for (const session of ['slow', 'quick']) tree.show(session, 'deploy', loader);
  return tree;
}

async function write(tree: EditsTree, session: string, loader: string): Promise<EditRow[]> {
  tree.put('deploy', 'AGENTS.md', loader);
  return tree.notice({ session });
}

const added = (row: EditRow | undefined): readonly string[] => changedLines(row?.changes[0]?.diff ?? null).added;

test('lines that a session did not know of and lost by a late write are put back', async () => {
  const tree = await lay();
  await write(tree, 'quick', base.replace('- two\n', '- two\n- found by quick\n'));
  const rows = await write(tree, 'slow', base.replace('- `run`\n', '- `run`\n- found by slow\n'));
  expect(tree.get('deploy', 'AGENTS.md')).toBe(
    '# deploy\n\n## Pitfalls\n- one\n- two\n- found by quick\n\n## Commands\n- `run`\n- found by slow\n',
  );
  expect(rows.map(({ how, session }) => [how, session])).toEqual([
    ['tool', 'slow'],
    ['merge', 'slow'],
  ]);
  expect([rows[1]?.before, added(rows[1])]).toEqual([rows[0]?.after, ['- found by quick']]);
  expect(await tree.notice()).toEqual([]);
  expect(readEdits(tree.dir).length).toBe(3);
});

test('a line that the other session had changed stays changed', async () => {
  const tree = await lay();
  await write(tree, 'quick', base.replace('- two', '- two, with --force'));
  await write(tree, 'slow', `${base}- found by slow\n`);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(`${base.replace('- two', '- two, with --force')}- found by slow\n`);
});

test('a line that the same session takes away once more stays away', async () => {
  const tree = await lay();
  await write(tree, 'quick', base.replace('- two\n', '- two\n- wrong\n'));
  await write(tree, 'slow', `${base}- more\n`);
  expect(tree.get('deploy', 'AGENTS.md')).toContain('- wrong');
  expect((await write(tree, 'slow', `${base}- more\n`)).map(({ how }) => how)).toEqual(['tool']);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(`${base}- more\n`);
});

test('a session may take away what it was shown, and what it has written itself', async () => {
  const tree = await lay();
  await write(tree, 'slow', `${base}- mine\n`);
  expect((await write(tree, 'slow', base.replace('- one\n', ''))).length).toBe(1);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(base.replace('- one\n', ''));
});

test('a session that was shown the newer loader takes its lines away for good', async () => {
  const tree = await lay();
  const newer = `${base}- from quick\n`;
  await write(tree, 'quick', newer);
  tree.show('slow', 'deploy', newer);
  expect((await write(tree, 'slow', base)).length).toBe(1);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(base);
});

test('where nothing tells what the author knew, nothing is put back', async () => {
  const tree = await lay();
  for (const by of [{ session: 'unknown' }, { session: '' }, { session: 'slow', how: 'found' as const }]) {
    tree.put('deploy', 'AGENTS.md', `${base}- from quick\n`);
    await tree.notice({ session: 'quick' });
    tree.put('deploy', 'AGENTS.md', base);
    expect((await tree.notice(by)).length).toBe(1);
    expect(tree.get('deploy', 'AGENTS.md')).toBe(base);
  }
});

test('a line that somebody takes out by a command or by hand, and nothing else, stays away', async () => {
  const tree = await lay();
  await write(tree, 'quick', `${base}- wrong\n- right\n`);
  tree.put('deploy', 'AGENTS.md', `${base}- right\n`);
  expect((await tree.notice({ session: 'slow', how: 'watched' })).map(({ how }) => how)).toEqual(['watched']);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(`${base}- right\n`);
  // A text that was written over it has more to it.
  tree.put('deploy', 'AGENTS.md', `${base}- from slow\n`);
  expect((await tree.notice({ session: 'slow', how: 'watched' })).map(({ how }) => how)).toEqual(['watched', 'merge']);
  expect(tree.get('deploy', 'AGENTS.md')).toContain('- right\n');
});

test('a look that was killed before it put lines back is ended by the next one', async () => {
  const tree = await lay();
  await write(tree, 'quick', `${base}- from quick\n`);
  tree.put('deploy', 'AGENTS.md', `${base}- from slow\n`);
  const now = new Date('2026-11-21T10:00:00Z');
  const plan = await planNotice(tree.dir, { runtime: 'codex', session: 'slow', how: 'tool' }, now);
  applyNotice(realSystem(), tree.dir, plan, now);
  expect((await tree.notice({ session: 'other' })).map(({ how, session }) => [how, session])).toEqual([
    ['merge', 'slow'],
  ]);
  expect(tree.get('deploy', 'AGENTS.md')).toContain('- from quick\n');
});

test('what a session has mended stays mended when it is shown its own text before the next look', async () => {
  const tree = await lay();
  const mended = base.replace('- two', '- three');
  await write(tree, 'slow', mended);
  tree.show('slow', 'deploy', mended);
  tree.put('other', 'SKILL.md', '# other\n');
  expect((await tree.notice({ session: 'slow' })).map(({ skill }) => skill)).toEqual(['other']);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(mended);
});

test('a look that comes only after the session was shown its own text judges by the one before', async () => {
  const tree = await lay();
  const mended = base.replace('- two', '- three');
  tree.put('deploy', 'AGENTS.md', mended);
  tree.show('slow', 'deploy', mended);
  expect((await tree.notice({ session: 'slow' })).map(({ how }) => how)).toEqual(['tool']);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(mended);
});

test('a session that writes again what it was shown has not meant to take away what came between', async () => {
  const tree = await lay();
  await write(tree, 'quick', `${base}- from quick\n`);
  // A clock's tick is longer than this test.
  fs.utimesSync(tree.at(layout.sessions, 's-slow'), 1, 1);
  expect((await write(tree, 'slow', base)).map(({ how }) => how)).toEqual(['tool', 'merge']);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(`${base}- from quick\n`);
});

test('an item that only got another number is not lost', async () => {
  const numbered = '# n\n1. one\n2. two\n';
  const tree = await lay(numbered);
  await write(tree, 'quick', '# n\n1. one\n2. two\n3. quick\n');
  await write(tree, 'slow', '# n\n1. zero\n2. one\n3. two\n4. quick\n');
  expect(tree.get('deploy', 'AGENTS.md')).toBe('# n\n1. zero\n2. one\n3. two\n4. quick\n');
  expect(readEdits(tree.dir).map(({ how }) => how)).toEqual(['tool', 'tool']);
});

test('what both have changed in two ways goes to the conflicts of the skill', async () => {
  const flag = (name: string): string => base.replace('- two', `- two takes the flag ${name} and no other`);
  const tree = await lay(flag('--old'));
  await write(tree, 'quick', flag('--alpha').replace('- one\n', '- one\n- new\n'));
  await write(tree, 'slow', flag('--beta'));
  const loader = tree.get('deploy', 'AGENTS.md');
  const aside = fs.readFileSync(tree.at(layout.conflicts, 'deploy', `${machine}.md`), 'utf8');
  expect(loader.split('\n')).toContain('- new');
  expect(loader.includes('--alpha')).toBe(!loader.includes('--beta'));
  for (const name of ['--alpha', '--beta']) expect(aside).toContain(name);
});

test('of any late write no line that was added while its author did not know of it is lost', async () => {
  const facts = fc.uniqueArray(fc.constantFrom('- a 1', '- b 2', '- c 3', '- d 4', '- e 5', '- f 6'), { maxLength: 4 });
  const place = fc.constantFrom('- one\n', '- two\n', '- `run`\n');
  await fc.assert(
    fc.asyncProperty(facts, facts, place, place, async (quick, slow, there, here) => {
      const tree = await lay();
      const put = (at: string, lines: readonly string[]): string =>
        base.replace(at, at + lines.map((line) => `${line}\n`).join(''));
      await write(tree, 'quick', put(there, quick));
      await write(tree, 'slow', put(here, slow));
      const lines = tree.get('deploy', 'AGENTS.md').split('\n');
      expect(lines).toEqual(expect.arrayContaining([...quick, ...slow, '- one', '- two', '- `run`']));
      // What both have found stands once, where they put it in one place.
      const once = new Set<string>(there === here ? [...quick, ...slow] : []);
      expect(lines.filter((line) => once.has(line)).length).toBe(once.size);
    }),
    { numRuns: 40 },
  );
});

test('a loader with line ends of Windows gets back its lines with the same', async () => {
  const windows = base.replaceAll('\n', '\r\n');
  const tree = await lay(windows);
  await write(tree, 'quick', windows.replace('- two\r\n', '- two\r\n- quick\r\n'));
  await write(tree, 'slow', `${windows}- slow\r\n`);
  expect(tree.get('deploy', 'AGENTS.md')).toBe(`${windows.replace('- two\r\n', '- two\r\n- quick\r\n')}- slow\r\n`);
});

test('the name of a ledger is the one that the hook makes', () => {
  const awk = path.resolve(import.meta.dirname, '../../../seed/state/hooks/awk/lookup.awk');
  for (const session of ['0a1b-2c', 'with blank', 'é漢字', 'x'.repeat(121), '../../etc', 'a\u0001b', '.']) {
    const source = `${fs.readFileSync(awk, 'utf8')}\nfunction dialect_session() { return ENVIRON["name"] }\nBEGIN { printf "%s", session_name() }`;
    const env = { ...process.env, LC_ALL: 'C', name: session };
    expect(ledgerName(session)).toBe(
      spawnSync('sh', ['-c', 'exec awk "$0"', source], { env, encoding: 'utf8' }).stdout,
    );
  }
});

test('of a ledger the loaders count; torn lines and skills that were only pointed at do not', () => {
  const tree = makeEditsTree();
  trees.push(tree);
  tree.show('s', 'deploy', 'old\n');
  tree.show('s', 'deploy', 'new "quoted"\tand\\ é\n');
  tree.show('s', 'pointed', '-');
  fs.appendFileSync(tree.at(layout.sessions, 's-s'), 'torn\t"unclosed \\');
  const shown = (session: string, skill: string): readonly string[] => shownLoaders(tree.dir, session, skill).texts;
  expect(shown('s', 'deploy')).toEqual(['old\n', 'new "quoted"\tand\\ é\n']);
  for (const skill of ['pointed', 'torn', 'never']) expect(shown('s', skill)).toEqual([]);
  for (const session of ['nobody', '']) expect(shown(session, 'deploy')).toEqual([]);
});
