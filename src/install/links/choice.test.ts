import { expect, test } from 'vitest';
import { chooseSkills, type LinkRoot, type LinksMode } from './choice.ts';
import { installLinks, linkHome, putSkill } from './home.ts';

const here = linkHome();
const root: LinkRoot = { root: '/home/ann/.agents/skills', runtimes: ['Codex', 'Pi'], wholeLink: true, listing: 8000 };
const pinned = new Set(['s1', 's2']);

function choose(
  skills: number,
  mode?: LinksMode,
  asked: Partial<LinkRoot> = {},
  pins = pinned,
): ReturnType<typeof chooseSkills> {
  const list = Array.from({ length: skills }, (_, at) => ({ name: `s${at}`, characters: 200 }));
  return chooseSkills({ ...root, ...asked }, { skills: list, faults: [], flat: [] }, mode, pins);
}

test('all skills are linked as long as they fit into the smallest listing, to the character', () => {
  expect(choose(40)).toEqual({ names: expect.objectContaining({ length: 40 }), notes: [] });
  expect(choose(40, undefined, { listing: 7999 }).names).toEqual(['s1', 's2']);
});

test('beyond the listing only the pinned ones are, with the figures and what becomes of the rest', () => {
  expect(choose(1000)).toEqual({
    names: ['s1', 's2'],
    notes: [
      '/home/ann/.agents/skills: 1,000 skills with 200,000 characters of names and descriptions, and Codex, Pi may show 8,000: only the 2 pinned are linked; the hook serves the rest (--links all links every one)',
    ],
  });
  expect(choose(1000, undefined, {}, new Set()).notes[0]).toContain('none is pinned, so none is linked');
  expect(choose(1000, undefined, {}, new Set(['s7'])).notes[0]).toContain('only the pinned s7 is linked');
});

test('a runtime that no hook can serve is named: it does not see the rest at all', () => {
  const notes = choose(1000, undefined, { runtimes: ['Windsurf'], withoutInjection: ['Windsurf'] }).notes;
  expect(notes[0]).toContain('the hook serves the rest, but not to Windsurf');
});

test('a mode that was asked for is followed; all beyond the listing says that some go unseen', () => {
  expect(choose(10, 'none')).toEqual({ names: [], notes: [] });
  expect(choose(10, 'pinned')).toEqual({ names: ['s1', 's2'], notes: [] });
  expect(choose(1000, 'all').names).toHaveLength(1000);
  expect(choose(1000, 'all').notes[0]).toMatch(/some go unseen/);
});

test('a pinned name that no skill has is said', () => {
  putSkill(here, 'mail');
  expect(installLinks(here, { pinned: ['mial'] }).notes).toEqual([
    'mial is pinned and is no skill of the tree that can be linked',
  ]);
});

test('changing the mode changes the links, and none leaves nothing', () => {
  putSkill(here, 'mail');
  putSkill(here, 'pdf');
  expect(installLinks(here).served[0]?.form).toBe('whole');
  expect(installLinks(here, { mode: 'pinned', pinned: ['pdf'] }).served[0]).toMatchObject({
    form: 'each',
    skills: ['pdf'],
  });
  expect(installLinks(here, { mode: 'none' })).toMatchObject({ record: [], served: [{ form: 'none' }] });
  expect(installLinks(here, { mode: 'none' }).changes).toEqual([]);
});
