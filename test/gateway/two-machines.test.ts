import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { layout } from '../../src/core/paths.ts';
import { makeMemoryStore } from '../../src/gateway/adapters/memory-store.ts';
import { makeFaultyStore } from '../../src/gateway/adapters/test-faulty-store.ts';
import { pullRepo } from '../../src/sync/gateway/pull.ts';
import { applyPush } from '../../src/sync/gateway/push-apply.ts';
import { defaultRules } from '../../src/sync/wire/rules.ts';
import { filesBelow } from '../../src/sync/gateway/test-pull-world.ts';
import { requestFor } from '../push-calls.ts';
import { serveGateway } from '../served-gateway.ts';

const rounds = 1_000;
const machineCount = 2;
/** They take turns, so that no text becomes so long that its merges are what the time is spent on. */
const skills = 40;

/** Where pushes of one round wait for each other: with all that they bring in the store, and only the head left to be moved. */
let meeting: { come: number; readonly both: Promise<void>; open(): void } | undefined;

function makeMeeting(): NonNullable<typeof meeting> {
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { come: 0, both, open: () => open() };
}

const store = makeFaultyStore(makeMemoryStore(), (_call, operation, key) => {
  if (meeting === undefined || operation !== 'put' || !key.includes('/manifests/')) return undefined;
  meeting.come += 1;
  if (meeting.come === machineCount) meeting.open();
  return { waitFor: meeting.both };
});

const served = await serveGateway({ store, config: { limits: { tenantRequests: 1_000_000 } } });

const all = { scope: 'all' } as const;
const loaderOf = (round: number): string => `state/skills/s${round % skills}/AGENTS.md`;
const ownFileOf = (name: string, round: number): string => `sources/${name}/${Math.floor(round / 20)}/${round}.txt`;
const lineOf = (name: string, round: number): string => `- What ${name} has learned in round ${round}.\n`;
const rowOf = (name: string, round: number): string =>
  `[${new Date(Date.UTC(2026, 0, 1, 0, 0, round)).toISOString()}] s${round % skills}: ${name} in round ${round} [LOGGED]\n`;

/** All that one machine does in a round before it pushes. */
function work(tree: string, name: string, round: number): void {
  fs.appendFileSync(path.join(tree, layout.feedback), rowOf(name, round));
  fs.appendFileSync(path.join(tree, loaderOf(round)), lineOf(name, round));
  const own = path.join(tree, ownFileOf(name, round));
  fs.mkdirSync(path.dirname(own), { recursive: true });
  fs.writeFileSync(own, `${name} ${round}\n`);
}

/** What travels: the log of what was synced as well, though it differs by the row of the last pull. */
function contentOf(tree: string): Record<string, string> {
  const { ['.env.cache']: _, ...files } = filesBelow(tree);
  return { ...files, [layout.feedback]: fs.readFileSync(path.join(tree, layout.feedback), 'utf8') };
}

test(`two machines of a tenant that push at once ${rounds} times lose no line and no file, and end with the same`, async () => {
  const one = await served.join();
  const machines = [
    { name: 'one', tree: one },
    { name: 'two', tree: await served.join({ of: one }) },
  ];
  for (let skill = 0; skill < skills; skill += 1) {
    fs.mkdirSync(path.join(one, `state/skills/s${skill}`));
    fs.writeFileSync(path.join(one, loaderOf(skill)), `# s${skill}\n\n`);
  }
  fs.writeFileSync(path.join(one, layout.feedback), '');
  // Three rows a round, which would be what most of the time is spent on.
  const rules = { ...defaultRules, deny: [...defaultRules.deny, layout.syncEvents] };
  fs.mkdirSync(path.join(one, 'state/config'));
  fs.writeFileSync(path.join(one, 'state/config/sync-rules.json'), JSON.stringify(rules));
  let landed = (await applyPush(requestFor(one, all))).sent.length;
  await pullRepo(requestFor(machines[1]?.tree ?? '', all));

  let merged = 0;
  for (let round = 0; round < rounds; round += 1) {
    served.home.clock.now = new Date();
    meeting = undefined;
    for (const { tree } of machines) await pullRepo(requestFor(tree, all));
    for (const { tree, name } of machines) work(tree, name, round);
    meeting = makeMeeting();
    const reports = await Promise.all(machines.map(({ tree }) => applyPush(requestFor(tree, all))));
    for (const report of reports) {
      landed += report.sent.length;
      merged += report.merged;
    }
  }
  meeting = undefined;
  // Of two on the same revision one is late, and merges.
  expect(merged).toBe(rounds);

  for (const { tree } of [...machines, ...machines]) await pullRepo(requestFor(tree, all));
  const fresh = await served.join({ of: one });
  await pullRepo(requestFor(fresh, all));
  const [first, ...others] = [...machines.map(({ tree }) => tree), fresh].map(contentOf);
  if (first === undefined) throw new Error('there is no machine');
  for (const other of others) expect(other).toEqual(first);

  const log = new Set(first[layout.feedback]?.split('\n'));
  const missing = machines.flatMap(({ name }) =>
    Array.from({ length: rounds }, (_, round) => {
      const hasRow = log.has(rowOf(name, round).trimEnd());
      const hasLine = first[loaderOf(round)]?.includes(lineOf(name, round)) === true;
      const hasFile = first[ownFileOf(name, round)] === `${name} ${round}\n`;
      return hasRow && hasLine && hasFile ? [] : [{ name, round, hasRow, hasLine, hasFile }];
    }).flat(),
  );
  expect(missing).toEqual([]);
  expect(log.size - 1).toBe(2 * rounds);

  const rows = await served.home.ledger.all({
    sql: `SELECT rev FROM pushes WHERE tier LIKE 'private:%' ORDER BY rev`,
    values: [],
  });
  expect(rows.map(({ rev }) => rev)).toEqual(Array.from({ length: landed }, (_, at) => at + 1));
});
