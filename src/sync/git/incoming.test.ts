import { expect, test } from 'vitest';
import { checkIncoming } from './incoming.ts';
import { linkProblem } from './links.ts';
import type { Entry } from './entries.ts';

const file: Entry = { mode: '100644', id: 'a'.repeat(40) };

function check(incoming: Readonly<Record<string, Entry>>, here: readonly string[] = []): void {
  const changes = new Map(Object.entries(incoming).map(([name, after]) => [name, { before: undefined, after }]));
  const all = new Map<string, Entry>([...here.map((name) => [name, file] as const), ...Object.entries(incoming)]);
  checkIncoming(changes, all, () => '../../../etc');
}

test.each([
  '../out.md',
  'state/../../out.md',
  '/etc/passwd',
  'state//x.md',
  '.git/hooks/post-commit',
  'state/skills/.GIT/config',
  'state/skills/.git /config',
  'state/skills/.g\u200Cit/config',
  'state/skills/git~1/config',
  'state\\skills\\x.md',
  'state/skills/a\nb.md',
  `state/skills/${'x'.repeat(256)}`,
  'state/log/regen.json',
  'state/log/gateway.lock',
  'state/log/Regen.json',
  'state/log/.machine_id',
  'state/log/revisions/skill/x',
])('the path %j is refused', (name) => {
  expect(() => check({ [name]: file })).toThrow(/which is refused/);
});

test.each([
  'state/skills/fotos-märz/SKILL.md',
  '.gitignore',
  'state/skills/.gitkeep',
  'sources/a b.txt',
  'a/日本語.md',
])('the path %j is taken', (name) => {
  expect(() => check({ [name]: file }, ['state/skills/tool/SKILL.md'])).not.toThrow();
});

test('names that differ only in case or in the form of accents are refused, folders too, unless both were here before', () => {
  expect(() => check({ 'state/skills/Tool/SKILL.md': file }, ['state/skills/tool/SKILL.md'])).toThrow(/only in case/);
  expect(() => check({ 'sources/ma\u0308rz.md': file }, ['sources/m\u00E4rz.md'])).toThrow(/only in case or accents/);
  expect(() => check({ 'other.md': file }, ['sources/A.md', 'sources/a.md'])).not.toThrow();
});

test('a link may lead about in the tree, and not out of it', () => {
  expect(linkProblem('state/skills/a/ref.md', '../b/ref.md')).toBeUndefined();
  for (const target of ['/etc', '../../../../x', 'C:\\x', '..\\x', '../../../.git/config'])
    expect(linkProblem('state/skills/a/ref.md', target)).toBe('a link that leads out of the tree');
  expect(() => check({ 'state/skills/x': { mode: '120000', id: file.id } })).toThrow(/leads out of the tree/);
});

test('a repository in the place of a skill is refused, elsewhere it is the person’s own affair', () => {
  const repository = { mode: '160000', id: file.id };
  expect(() => check({ 'state/skills/sub': repository })).toThrow(/a git repository of its own/);
  expect(() => check({ 'sources/sub': repository })).not.toThrow();
});

/** Links by their targets, all of them new, or some of them here before. */
function checkLinks(targets: Readonly<Record<string, string>>, isNew: (file: string) => boolean = () => true): void {
  const all = new Map(Object.entries(targets).map(([name, target]) => [name, { mode: '120000', id: target }]));
  const changes = new Map(
    [...all].flatMap(([name, after]) => (isNew(name) ? [[name, { before: undefined, after }]] : [])),
  );
  checkIncoming(changes, all, (id) => id);
}

test.each([
  'state/log/edits.ndjson',
  'state/log',
  'state',
  'state/config/dispatch.json',
  'state/regen/conflicts',
  'state/index.md',
])('a link in the place of %s, which is written to, is refused', (name) => {
  expect(() => checkLinks({ [name]: name === 'state' ? 'sources' : '../state/skills/a/x' })).toThrow(/must be files/);
});

test('a link to the folder that it lies in, or above, is refused', () => {
  for (const target of ['../../..', '..', '../', '.', '../../skills'])
    expect(() => checkLinks({ 'state/skills/evil/d': target })).toThrow(/a folder that it lies in/);
  expect(() => checkLinks({ 'sources/self': '../sources/self' })).toThrow(/a folder that it lies in/);
});

test('a link that goes through another link is refused, whichever of them is new', () => {
  const links = { 'state/skills/evil/d': '../../skills/good', 'state/skills/evil/e': 'd/../../../../x' };
  expect(() => checkLinks(links)).toThrow(/leads out|on the way/);
  const chain = { 'state/skills/evil/d': '../../../sources/deep/er', 'state/skills/evil/e': 'D/../x' };
  for (const isNew of [() => true, (name: string) => name.endsWith('/e'), (name: string) => name.endsWith('/d')])
    expect(() => checkLinks(chain, isNew)).toThrow(/on the way of another link/);
  // What was there before and is left alone stops nothing; nor does a link to a link.
  expect(() => checkLinks({ ...chain, 'state/skills/a/x.md': 'y.md' }, (name) => name.endsWith('x.md'))).not.toThrow();
  expect(() => checkLinks({ 'CLAUDE.md': 'AGENTS.md', 'GEMINI.md': 'CLAUDE.md' })).not.toThrow();
});

test('a name with a million blanks is refused in one go', () => {
  expect(() => check({ [`state/skills/a${' '.repeat(1_000_000)}x`]: file })).toThrow(/too long/);
});
