import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import { syncRules } from './messages.ts';
import { isMachinePath, machinePlaces } from './machine-places.ts';
import { compileRules, defaultRules, inScope, judgePath, parseRules, tierOf } from './rules.ts';

const seedText = fs.readFileSync(new URL('../../../seed/state/config/sync-rules.json', import.meta.url), 'utf8');
const compiled = compileRules(defaultRules);
/** Rules that would let everything through. */
const open = compileRules({ _v: 1, deny: [], allow: ['**'] });

describe('what travels', () => {
  test('is said by the rules that a tree is laid with, where it has none of its own', () => {
    expect(parseRules(seedText)).toEqual(defaultRules);
    expect(Object.keys(defaultRules)).toEqual(Object.keys(JSON.parse(seedText) as object));
  });

  test.for([
    'state/skills/x/SKILL.md',
    'state/skills/sessions/SKILL.md',
    'state/skills/chat-history/SKILL.md',
    'state/lib/id_generator.ts',
    'state/log/loader-feedback.log',
    'state/log/migrations.ndjson',
    'state/skills/keys/AGENTS.md',
    'state/environment.md',
    'program.md',
    'sources/a/b.jsonl',
  ])('%s does', (path) => {
    expect(judgePath(compiled, path)).toEqual({ verdict: 'carry' });
  });

  test.for([
    ['state/log/evals.ndjson', /graded runs/],
    ['state/log/EVALS.ndjson', /graded runs/],
    ['state/log/eval\u017f.ndjson', /graded runs/],
    ['.env.cache', /secrets/],
    ['state/skills/x/.ENV', /secrets/],
    ['sources/.env/key.txt', /secrets/],
    ['sources/tls/server.KEY', /key/],
    ['sources/id_ed25519', /key/],
    ['sources/.claude/projects/x/1.jsonl', /chat/],
    ['state/skills/x/sessions/a/b.jsonl', /chat/],
    ['sources/Transcripts/a.JSONL', /chat/],
    ['sources/.bash_history', /chat/],
    ['state/log/chat.ndjson', /chat/],
    ['sources/notes/chat-history.json', /chat/],
    ['sources/Chat_History.md', /chat/],
    ['sources/.aider.chat.history.md', /chat/],
    ['state/skills/x/conversations/1.ndjson', /chat/],
    ['state/log/evals.ndjson.old', /graded runs/],
    ['state/log/gateway/os.json', /this machine/],
    ['STATE/Log/Regen.json', /this machine/],
    ['state/.index/current', /this machine/],
    ['state/skills/.git/config', /git/],
  ] as const)('%s never does, whatever the rules say', ([path, why]) => {
    const verdict = judgePath(open, path);
    expect(verdict).toEqual({ verdict: 'leave', why: expect.stringMatching(why) });
  });

  test('is nothing that is of one machine', () => {
    for (const place of machinePlaces) {
      for (const path of [place, `${place}/x`, place.toUpperCase()]) {
        expect([path, judgePath(open, path).verdict, isMachinePath(path)]).toEqual([path, 'leave', true]);
      }
    }
    expect(Object.values(layout)).toEqual(expect.arrayContaining([...machinePlaces]));
    for (const log of [layout.evals, layout.hookLog, layout.alerts]) expect(judgePath(open, log).verdict).toBe('leave');
  });

  test('is nothing that is denied, in whatever case, and the rule is named', () => {
    expect(judgePath(compiled, 'state/skills/x/old.BAK')).toEqual({
      verdict: 'leave',
      why: 'denied by "**/*.bak" in sync-rules.json',
    });
  });

  test('is no log that no rule names: the line to add is told, and with it the log travels', () => {
    const path = 'state/log/mine.ndjson';
    const verdict = judgePath(compiled, path);
    expect(verdict).toMatchObject({ verdict: 'refuse', line: '"state/log/mine.ndjson"' });
    const line = verdict.verdict === 'refuse' ? verdict.line : '';
    const text = seedText.replace('"allow": [', `"allow": [\n    ${line},`);
    expect(judgePath(compileRules(parseRules(text)), path)).toEqual({ verdict: 'carry' });
  });
});

test('rules of others cost no more than they may, whatever they are', () => {
  const deny = Array.from({ length: 1_000 }, (_, at) => `**/${'*/a/'.repeat(60)}?b*/${at}a`);
  const path = `state/${'a/'.repeat(245)}1a`;
  const hostile = compileRules({ _v: 1, deny, allow: [] }, 100_000);
  expect(() => Array.from({ length: 1_000 }, () => judgePath(hostile, path))).toThrow(/too many/);
  const few = compileRules(defaultRules, 100_000);
  expect(Array.from({ length: 1_000 }, () => judgePath(few, path).verdict)).not.toContain('leave');
});

test('a scope asks for state, or for the contract and the sources too; of the library for all', () => {
  const paths = ['state/x', 'program.md', 'sources/x', 'program.local.md', '.env.cache', 'bin/snappy.js', 'statex'];
  expect(paths.filter((path) => inScope(path, 'state'))).toEqual(['state/x']);
  expect(paths.filter((path) => inScope(path, 'all'))).toEqual(['state/x', 'program.md', 'sources/x']);
  expect(paths.filter((path) => inScope(path, 'state', 'kernel'))).toEqual(paths);
});

test("a path's tier is that of the first glob that fits", () => {
  const rules = compileRules({
    _v: 1,
    deny: [],
    allow: [],
    tiers: [
      { paths: 'state/skills/acme-*/**', tier: 'team:acme' },
      { paths: 'state/skills/**', tier: 'public' },
    ],
  });
  expect(
    ['state/skills/acme-a/SKILL.md', 'state/skills/b/SKILL.md', 'state/x'].map((path) => tierOf(rules, path)),
  ).toEqual(['team:acme', 'public', undefined]);
});

function attempt(text: string): unknown {
  try {
    return parseRules(text);
  } catch (error) {
    return error instanceof SnappyError ? undefined : error;
  }
}

describe('the text of the rules', () => {
  test('is taken if the schema takes it, and not otherwise', () => {
    const glob = fc.oneof(
      fc.constantFrom('', '**/x', 'a'.repeat(256), 'a'.repeat(257)),
      fc.string({ maxLength: 5 }),
      fc.integer(),
    );
    const row = fc.record(
      { paths: glob, tier: fc.constantFrom('public', 'team:a', 'team:A', 'team:', 1), more: fc.constant(1) },
      { requiredKeys: [] },
    );
    const value = fc.oneof(
      fc.record(
        {
          _v: fc.constantFrom(1, 1, 1, 2, '1'),
          deny: fc.oneof(fc.array(glob, { maxLength: 2 }), fc.constantFrom(null, {}, 'x')),
          allow: fc.array(glob, { maxLength: 2 }),
          tiers: fc.array(row, { maxLength: 2 }),
          other: fc.constant(1),
        },
        { requiredKeys: [] },
      ),
      fc.record({ _v: fc.constant(1), deny: fc.array(glob, { maxLength: 2 }), allow: fc.constant([]) }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(value, (rules) => {
        const text = JSON.stringify(rules);
        const expected = syncRules.safeParse(JSON.parse(text));
        expect(attempt(text)).toEqual(expected.data);
      }),
      { numRuns: 500 },
    );
  });

  test('may put paths into tiers, and nothing else', () => {
    const text = (tiers: unknown): string => JSON.stringify({ _v: 1, deny: [], allow: [], tiers });
    const row = { paths: 'a/**', tier: 'team:a' };
    expect(parseRules(text([row])).tiers).toEqual([row]);
    const bad = [
      null,
      'x',
      {},
      { ...row, more: 1 },
      { ...row, tier: 'team:A' },
      { ...row, tier: 1 },
      { tier: 'public' },
    ];
    for (const each of bad) expect(() => parseRules(text([each]))).toThrow(/tiers/);
    expect(() => parseRules(text({}))).toThrow(/tiers is no list/);
    expect(parseRules(text(Array.from({ length: 1_000 }, () => row))).tiers).toHaveLength(1_000);
    expect(() => parseRules(text(Array.from({ length: 1_001 }, () => row)))).toThrow(/more than 1000/);
  });

  test('that is no JSON is refused with what to do', () => {
    expect(() => parseRules('{')).toThrow(/is not JSON/);
    expect(() => parseRules(`{"_v":1,"deny":[${'"a",'.repeat(1_000)}"a"],"allow":[]}`)).toThrow(/more than 1000/);
  });
});
