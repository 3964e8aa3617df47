import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { editId } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { drainQueue, queueEdit, readEdits, setBadAside } from './queue.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

function makeEdit(skill: string): EditRow {
  const facts = { ts: '2026-11-21T09:00:00.000Z', skill, machine_id: '0123456789ab', before: null, after: null };
  return { _v: 1, ...facts, id: editId(facts), runtime: 'codex', session: 's', how: 'found', changes: [] };
}

/** A tree with these files in its queue. */
function lay(files: Readonly<Record<string, string>>): EditsTree {
  const tree = makeEditsTree();
  trees.push(tree);
  fs.mkdirSync(tree.at(layout.queue), { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(tree.at(layout.queue, name), text);
  return tree;
}

const read = (tree: EditsTree, name: string): string => fs.readFileSync(tree.at(layout.queue, name), 'utf8');
/** What the hook starts a drain for: each file that its pattern finds, also through a link. */
const due = (tree: EditsTree): string[] =>
  tree.queue().filter((name) => /^[^.].*\.edit\.json$/.test(name) && fs.statSync(tree.at(layout.queue, name)).isFile());

const name = `a.${'0'.repeat(16)}.edit.json`;

test.each([
  ['is torn', '{"_v":1,"id":"00', false],
  ['is empty', '', false],
  ['is somebody else’s', 'not ours\n', false],
  ['is of a newer form', '{"_v":2}\n', true],
  ['is of a form that is no number', '{"_v":"2"}\n', false],
])('an entry that %s gets another name with all that is in it', (_what, text, isNewer) => {
  const tree = lay({ [name]: text });
  expect(setBadAside(realSystem(), tree.dir)).toEqual([{ name: `${name}.bad`, isNewer }]);
  expect(due(tree)).toEqual([]);
  expect(read(tree, `${name}.bad`)).toBe(text);
  expect(setBadAside(realSystem(), tree.dir)).toEqual([]);
});

test('one that is too long, a link, and one whose name is of no edit go too; a folder starts no drain', () => {
  const tree = lay({ 'notes.edit.json': 'x', [`long-${name}`]: ' '.repeat(5 * 1024 * 1024), '.hidden.edit.json': 'x' });
  const outside = path.join(tree.dir, 'outside');
  fs.writeFileSync(outside, 'x');
  fs.symlinkSync(outside, tree.at(layout.queue, `link-${name}`));
  fs.mkdirSync(tree.at(layout.queue, `folder-${name}`));
  expect(setBadAside(realSystem(), tree.dir).map((entry) => entry.name)).toEqual([
    `link-${name}.bad`,
    `long-${name}.bad`,
    'notes.edit.json.bad',
  ]);
  expect(due(tree)).toEqual([]);
  expect(fs.readFileSync(outside, 'utf8')).toBe('x');
});

test('what was set aside before is not written over', () => {
  const tree = lay({ [name]: 'third', [`${name}.bad`]: 'first', [`${name}.2.bad`]: 'second' });
  expect(setBadAside(realSystem(), tree.dir)).toEqual([{ name: `${name}.3.bad`, isNewer: false }]);
  expect([`${name}.bad`, `${name}.2.bad`, `${name}.3.bad`].map((file) => read(tree, file))).toEqual([
    'first',
    'second',
    'third',
  ]);
});

test('an edit that stands under another name is drained as what it is', () => {
  const edit = makeEdit('a');
  const tree = lay({ 'copy of a.edit.json': JSON.stringify(edit) });
  expect(setBadAside(realSystem(), tree.dir)).toEqual([]);
  expect(drainQueue(realSystem(), tree.dir)).toEqual([edit]);
  expect(tree.queue()).toEqual([]);
});

test('an edit whose entry a power cut has emptied is put into the queue once more', () => {
  const edit = makeEdit('a');
  const entry = `a.${edit.id}.edit.json`;
  const tree = lay({ [entry]: '' });
  queueEdit(realSystem(), tree.dir, edit);
  expect(readEdits(tree.dir)).toEqual([edit]);
  expect(tree.queue()).toEqual([entry, `${entry}.bad`]);
});
