import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { limits } from '../wire/limits.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { Tier } from '../wire/names.ts';
import { compileRules, defaultRules } from '../wire/rules.ts';
import { foldPath } from '../wire/safe-path.ts';
import type { KnownTier, SeenFile } from './known.ts';
import { makeDecider, planPush } from './plan-push.ts';
import type { PushPlan, PushTerms } from './plan-push.ts';
import { uncover } from './uncover.ts';

type Contents = Readonly<Record<string, string>>;

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const seen = (content: string, more: Partial<SeenFile> = {}): SeenFile => ({
  size: content.length,
  mtime: 0,
  ctime: 0,
  ino: 0,
  exec: false,
  sha256: sha(content),
  ...more,
});
const manifest = (contents: Contents): ReadonlyMap<string, ManifestFile> =>
  new Map(
    Object.entries(contents).map(([path, content]) => [
      path,
      { path, sha256: sha(content), size: content.length, exec: false },
    ]),
  );
function tier(rev: number, contents: Contents, more: Partial<KnownTier> = {}): KnownTier {
  return { rev, digest: '', writable: true, files: manifest(contents), behind: new Map(), ...more };
}
const readOnly = { writable: false } as const;

interface World {
  readonly here: Contents;
  readonly tiers: Readonly<Partial<Record<Tier, KnownTier>>>;
}

const knownOf = (tiers: World['tiers']): Map<Tier, KnownTier> => new Map(Object.entries(tiers) as [Tier, KnownTier][]);

function plan({ here, tiers }: World, more: Partial<PushTerms> = {}): PushPlan {
  const known = knownOf(tiers);
  const expected = new Set([...known.values()].flatMap(({ files }) => [...files.keys()]));
  const missing = new Set([...expected].filter((path) => here[path] === undefined));
  const files = new Map(Object.entries(here).map(([path, content]) => [path, seen(content)]));
  const rules = compileRules(defaultRules);
  const terms = { repo: 'os', scope: 'all', rules, tiers: known, laid: {}, ...more } as const;
  return planPush({ files, refused: [], leftOut: [] }, missing, terms);
}
const shown = ({ tiers }: PushPlan): unknown =>
  tiers.map((one) => [one.tier, one.base, one.files.map(({ path, change }) => `${change} ${path}`), one.gone]);
const withTiers = (rows: readonly { paths: string; tier: Tier }[]): PushTerms['rules'] =>
  compileRules({ ...defaultRules, tiers: [...rows] });

describe('a change goes', () => {
  const member = {
    private: tier(3, { 'state/p.md': 'p' }),
    'team:acme': tier(2, { 'state/t.md': 't' }),
    subscriber: tier(9, { 'state/s.md': 's' }, readOnly),
    public: tier(1, {}, readOnly),
  };

  test('to the tier the file is from, where that may be written to; else, as what is new, to the tenant alone', () => {
    const here = { 'state/p.md': 'p2', 'state/t.md': 't2', 'state/s.md': 's2', 'state/new.md': 'n' };
    expect(shown(plan({ here, tiers: member }))).toEqual([
      ['team:acme', 2, ['changed state/t.md'], []],
      ['private', 3, ['changed state/p.md', 'new state/s.md', 'new state/new.md'], []],
    ]);
  });

  test("of the operator to the subscribers; what is of a person's machines stays with the tenant", () => {
    const tiers = { private: tier(0, {}), subscriber: tier(0, {}), public: tier(0, {}) };
    const here = {
      'state/skills/a/SKILL.md': 'a',
      [layout.edits]: 'e',
      [layout.syncRules]: 'r',
      [layout.indexPage]: 'i',
      'sources/x.md': 'x',
    };
    expect(shown(plan({ here, tiers }))).toEqual([
      ['subscriber', 0, ['new state/skills/a/SKILL.md', 'new sources/x.md'], []],
      ['private', 0, [`new ${layout.edits}`, `new ${layout.syncRules}`, `new ${layout.indexPage}`], []],
    ]);
    expect(shown(plan({ here: { 'a.md': 'a' }, tiers }, { repo: 'kernel' }))).toEqual([
      ['subscriber', 0, ['new a.md'], []],
    ]);
    expect(shown(plan({ here: { 'state/a.md': 'a' }, tiers }, { tier: 'public' }))).toEqual([
      ['public', 0, ['new state/a.md'], []],
    ]);
  });

  test("to one's own of a log or the index page, although somebody's are in the team's", () => {
    const theirs = { [layout.syncEvents]: 'theirs\n', [layout.indexPage]: 'theirs', [layout.edits]: 'same\n' };
    const tiers = { private: tier(3, {}), 'team:acme': tier(2, theirs) };
    const here = {
      [layout.syncEvents]: 'theirs\nown\n',
      [layout.indexPage]: 'own',
      [layout.edits]: 'same\n',
      'state/a.md': 'a',
    };
    expect(shown(plan({ here, tiers }))).toEqual([
      ['private', 3, [`new ${layout.syncEvents}`, `new ${layout.indexPage}`, 'new state/a.md'], []],
    ]);
    expect(shown(plan({ here, tiers }, { tier: 'team:acme' }))).toEqual([
      ['team:acme', 2, ['new state/a.md'], []],
      ['private', 3, [`new ${layout.syncEvents}`, `new ${layout.indexPage}`], []],
    ]);
  });

  test('where a rule says, and out of where it would hide that; first there, then not here', () => {
    const rules = withTiers([{ paths: 'state/p.md', tier: 'team:acme' }]);
    expect(
      shown(plan({ here: { 'state/p.md': 'p', 'state/t.md': 't', 'state/s.md': 's' }, tiers: member }, { rules })),
    ).toEqual([
      ['team:acme', 2, ['new state/p.md'], []],
      ['private', 3, [], ['state/p.md']],
    ]);
  });

  test('nowhere but out of what would hide it, where the tier of the rule has it already', () => {
    const rules = withTiers([{ paths: 'state/x.md', tier: 'team:acme' }]);
    const tiers = { private: tier(3, { 'state/x.md': 'old' }), 'team:acme': tier(2, { 'state/x.md': 'x' }) };
    expect(shown(plan({ here: { 'state/x.md': 'x' }, tiers }, { rules }))).toEqual([
      ['private', 3, [], ['state/x.md']],
    ]);
  });

  test('nowhere where a rule names a tier that this key may not write to, and that is said', () => {
    const rules = withTiers([
      { paths: 'state/new.md', tier: 'public' },
      { paths: 'state/other.md', tier: 'team:none' },
    ]);
    const found = plan(
      {
        here: { 'state/p.md': 'p', 'state/t.md': 't', 'state/s.md': 's', 'state/new.md': 'n', 'state/other.md': 'o' },
        tiers: member,
      },
      { rules },
    );
    expect(shown(found)).toEqual([]);
    expect(found.kept).toEqual([
      { path: 'state/new.md', why: 'it would go to everybody, which this key may not write to' },
      { path: 'state/other.md', why: 'it would go to the team none, of which this key knows nothing' },
    ]);
  });
});

describe('what is gone here', () => {
  const isHidden = { private: tier(3, { 'state/a.md': 'own' }), 'team:acme': tier(2, { 'state/a.md': 'of the team' }) };

  test('is gone from the tier that it was from, and not from one whose version never stood here', () => {
    const found = plan({ here: {}, tiers: isHidden });
    expect(shown(found)).toEqual([['private', 3, [], ['state/a.md']]]);
    expect(found.tiers[0]?.goneBytes).toBe('own'.length);
  });

  test('is gone from each tier that has had it alike', () => {
    const tiers = { private: tier(3, { 'state/a.md': 'a' }), 'team:acme': tier(2, { 'state/a.md': 'a' }) };
    expect(shown(plan({ here: {}, tiers }))).toEqual([
      ['team:acme', 2, [], ['state/a.md']],
      ['private', 3, [], ['state/a.md']],
    ]);
  });

  test('is no removal of what comes to light by it: that waits for a pull', () => {
    const tiers = uncover(knownOf(isHidden), 'private', ['state/a.md']);
    tiers.set('private', tier(4, {}));
    expect([...(tiers.get('team:acme')?.behind.keys() ?? [])]).toEqual(['state/a.md']);
    expect(shown(plan({ here: {}, tiers: Object.fromEntries(tiers) }))).toEqual([]);
  });
});

describe('nothing is sent', () => {
  test('of what the gateway has, nor of what every tree is laid with', () => {
    const tiers = { private: tier(1, { 'state/a.md': 'a' }) };
    const found = plan(
      { here: { 'state/a.md': 'a', 'state/seed.md': 'laid' }, tiers },
      { laid: { 'state/seed.md': sha('laid') } },
    );
    expect([shown(found), found.asLaid]).toEqual([[], 1]);
    expect(
      shown(
        plan(
          { here: { 'state/a.md': 'a', 'state/seed.md': 'mine' }, tiers },
          { laid: { 'state/seed.md': sha('laid') } },
        ),
      ),
    ).toEqual([['private', 1, ['new state/seed.md'], []]]);
  });

  test("of settings anywhere but to one's own, whatever a rule says, and what a team has of them stays as it is there", () => {
    const rules = withTiers([{ paths: '**', tier: 'team:acme' }]);
    const behind = new Map([[layout.syncRules, undefined]]);
    const theirs = { [layout.syncRules]: 'theirs', [layout.dispatch]: 'theirs' };
    const tiers = { private: tier(3, {}), 'team:acme': tier(4, theirs, { behind }) };
    const here = { [layout.syncRules]: 'own', [layout.dispatch]: 'own' };
    expect(shown(plan({ here, tiers }, { rules }))).toEqual([
      ['private', 3, [`new ${layout.syncRules}`, `new ${layout.dispatch}`], []],
    ]);
  });

  test('of the log of pushes alone, which grows with each', () => {
    const tiers = { private: tier(1, { [layout.syncEvents]: 'row\n' }) };
    expect(shown(plan({ here: { [layout.syncEvents]: 'row\nrow\n' }, tiers }))).toEqual([]);
    expect(shown(plan({ here: { [layout.syncEvents]: 'row\nrow\n', 'state/a.md': 'a' }, tiers }))).toEqual([
      ['private', 1, [`changed ${layout.syncEvents}`, 'new state/a.md'], []],
    ]);
  });

  test('of what was removed there and is still here, as it was out of scope for the last pull', () => {
    const behind = new Map([
      ['sources/a.md', { path: 'sources/a.md', sha256: sha('a'), size: 1, exec: false, rev: 1 }],
    ]);
    const tiers = { private: tier(2, {}, { behind }) };
    for (const content of ['a', 'changed since']) {
      const found = plan({ here: { 'sources/a.md': content }, tiers });
      expect(shown(found)).toEqual([]);
      expect(found.kept).toEqual([{ path: 'sources/a.md', why: expect.stringContaining('snappy pull --scope all') }]);
    }
  });

  test('of what a merge has put aside in a library, which has nobody to keep it for', () => {
    const put = `${layout.conflicts}/_tree/a.md`;
    const tiers = { subscriber: tier(2, {}) };
    const found = plan({ here: { [put]: 'a', 'b.md': 'b' }, tiers }, { repo: 'kernel' });
    expect([shown(found), found.kept.map(({ path }) => path)]).toEqual([[['subscriber', 2, ['new b.md'], []]], [put]]);
  });

  test('of a file that is too large', () => {
    const decide = makeDecider({
      repo: 'os',
      scope: 'all',
      rules: compileRules(defaultRules),
      tiers: new Map([['private', tier(1, {})]]),
      laid: {},
    });
    expect(decide('state/a.bin', seen('', { size: limits.file + 1 }))).toEqual({
      kind: 'keep',
      why: 'is larger than 64 MB',
    });
    expect(decide('state/a.bin', seen('', { size: limits.file }))).toMatchObject({ kind: 'send' });
  });

  test('of a name that some machine takes for another one', () => {
    const tiers = { private: tier(1, { 'state/Readme.md': 'a', 'state/folder/x.md': 'x' }) };
    const here = {
      'state/Readme.md': 'a',
      'state/README.md': 'b',
      'state/folder/x.md': 'x',
      'state/Folder': 'c',
      'state/Readme.md.d/y.md': 'y',
    };
    const found = plan({ here, tiers });
    expect(shown(found)).toEqual([['private', 1, ['new state/Readme.md.d/y.md'], []]]);
    expect(found.refused.map(({ path }) => path)).toEqual(['state/README.md', 'state/Folder']);
  });
});

describe('what is gone here', () => {
  test('is taken from the tiers that may be written to, and not where it was never taken in', () => {
    const tiers = {
      private: tier(
        1,
        { 'state/a.md': 'a', 'state/b.md': 'b', 'sources/c.md': 'c' },
        { behind: new Map([['state/b.md', undefined]]) },
      ),
      public: tier(4, { 'state/d.md': 'd' }, readOnly),
    };
    expect(shown(plan({ here: {}, tiers }))).toEqual([['private', 1, [], ['state/a.md', 'sources/c.md']]]);
    expect(shown(plan({ here: {}, tiers }, { scope: 'state' }))).toEqual([['private', 1, [], ['state/a.md']]]);
  });

  test('is not taken at once where it is much, unless that is asked for', () => {
    const contents = (count: number): Contents =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`state/${n}.md`, `${n}`]));
    const at = (had: number, has: number, more: Partial<PushTerms> = {}): unknown =>
      plan({ here: contents(has), tiers: { private: tier(1, contents(had)) } }, more).emptied;
    expect(at(40, 19)).toEqual([{ tier: 'private', gone: 21, of: 40 }]);
    expect([at(40, 20), at(42, 21), at(20, 0), at(40, 0, { deleteMuch: true })]).toEqual([[], [], [], []]);
  });
});

test('files that look made by a program, left by an editor or large are pointed at each time they are sent', () => {
  const here = {
    'state/a/node_modules/x.js': '',
    'state/a/.x.md.swp': '',
    'state/a/.swp': '',
    'state/a/x.md.swo': '',
    'state/a/x.pyc': '',
    'state/a/big.md': 'x'.repeat(1_000_001),
    'state/a/fine.md': '',
    'state/a/grown.md': 'x'.repeat(1_000_001),
    'state/a/same.md': 'y'.repeat(1_000_001),
  };
  const before = { 'state/a/grown.md': 'x', 'state/a/same.md': here['state/a/same.md'] };
  const { warnings } = plan({ here, tiers: { private: tier(1, before) } });
  expect(warnings.map(({ path, why }) => `${path} ${why}`)).toEqual([
    'state/a/node_modules/x.js is made by a build',
    'state/a/.x.md.swp is left by an editor',
    'state/a/.swp is left by an editor',
    'state/a/x.md.swo is left by an editor',
    'state/a/x.pyc is made by a build',
    'state/a/big.md has 1.0 MB',
    'state/a/grown.md has 1.0 MB',
  ]);
});

describe('a plan, carried out', () => {
  const name = fc.constantFrom(
    'state/a.md',
    'state/A.md',
    'state/a/b.md',
    'state/c.md',
    'sources/d.md',
    'program.md',
    layout.edits,
  );
  const contents = fc.dictionary(name, fc.constantFrom('1', '2', '3'));
  const tierWorld = fc.record({ contents, writable: fc.boolean() });

  test('leaves the gateway with what is here for each file that may be sent, and needs no second one', () => {
    fc.assert(
      fc.property(contents, fc.record({ private: contents, team: tierWorld, subscriber: tierWorld }), (here, made) => {
        const tiers: Record<string, KnownTier> = {
          private: tier(1, made.private),
          'team:acme': tier(1, made.team.contents, { writable: made.team.writable }),
          subscriber: tier(1, made.subscriber.contents, { writable: made.subscriber.writable }),
        };
        const first = plan({ here, tiers });
        for (const one of first.tiers) {
          const before = tiers[one.tier];
          if (before === undefined) throw new Error('a tier that nobody has');
          expect(before.writable).toBe(true);
          const files = new Map(before.files);
          for (const path of one.gone) files.delete(path);
          for (const file of one.files) files.set(file.path, file);
          const removed = one.gone.filter((path) => !Object.hasOwn(here, path));
          for (const [other, known] of uncover(knownOf(tiers), one.tier, removed)) tiers[other] = known;
          tiers[one.tier] = { ...before, rev: 2, files };
        }
        expect(plan({ here, tiers }).tiers).toEqual([]);
        const held = [...first.kept, ...first.refused].map(({ path }) => path);
        const order = [tiers['private'], tiers['team:acme'], tiers['subscriber']];
        for (const [path, content] of Object.entries(here)) {
          const folded = new Set([foldPath(path)]);
          if (held.some((one) => folded.has(foldPath(one)))) continue;
          const counts = order.find((one) => one?.files.has(path) === true);
          expect(counts?.files.get(path)?.sha256, path).toBe(sha(content));
        }
      }),
      { numRuns: 300 },
    );
  });
});
