import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { formatEditRow } from '../../../seed/state/lib/edit.ts';
import { actionKinds, formatFeedbackRow, isAnswer } from '../../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { drain } from './drain.ts';
import { readBriefs } from './queue.ts';
import { loaderEdit, testNow } from './test-state.ts';

const skills = ['a', 'b', 'c'];
const maxOpen = 2;
let tree: TestTree | undefined;
afterEach(() => tree?.remove());

/** A time within two hours of the test's now, seldom years away from it; each second once. */
const times = fc.uniqueArray(
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -7200, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 10 ** 8, max: 10 ** 8 + 9 }) },
  ),
  { minLength: 1, maxLength: 14 },
);
const what = fc.constantFrom('needs --all', 'exit 3 is a lock', 'removed the old host', 'kept: it is so', 'wait 3 s');
const row = fc.oneof(
  fc.record({ slug: fc.constantFrom(...skills), what, outcome: fc.constant('LOGGED' as const) }),
  fc.record({
    slug: fc.constantFrom(...skills),
    what,
    outcome: fc.constantFrom('LOGGED' as const, 'FIXED' as const),
    actionKind: fc.constantFrom(...actionKinds),
  }),
);
const rows = times.chain((seconds) =>
  fc.tuple(
    ...seconds.map((at) =>
      row.map((one): FeedbackRow => ({ ...one, ts: new Date(testNow + at * 1000).toISOString() })),
    ),
  ),
);
const loaders = fc.constantFrom(
  '# x\n- Run it.\n',
  '# x\n- Run the whole test suite before each commit.\n- Before each commit run the whole test suite.\n',
  'x\n'.repeat(600),
);
const lost = [
  '- Wait 3 seconds after login.',
  '- Exit status 4 is a stale token.',
  '- Pass `--region eu` for staging.',
];

interface World {
  readonly feedback: readonly FeedbackRow[];
  readonly loaders: readonly string[];
  readonly collapsed: readonly boolean[];
  readonly noise: string;
}

const world: fc.Arbitrary<World> = fc.record({
  feedback: rows,
  loaders: fc.tuple(loaders, loaders, loaders),
  collapsed: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  noise: fc.constantFrom('', '{"torn', '[2026-11-21T', '\u0000\n', '[]\n'),
});

function lay({ feedback, loaders: texts, collapsed, noise }: World): TestTree {
  const files = skills.flatMap((name, at) => [
    [`state/skills/${name}/SKILL.md`, `---\nname: ${name}\n---\n`],
    [`state/skills/${name}/AGENTS.md`, texts[at] ?? ''],
  ]);
  const edits = skills.flatMap((name, at) =>
    collapsed[at] === true
      ? [
          formatEditRow(
            loaderEdit('2026-11-21T11:00:00.000Z', { removed: lost }, { skill: name, id: `${at}`.repeat(16) }),
          ),
        ]
      : [],
  );
  return makeTestTree({
    ...Object.fromEntries(files),
    'state/log/loader-feedback.log': [...feedback.map(formatFeedbackRow), noise].join('\n'),
    'state/log/edits.ndjson': [...edits, noise].join('\n'),
  });
}

async function drained(dir: string, now = testNow): Promise<readonly Brief[]> {
  return (await drain(realSystem(), dir, { now: new Date(now) })).briefs;
}

function queueOf(one: TestTree): Record<string, string> {
  return Object.fromEntries(Object.entries(one.files()).filter(([file]) => file.includes('regen-queue/')));
}

test('whatever the rows: twice is once, no more are open than may be, each with a reason that nobody has answered', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      tree?.remove();
      tree = lay(given);
      const briefs = await drained(tree.dir);
      const first = tree.files();
      await drained(tree.dir);
      expect(tree.files()).toEqual(first);
      for (const skill of skills) {
        const own = briefs.filter((brief) => brief.skill === skill);
        expect(own.length).toBeLessThanOrEqual(maxOpen);
        expect(readBriefs(tree.dir, skill).map(({ brief }) => brief)).toEqual(own);
        expect(fs.existsSync(path.join(tree.dir, `state/log/regen-queue/${skill}.ready`))).toBe(own.length > 0);
      }
      for (const { skill, kind, reasons } of briefs) {
        expect(reasons.length).toBeGreaterThan(0);
        for (const { since, fixed } of reasons) {
          const question = { skill, kind, since, ...(fixed === undefined ? {} : { fixed }) };
          expect(given.feedback.filter((one) => isAnswer(one, question, testNow))).toEqual([]);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('whatever the rows: one fix for each brief closes them all, an hour later', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      tree?.remove();
      tree = lay(given);
      let now = testNow;
      // Behind those that were open there may be others, which the limit has kept back.
      for (let round = 0; round < 3; round++) {
        const briefs = await drained(tree.dir, now);
        now += 3_600_000;
        const answers = briefs.map(({ skill, kind }) =>
          formatFeedbackRow({
            ts: new Date(now - 1000).toISOString(),
            slug: skill,
            what: 'done',
            outcome: 'FIXED',
            actionKind: kind,
          }),
        );
        fs.appendFileSync(path.join(tree.dir, 'state/log/loader-feedback.log'), `\n${answers.join('\n')}\n`);
      }
      expect(await drained(tree.dir, now)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test('whatever the rows: their order in the log makes no difference', async () => {
  const shuffled = world.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray([...given.feedback], { minLength: given.feedback.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ([given, feedback]) => {
      const [one, other] = [lay({ ...given, noise: '' }), lay({ ...given, feedback, noise: '' })];
      try {
        await drained(one.dir);
        await drained(other.dir);
        expect(queueOf(other)).toEqual(queueOf(one));
      } finally {
        one.remove();
        other.remove();
      }
    }),
    { numRuns: 40 },
  );
});
