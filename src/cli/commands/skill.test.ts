import { afterEach, describe, expect, test } from 'vitest';
import { renderIndexPage } from '../../skills/index-page.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import type { Invocation, Outcome } from '../command.ts';
import { migrate } from './migrate.ts';
import { skillLint } from './skill-lint.ts';
import { skillNew } from './skill-new.ts';
import { skillList, skillShow } from './skill-show.ts';

let tree: TestTree;
afterEach(() => tree.remove());

type Body = (invocation: Invocation) => Promise<Outcome>;

/** Runs a command body in the tree, with no terminal unless `answer` says what the person there would say. */
function run(body: Body, args: string[] = [], flags: Invocation['flags'] = {}, answer?: boolean): Promise<Outcome> {
  const confirm = async (): Promise<boolean> => answer ?? false;
  return body({ args, flags, cwd: tree.dir, env: {}, terminal: answer !== undefined, confirm });
}

const good =
  '---\nname: ship-it\ndescription: Ships the site.\ntriggers: [ship the site]\n---\n# Ship\n\n## Eval\n\nBy hand.\n';
const loader =
  '# Ship\n\n## Critical Rules\n\n- a\n\n## Commands\n\n- b\n\n## Known Pitfalls\n\n- c\n\n## Self-Test\n\n- d\n';
const ship = { 'state/skills/ship-it/SKILL.md': good, 'state/skills/ship-it/AGENTS.md': loader };

describe('skill new', () => {
  test('lays two files, the catalog and the index, and says what to do next', async () => {
    tree = makeTestTree(ship);
    const outcome = await run(skillNew, ['rotate-keys']);
    expect(outcome).toMatchObject({
      ok: true,
      changed: expect.stringContaining('state/skills/rotate-keys/SKILL.md') as string,
    });
    expect(outcome.text).toContain('snappy skill lint rotate-keys');
    expect(tree.read('state/index.md')).toBe(renderIndexPage(tree.dir, ''));
    expect(tree.read('state/index.md')).toContain('[rotate-keys](skills/rotate-keys/SKILL.md)');
    expect(Object.keys(tree.files()).some((file) => file.startsWith('state/.index/'))).toBe(true);
    expect(await run(skillLint)).toMatchObject({ ok: true, text: '2 skills: no findings' });
  });

  test('writes nothing with --dry', async () => {
    tree = makeTestTree(ship);
    const before = tree.files();
    expect(await run(skillNew, ['rotate-keys'], { dry: true })).toMatchObject({
      changed: undefined,
      unchanged: 'this is what would be written',
    });
    expect(tree.files()).toEqual(before);
  });
});

describe('skill list and skill show', () => {
  test('print columns for a person and everything for a program', async () => {
    tree = makeTestTree({ ...ship, 'state/skills/bad/SKILL.md': '# no frontmatter\n' });
    const list = await run(skillList);
    expect(list.text.replaceAll(tree.dir, '<tree>')).toBe(
      [
        'SKILL    GRADUATION  EVAL    TRIGGERS  LINT        DESCRIPTION',
        'bad      prose       manual  0         5 findings',
        'ship-it  prose       manual  1                     Ships the site.',
        '',
        '2 skills in <tree>, 1 with findings: snappy skill lint',
      ].join('\n'),
    );
    expect(list.data).toMatchObject({
      skills: [
        { name: 'bad', loader: null },
        { name: 'ship-it', triggers: ['ship the site'], findings: [] },
      ],
    });
    const show = await run(skillShow, ['ship-it']);
    expect(show.text).toMatch(/^ship-it\n {2}description {4}Ships the site\.\n {2}triggers {7}ship the site\n/);
    expect(show.text).toContain(
      '  loader         Critical Rules (3), Commands (7), Known Pitfalls (11), Self-Test (15); 92 characters',
    );
    expect(show.data).toMatchObject({
      name: 'ship-it',
      eval: 'manual',
      files: ['state/skills/ship-it/AGENTS.md', 'state/skills/ship-it/SKILL.md'],
    });
    await expect(run(skillShow, ['nope'])).rejects.toThrow('there is no skill "nope"');
  });
});

describe('skill lint', () => {
  test('fails on findings, and with --fix repairs what it can', async () => {
    tree = makeTestTree({ ...ship, 'state/skills/ship-it/SKILL.md': good.replace('name: ship-it', 'name: other') });
    const found = await run(skillLint, ['ship-it']);
    expect(found).toMatchObject({ ok: false, changed: undefined, unchanged: 'add --fix to repair what a program can' });
    expect(found.text).toBe(
      'state/skills/ship-it/SKILL.md:2  name-folder  the name is "other", the folder "ship-it"; they must be equal\n    -> write "name: ship-it"\n\n1 skill: 1 finding',
    );
    expect(await run(skillLint, [], { fix: true, dry: true })).toMatchObject({
      ok: false,
      unchanged: 'this is what --fix would repair',
    });
    expect(await run(skillLint, [], { fix: true })).toMatchObject({
      ok: true,
      changed: 'state/skills/ship-it/SKILL.md, state/index.md',
    });
    expect(tree.read('state/skills/ship-it/SKILL.md')).toBe(good);
  });
});

describe('migrate', () => {
  const flat = { 'state/skills/old.md': good, 'state/skills/old.agents.md': loader };

  test('shows its plan, and carries it out with --apply or a yes', async () => {
    for (const [flags, answer] of [
      [{ apply: true }, undefined],
      [{}, true],
    ] as const) {
      tree = makeTestTree(flat);
      const before = tree.files();
      expect(await run(migrate)).toMatchObject({
        ok: true,
        unchanged: 'this was the plan; add --apply to carry it out',
      });
      expect((await run(migrate, [], { apply: true, dry: true })).changed).toBeUndefined();
      expect(await run(migrate, [], {}, false)).toMatchObject({
        text: '',
        unchanged: expect.stringContaining('add --apply') as string,
      });
      expect(tree.files()).toEqual(before);
      const outcome = await run(migrate, [], flags, answer);
      expect(outcome.changed).toBe('2 files migrated, each with a row in state/log/migrations.ndjson');
      expect(tree.read('state/skills/old/SKILL.md')).toBe(good);
      expect(tree.read('state/index.md')).toContain('[old](skills/old/SKILL.md)');
      expect(await run(migrate)).toMatchObject({ ok: true, text: '', unchanged: 'the tree has the layout of today' });
      tree.remove();
    }
  });

  test('fails where a person has to look, and still moves the rest', async () => {
    tree = makeTestTree({ ...flat, 'state/skills/old/SKILL.md': 'other' });
    const outcome = await run(migrate, [], { apply: true });
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toBe(
      [
        'move    state/skills/old.agents.md  ->  state/skills/old/AGENTS.md',
        'refuse  state/skills/old.md         ->  state/skills/old/SKILL.md',
        '',
        'Refused, and left as they are:',
        '  state/skills/old/SKILL.md is already there and differs; keep one of the two and remove the other',
      ].join('\n'),
    );
    expect(tree.files()).toMatchObject({
      'state/skills/old.md': good,
      'state/skills/old/SKILL.md': 'other',
      'state/skills/old/AGENTS.md': loader,
    });
  });
});
