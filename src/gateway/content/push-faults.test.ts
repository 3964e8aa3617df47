import { expect, test } from 'vitest';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import type { Fault } from '../adapters/test-faulty-store.ts';
import { StoreError } from '../ports.ts';
import type { Ledger } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import { newPushId, TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const before: Files = { 'state/skills/a/SKILL.md': 'first\n' };
const change: Files = { 'state/skills/b/SKILL.md': 'second\n' };

/** A push of which one call to the store fails. Says what it was answered, and whether there was such a call. */
async function pushWithFault(
  failing: number,
  fault: Fault,
): Promise<{ readonly client: TestClient; readonly status: number; readonly again: () => Promise<Response> }> {
  let armed = false;
  let calls = 0;
  const store = makeFaultyStore(makeMemoryStore(), (_, operation) => {
    // Lists are of what is swept after an answer: no push asks for one.
    if (!armed || operation === 'list') return undefined;
    calls += 1;
    return calls === failing ? fault : undefined;
  });
  const home = await makeTestHome({ store });
  const client = new TestClient(home, home.operatorKey);
  await client.push({ base: 0, changed: before });
  // Another process, which has nothing in memory of what was there.
  const other = new TestClient({ ...home, store: { ...store } }, home.operatorKey);
  const push = { base: 1, before, changed: change, pushId: newPushId() };
  armed = true;
  const { status } = await other.push(push);
  armed = false;
  return { client, status, again: () => other.push(push) };
}

// The manifest before is read, a pack and a manifest are put.
const callsOfPush = [1, 2, 3];

test.each(['before', 'after', 'truncated'] as const)(
  'a store that fails %s at any call of a push leaves the old revision, and the push works later',
  async (fault) => {
    for (const failing of callsOfPush) {
      const { client, status, again } = await pushWithFault(failing, fault);
      expect(status).toBe(503);
      expect((await client.pull()).contents['private']).toEqual(before);
      expect((await again()).status).toBe(200);
      expect((await client.pull()).contents['private']).toEqual({ ...before, ...change });
    }
    const { status } = await pushWithFault(callsOfPush.length + 1, fault);
    expect(status, 'there are no more calls that could fail').toBe(200);
  },
);

test('a ledger whose answer is lost has the push or has it not, and the same push again tells', async () => {
  for (const happens of [true, false]) {
    const home = await makeTestHome();
    let armed = false;
    const ledger: Ledger = {
      all: (statement) => home.ledger.all(statement),
      async batch(statements) {
        const isPush = armed && statements.some(({ sql }) => sql.includes('INTO pushes'));
        if (!isPush) return home.ledger.batch(statements);
        armed = false;
        if (happens) await home.ledger.batch(statements);
        throw new StoreError('the ledger is gone', { retryable: true });
      },
    };
    const client = new TestClient({ ...home, ledger }, home.operatorKey);
    await client.push({ base: 0, changed: before });
    armed = true;
    const push = { base: 1, before, changed: change, pushId: newPushId() };
    expect((await client.push(push)).status).toBe(503);
    const whole = await client.pull();
    expect(whole.contents['private']).toEqual(happens ? { ...before, ...change } : before);
    expect(await (await client.push(push)).json()).toMatchObject({ repeated: happens, head: { rev: 2 } });
    expect((await client.pull()).contents['private']).toEqual({ ...before, ...change });
    await home.idle();
  }
});

test('a batch that a ledger carries out twice, as its first answer was lost, is one push', async () => {
  const home = await makeTestHome();
  const ledger: Ledger = {
    all: (statement) => home.ledger.all(statement),
    async batch(statements) {
      if (statements.some(({ sql }) => sql.includes('INTO pushes'))) await home.ledger.batch(statements);
      return home.ledger.batch(statements);
    },
  };
  const client = new TestClient({ ...home, ledger }, home.operatorKey);
  expect(await (await client.push({ base: 0, changed: before })).json()).toMatchObject({ repeated: false });
  expect((await client.pull()).contents['private']).toEqual(before);
  const rows = await home.ledger.all({ sql: `SELECT count(*) AS n FROM audit WHERE action = 'push'`, values: [] });
  expect(rows).toEqual([{ n: 1 }]);
  await home.idle();
});

/** Holds each first until there is a second: both pushes have their manifests ready before either asks the ledger. */
function inPairs(): () => Promise<void> {
  let first: (() => void) | undefined;
  return () =>
    new Promise((resolve) => {
      if (first === undefined) {
        first = resolve;
        return;
      }
      first();
      first = undefined;
      resolve();
    });
}

test('of two pushes at once one comes through, a thousand times, and no file is lost', async () => {
  const objects = new Map<string, Uint8Array>();
  const meet = inPairs();
  const store = makeFaultyStore(makeMemoryStore(objects), (_, operation, key) =>
    operation === 'put' && key.includes('/manifests/') ? { waitFor: meet() } : undefined,
  );
  const home = await makeTestHome({ store, config: { limits: { tenantRequests: 1e6 } } });
  const clients = [new TestClient(home, home.operatorKey), new TestClient(home, home.operatorKey)] as const;
  const files: Record<string, string> = {};
  for (let round = 0; round < 1_000; round += 1) {
    const path = (n: number): string => `state/skills/s${round % 50}/${n}.md`;
    const answers = await Promise.all(
      clients.map((client, n) =>
        client.push({ base: round, before: files, changed: { [path(n)]: `${round} of ${n}\n` } }),
      ),
    );
    const won = answers.findIndex(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await answers[1 - won]?.json()).toMatchObject({ code: 'stale_base', rev: round + 1 });
    files[path(won)] = `${round} of ${won}\n`;
  }
  const { contents, document } = await clients[0].pull();
  expect(contents['private']).toEqual(files);
  expect(document.tiers[0]?.head.rev).toBe(1_000);
  // What the losers had put is gone again: a pack and a manifest a round, and the packs that compactions have made.
  expect(objects.size).toBeLessThan(2_100);
  await home.idle();
}, 60_000);

test('a push of 5,000 files makes few calls to the store and the ledger', async () => {
  const store = makeFaultyStore(makeMemoryStore(), () => undefined);
  const home = await makeTestHome({ store });
  let asked = 0;
  const ledger: Ledger = {
    all: (statement) => ((asked += 1), home.ledger.all(statement)),
    batch: (statements) => ((asked += 1), home.ledger.batch(statements)),
  };
  const client = new TestClient({ ...home, ledger }, home.operatorKey);
  const changed = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, n) => [`state/skills/s${n}/SKILL.md`, `${n} `.repeat(200)]),
  );
  expect((await client.push({ base: 0, changed, filesOfFrame: 250 })).status).toBe(200);
  await home.idle();
  expect(store.calls.length + asked).toBeLessThan(12);
});
