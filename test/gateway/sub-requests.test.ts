import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWatchedWorker } from './homes.ts';
import { World } from './world.ts';

/** The free plan of Workers ends a request that sends more than 50 of its own; what goes to D1 counts too. */
const atMost = 50;
/** Of a push to the ledger, counted in `src/gateway/content/push.test.ts`. */
const toLedger = 10;

let home: Awaited<ReturnType<typeof startWatchedWorker>>;
beforeAll(async () => {
  home = await startWatchedWorker();
});
afterAll(() => home.stop());

test('a push of 5,000 files to the Worker, and the pull of it, stay far below what a request may send', async () => {
  const { client } = await new World(home).join();
  const changed = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, at) => [`state/skills/s${at}/SKILL.md`, `skill ${at}\n`.repeat(400)]),
  );
  const before = home.sent();
  expect((await client.push({ base: 0, changed, filesOfFrame: 220 })).status).toBe(200);
  const ofPush = home.sent() - before;
  expect(ofPush).toBeGreaterThan(0);
  expect(ofPush + toLedger).toBeLessThan(atMost);

  const { document } = await client.pull();
  expect(document.tiers[0]?.files).toHaveLength(5_000);
  expect(home.sent() - before - ofPush + toLedger).toBeLessThan(atMost);
});
