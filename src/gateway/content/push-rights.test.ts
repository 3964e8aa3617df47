import { beforeEach, expect, test } from 'vitest';
import type { Tier } from '../../sync/wire/names.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import type { TestGateway } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { makePush, TestClient } from './test-client.ts';

const key = testKey(1);
const objects = new Map<string, Uint8Array>();
let home: TestHome;
let gateway: TestGateway;
let tenant: string;

beforeEach(async () => {
  objects.clear();
  home = await makeTestHome({ store: makeMemoryStore(objects) });
  gateway = makeTestGateway(home);
  await gateway.ask('POST /teams', { key: home.operatorKey, body: { slug: 'acme' } });
  ({ tenant } = await gateway.join(key, { teams: [{ slug: 'acme', write: true }] }));
  return () => home.idle();
});

/** Pushes, and does `meanwhile` when half of the body has come. */
async function pushWhile(tier: Tier, base: number, meanwhile: () => Promise<unknown>): Promise<Response> {
  const path = (rev: number): string => `state/${rev}.md`;
  const before = base === 0 ? {} : { [path(0)]: 'a' };
  const { body, query } = makePush({ tier, base, before, changed: { [path(base)]: 'a' } });
  const half = body.length >> 1;
  const steps = [
    async () => body.slice(0, half),
    async () => {
      await meanwhile();
      return body.slice(half);
    },
  ];
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await steps.shift()?.();
        if (next === undefined) controller.close();
        else controller.enqueue(next);
      },
    },
    { highWaterMark: 0 },
  );
  return new TestClient(home, key).send(`/_push?${query}`, stream);
}

const revoke = ['POST /tenants/:tenant/revoke', {}] as const;
test.each([
  ['is revoked', 'private', 0, ...revoke],
  ['is revoked', 'private', 1, ...revoke],
  ['is revoked', 'team:acme', 1, ...revoke],
  ['leaves the team', 'team:acme', 0, 'DELETE /teams/acme/members/:tenant', undefined],
  ['leaves the team', 'team:acme', 1, 'DELETE /teams/acme/members/:tenant', undefined],
  ['may only read it from then on', 'team:acme', 1, 'PUT /teams/acme/members/:tenant', { write: false }],
] as const)(
  'who %s while a push to %s on revision %d comes has changed nothing',
  async (_, tier, base, route, body) => {
    if (base === 1) await pushWhile(tier, 0, async () => undefined);
    const count = objects.size;
    let done: number | undefined;
    const answer = await pushWhile(tier, base, async () => {
      ({ status: done } = await gateway.ask(route.replace(':tenant', tenant), { key: home.operatorKey, body }));
    });
    expect(done).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 404, code: 'not_found' });
    expect(objects.size).toBe(count);
  },
);

test('a push is taken when nothing happens meanwhile', async () => {
  for (const tier of ['private', 'team:acme'] as const) {
    expect((await pushWhile(tier, 0, async () => undefined)).status).toBe(200);
  }
});
