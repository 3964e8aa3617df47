import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantRow } from '../../sync/wire/messages.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import type { Answer, TestGateway } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { StoreError } from '../ports.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

let gateway: TestGateway;
let ann: TenantRow;
beforeEach(async () => {
  gateway = makeTestGateway(await makeTestHome());
  ann = await gateway.join(testKey(1));
});

const key = operatorKey;
const rotate = (from: string, to: string): Promise<Answer> =>
  gateway.ask('POST /tenants/me/rotate', { key: from, body: { key: to } });
const statusOf = async (given: string): Promise<number> =>
  (await gateway.ask('GET /tenants/me', { key: given })).status;

async function copyOf(tenant: string): Promise<unknown> {
  await gateway.home.idle();
  const bytes = await gateway.home.store.get(`snappy-os-meta/tenants/${tenant}.json`);
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}

describe('tenants', () => {
  test('are listed for the operator alone', async () => {
    const { tenants } = (await gateway.ask('GET /tenants', { key })).json() as { tenants: TenantRow[] };
    expect(tenants.map(({ label, role }) => [label, role])).toEqual([
      ['Operator', 'operator'],
      ['Ann', 'member'],
    ]);
    expect((await gateway.ask('GET /tenants', { key: testKey(1) })).status).toBe(403);
  });

  test('a member learns nothing of others from the routes of the operator', async () => {
    const other = await gateway.join(testKey(2));
    for (const verb of ['grant', 'revoke']) {
      const answers = [];
      for (const tenant of [other.tenant, '000000000000', 'not an id']) {
        const { status, text } = await gateway.ask(`POST /tenants/${encodeURIComponent(tenant)}/${verb}`, {
          key: testKey(1),
          body: {},
        });
        answers.push({ status, text });
      }
      expect(answers[0]?.status).toBe(403);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    }
  });

  test('are granted what subscribers read, and it is taken back', async () => {
    const grant = await gateway.ask(`POST /tenants/${ann.tenant}/grant`, {
      key,
      body: { subscriber: true, label: 'Ann B.' },
    });
    expect(grant.json()).toMatchObject({ tenant: ann.tenant, label: 'Ann B.', grants: { subscriber: true } });
    expect(await copyOf(ann.tenant)).toMatchObject({ tenant: ann.tenant, subscriber: true, teams: [] });
    await gateway.ask('POST /teams', { key, body: { slug: 'acme' } });
    await gateway.ask(`PUT /teams/acme/members/${ann.tenant}`, { key, body: { write: true } });
    const revoke = await gateway.ask(`POST /tenants/${ann.tenant}/revoke`, { key, body: { grant_only: true } });
    expect(revoke.json()).toMatchObject({ revoked: false, keys: 1, grants: { subscriber: false, teams: [] } });
    expect(await copyOf(ann.tenant)).toMatchObject({ subscriber: false, teams: [] });
    expect(await statusOf(testKey(1))).toBe(200);
    expect((await gateway.audit()).slice(-5)).toEqual([
      `invite.redeem ${ann.tenant} done`,
      `tenant.grant ${ann.tenant} done`,
      'team.create acme done',
      'team.add acme done',
      `tenant.revoke-grants ${ann.tenant} done`,
    ]);
  });

  test('that are revoked keep their row, and nothing of theirs works', async () => {
    const code = await gateway.mint({ same_tenant: true }, testKey(1));
    await gateway.ask('POST /invite/redeem', { body: { code, key: testKey(2) } });
    const open = await gateway.mint({ same_tenant: true }, testKey(1));
    const answer = await gateway.ask(`POST /tenants/${ann.tenant}/revoke`, { key, body: {} });
    expect(answer.json()).toMatchObject({ revoked: true, role: 'none', keys: 0 });
    expect(await Promise.all([testKey(1), testKey(2)].map(statusOf))).toEqual([401, 401]);
    expect((await gateway.ask('POST /invite/redeem', { body: { code: open, key: testKey(3) } })).status).toBe(410);
    for (const verb of ['grant', 'revoke']) {
      const again = await gateway.ask(`POST /tenants/${ann.tenant}/${verb}`, {
        key,
        body: verb === 'grant' ? { subscriber: true } : {},
      });
      expect([again.status, again.json()['code']]).toEqual([409, 'revoked']);
    }
  });

  test('that there are not are not found, and the operator does not end itself', async () => {
    expect((await gateway.ask('POST /tenants/000000000000/revoke', { key, body: {} })).status).toBe(404);
    const me = (await gateway.ask('GET /tenants/me', { key })).json() as TenantRow;
    expect((await gateway.ask(`POST /tenants/${me.tenant}/revoke`, { key, body: {} })).status).toBe(403);
    expect((await gateway.ask(`POST /tenants/${ann.tenant}/grant`, { key, body: {} })).status).toBe(400);
  });

  test('a change goes through while the storage does not, and the copy follows with the next one', async () => {
    const store = makeMemoryStore();
    let works = false;
    const put: typeof store.put = async (...given) => {
      if (!works) throw new StoreError('it is away', { retryable: true });
      return store.put(...given);
    };
    gateway = makeTestGateway(await makeTestHome({ store: { ...store, put } }));
    ann = await gateway.join(testKey(1), { subscriber: true });
    expect(await copyOf(ann.tenant)).toBeUndefined();
    works = true;
    const bob = await gateway.join(testKey(2));
    expect(await copyOf(bob.tenant)).toMatchObject({ subscriber: false });
    expect(await copyOf(ann.tenant)).toMatchObject({ subscriber: true });
  });
});

describe('a new key in the place of the old one', () => {
  test('is of the same tenant, and the old one stops to work', async () => {
    const answer = await rotate(testKey(1), testKey(2));
    expect(answer.json()).toMatchObject({ tenant: ann.tenant, keys: 1 });
    expect(await Promise.all([testKey(1), testKey(2)].map(statusOf))).toEqual([401, 200]);
    expect((await gateway.audit()).slice(-2)).toContain(`tenant.rotate ${ann.tenant} done`);
  });

  test('leaves the keys of other machines as they are', async () => {
    const code = await gateway.mint({ same_tenant: true }, testKey(1));
    await gateway.ask('POST /invite/redeem', { body: { code, key: testKey(2) } });
    await rotate(testKey(1), testKey(3));
    expect(await Promise.all([testKey(1), testKey(2), testKey(3)].map(statusOf))).toEqual([401, 200, 200]);
  });

  test('can be asked for again with the new key, when the answer was lost', async () => {
    await rotate(testKey(1), testKey(2));
    expect((await rotate(testKey(1), testKey(2))).status).toBe(401);
    expect((await rotate(testKey(2), testKey(2))).json()).toMatchObject({ tenant: ann.tenant, keys: 1 });
  });

  test('is not undone by the invite that the old one came by, used up or expired', async () => {
    const code = await gateway.mint({ same_tenant: true }, testKey(1));
    const redeem = (given: string): Promise<Answer> =>
      gateway.ask('POST /invite/redeem', { body: { code, key: given } });
    await redeem(testKey(2));
    await rotate(testKey(2), testKey(3));
    expect((await redeem(testKey(2))).json()).toMatchObject({ code: 'spent' });
    const first = await gateway.mint();
    await gateway.ask('POST /invite/redeem', { body: { code: first, key: testKey(4) } });
    await rotate(testKey(4), testKey(5));
    gateway.home.clock.now = new Date('2026-11-02T12:00:00.000Z');
    const again = await gateway.ask('POST /invite/redeem', { body: { code: first, key: testKey(4) } });
    expect(again.json()).toMatchObject({ code: 'spent' });
    expect(await Promise.all([2, 3, 4, 5].map((n) => statusOf(testKey(n))))).toEqual([401, 200, 401, 200]);
  });

  test('cannot be one that was replaced before', async () => {
    await rotate(testKey(1), testKey(2));
    expect((await rotate(testKey(2), testKey(1))).json()).toMatchObject({ code: 'taken' });
    expect(await statusOf(testKey(2))).toBe(200);
  });

  test('cannot be that of another machine, whose key stays as it is', async () => {
    const code = await gateway.mint({ same_tenant: true }, testKey(1));
    await gateway.ask('POST /invite/redeem', { body: { code, key: testKey(2) } });
    expect((await rotate(testKey(1), testKey(2))).json()).toMatchObject({ code: 'taken' });
    expect(await Promise.all([testKey(1), testKey(2)].map(statusOf))).toEqual([200, 200]);
  });

  test('of two at once is one', async () => {
    for (let n = 0; n < 50; n++) {
      const before = testKey(100 + n);
      await gateway.join(before);
      const answers = await Promise.all([rotate(before, testKey(200 + n)), rotate(before, testKey(300 + n))]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    }
  });

  test('must be strong, and no one else may have its id', async () => {
    await gateway.join(testKey(2));
    expect((await rotate(testKey(1), 'aaaaaaaaaaaaaaaaaaaaaaaa')).status).toBe(400);
    expect((await rotate(testKey(1), testKey(2))).json()).toMatchObject({ code: 'taken' });
    const keyId = gateway.home.platform.sha256(new TextEncoder().encode(testKey(3))).slice(0, 12);
    const collide = 'UPDATE keys SET key_id = ? WHERE tenant <> ? AND label = ?';
    await gateway.home.ledger.batch([{ sql: collide, values: [keyId, ann.tenant, 'Ann'] }]);
    expect((await rotate(testKey(1), testKey(3))).json()).toMatchObject({ code: 'taken' });
    expect(await statusOf(testKey(1))).toBe(200);
  });
});
