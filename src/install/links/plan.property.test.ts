import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import { applyJournaled } from '../../core/journal.ts';
import { realSystem } from '../../core/system.ts';
import { failsOnce, withFaults } from '../../core/test-faults.ts';
import { installLinks, makeLinkHome, putSkill, requestFor, uninstallLinks, snapshotOf, type LinkHome } from './home.ts';
import { planLinks, planUnlink, type LinkRequest } from './plan.ts';
import { put } from '../test-home.ts';

const names = ['mail', 'pdf', 'post', 'Mail', 'theirs', 'x'];

/** What a skills folder may hold under a name. */
const inTree = fc.constantFrom('good', 'bad', 'outside', 'flat', 'half-made', 'file');
/** What a root may hold under a name. */
const inRoot = fc.constantFrom('folder', 'empty', 'file', 'foreign', 'dangling', 'right', 'wrong');
const rootKind = fc.constantFrom('absent', 'empty', 'filled', 'elsewhere', 'file', 'own', 'dangling');

const world = fc.record({
  tree: fc.dictionary(fc.constantFrom(...names), inTree),
  later: fc.dictionary(fc.constantFrom(...names), inTree),
  root: rootKind,
  entries: fc.dictionary(fc.constantFrom(...names), inRoot),
  mode: fc.constantFrom(0o755, 0o700),
  links: fc.constantFrom('all', 'pinned', 'none', undefined),
  laterLinks: fc.constantFrom('all', 'pinned', 'none', undefined),
  listing: fc.constantFrom(20, 8000),
  wholeLink: fc.boolean(),
  symlinks: fc.boolean(),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function fillTree(here: LinkHome, entries: Record<string, string>): void {
  for (const [name, kind] of Object.entries(entries)) {
    const folder = path.join(here.skills, name);
    fs.rmSync(folder, { recursive: true, force: true });
    if (kind === 'good') put(path.join(putSkill(here, name), 'resources', 'x.txt'), name);
    if (kind === 'bad') putSkill(here, name, 'no frontmatter');
    if (kind === 'outside') fs.symlinkSync(here.home, folder);
    if (kind === 'flat') put(`${folder}.md`, '');
    if (kind === 'half-made') fs.mkdirSync(folder);
    if (kind === 'file') put(folder, '');
  }
}

function fillRoot(here: LinkHome, root: string, entries: Record<string, string>): void {
  for (const [name, kind] of Object.entries(entries)) {
    const file = path.join(root, name);
    if (kind === 'folder') put(path.join(file, 'deep', 'SKILL.md'), `my own ${name}`);
    if (kind === 'folder') fs.chmodSync(file, 0o750);
    if (kind === 'empty') fs.mkdirSync(file, 0o700);
    if (kind === 'file') put(file, name);
    if (kind === 'foreign') fs.symlinkSync(here.base, file);
    if (kind === 'dangling') fs.symlinkSync(path.join(here.skills, 'gone'), file);
    if (kind === 'right') fs.symlinkSync(path.join(here.skills, name), file);
    if (kind === 'wrong') fs.symlinkSync(path.join(here.skills, 'pdf'), file);
  }
}

function makeRoot(here: LinkHome, kind: string, entries: Record<string, string>, mode: number): void {
  if (kind === 'absent') return;
  fs.mkdirSync(path.dirname(here.root), { recursive: true });
  if (kind === 'own') fs.symlinkSync(here.skills, here.root);
  else if (kind === 'dangling') fs.symlinkSync('nowhere', here.root);
  else if (kind === 'file') put(here.root, 'a file');
  else {
    const folder = kind === 'elsewhere' ? path.join(here.home, 'dotfiles') : here.root;
    fs.mkdirSync(folder);
    if (kind === 'elsewhere') fs.symlinkSync('../dotfiles', here.root);
    if (kind !== 'empty') fillRoot(here, folder, entries);
    fs.chmodSync(folder, mode);
  }
}

function inWorld(
  { tree, root, entries, mode, links, listing, wholeLink, symlinks }: World,
  act: (here: LinkHome, asked: Partial<LinkRequest>) => void,
): void {
  const here = makeLinkHome();
  try {
    fillTree(here, tree);
    makeRoot(here, root, entries, mode);
    const roots = [{ root: here.root, runtimes: ['Pi'], wholeLink, listing }];
    act(here, { roots, mode: links, pinned: ['pdf'], symlinks });
  } finally {
    fs.rmSync(here.base, { recursive: true });
  }
}

test('whatever is in the tree and in the root, installs and an uninstall leave the home as it was', () => {
  const property = fc.property(world, (made) =>
    inWorld(made, (here, asked) => {
      const before = snapshotOf(here.home);
      installLinks(here, asked);
      expect(installLinks(here, asked).changes).toEqual([]);
      // Skills come and go, another mode is asked for, links become possible.
      fillTree(here, made.later);
      const next = { ...asked, mode: made.laterLinks, symlinks: true };
      installLinks(here, next);
      expect(installLinks(here, next)).toMatchObject({ changes: [], record: here.record });
      uninstallLinks(here);
      expect(snapshotOf(here.home)).toEqual(before);
      expect(here.record).toEqual([]);
      expect(uninstallLinks(here).changes).toEqual([]);
    }),
  );
  fc.assert(property, { numRuns: 150 });
});

/** The error that a person would be told of, if there was one. */
function attempt(act: () => unknown): SnappyError | undefined {
  try {
    act();
    return undefined;
  } catch (cause) {
    if (cause instanceof SnappyError) return cause;
    throw cause;
  }
}

test('a run that fails at any change leaves the tree and the home as they were', () => {
  const property = fc.property(world, fc.nat({ max: 6 }), fc.boolean(), (made, at, isInstall) =>
    inWorld(made, (here, asked) => {
      if (!isInstall) installLinks(here, asked);
      const before = snapshotOf(here.base);
      const request = requestFor(here, asked);
      const { changes } = isInstall ? planLinks(request) : planUnlink({ ...request, roots: [here.root] });
      const journal = path.join(here.tree, layout.installJournal);
      const run = (): void => applyJournaled(realSystem(), changes, { journal, label: 'test' });
      const thrown = attempt(() => withFaults(failsOnce(at + 1, 'EACCES'), run));
      // Not where the run came to its end, and the journal alone could not be removed.
      if (thrown === undefined || thrown.message.includes(layout.installJournal)) return;
      expect(snapshotOf(here.base)).toEqual(before);
    }),
  );
  fc.assert(property, { numRuns: 40 });
});
