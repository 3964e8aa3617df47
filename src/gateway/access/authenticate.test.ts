import { beforeEach, describe, expect, test } from 'vitest';
import { makeTestHome, operatorKey } from '../test-home.ts';
import { sameHash } from './secret-hash.ts';
import { makeTestGateway, testKey } from './test-client.ts';
import type { TestGateway } from './test-client.ts';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = makeTestGateway(await makeTestHome());
});

const me = 'GET /tenants/me';

describe('a key', () => {
  test('of the operator is enrolled when it is first used', async () => {
    const first = await gateway.ask(me, { key: operatorKey });
    expect(first.json()).toMatchObject({ label: 'Operator', role: 'operator', keys: 1, revoked: false });
    await gateway.ask(me, { key: operatorKey });
    expect(await gateway.audit()).toEqual([expect.stringMatching(/^operator.enrol [0-9a-f]{12} done$/)]);
  });

  test('of the operator is enrolled once by a hundred requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.ask(me, { key: operatorKey })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await gateway.audit()).toHaveLength(1);
  });

  test('of the operator that was replaced is not enrolled again', async () => {
    const newKey = testKey(1);
    expect((await gateway.ask('POST /tenants/me/rotate', { key: operatorKey, body: { key: newKey } })).status).toBe(
      200,
    );
    expect((await gateway.ask(me, { key: operatorKey })).status).toBe(401);
    expect((await gateway.ask(me, { key: newKey })).json()).toMatchObject({ role: 'operator', keys: 1 });
  });

  test('of an operator whom another one has revoked is not enrolled again', async () => {
    await gateway.ask(me, { key: operatorKey });
    const { ledger, platform } = gateway.home;
    const operatorKeyHash = platform.sha256(new TextEncoder().encode(testKey(1)));
    const next = makeTestGateway(await makeTestHome({ ledger, config: { operatorKeyHash } }));
    const { tenant } = (await gateway.ask(me, { key: operatorKey })).json();
    const answer = await next.ask(`POST /tenants/${String(tenant)}/revoke`, { key: testKey(1), body: {} });
    expect(answer.json()).toMatchObject({ revoked: true });
    expect((await gateway.ask(me, { key: operatorKey })).status).toBe(401);
    expect((await next.ask(me, { key: testKey(1) })).json()).toMatchObject({ role: 'operator' });
  });

  test('does not make an operator whose id another tenant has', async () => {
    const { tenant } = await gateway.join(testKey(1));
    const collided = await makeTestHome({
      config: { operatorKeyHash: gateway.home.platform.sha256(new TextEncoder().encode(testKey(2))) },
      ledger: gateway.home.ledger,
    });
    const id = gateway.home.platform.sha256(new TextEncoder().encode(testKey(2))).slice(0, 12);
    await rename(tenant, id);
    expect((await makeTestGateway(collided).ask(me, { key: testKey(2) })).status).toBe(401);
    expect((await makeTestGateway(collided).ask(me, { key: testKey(1) })).json()).toMatchObject({ role: 'member' });
  });

  test('that collides with the id of a tenant is as unknown as every other', async () => {
    await gateway.join(testKey(1));
    const unknown = await gateway.ask(me, { key: testKey(9) });
    const keyId = gateway.home.platform.sha256(new TextEncoder().encode(testKey(2))).slice(0, 12);
    await gateway.home.ledger.batch([{ sql: 'UPDATE keys SET key_id = ? WHERE label = ?', values: [keyId, 'Ann'] }]);
    const colliding = await gateway.ask(me, { key: testKey(2) });
    expect(colliding.status).toBe(401);
    expect(colliding.text).toBe(unknown.text);
    expect([...colliding.headers]).toEqual([...unknown.headers]);
  });

  test('is found among others of its id', async () => {
    const one = await gateway.join(testKey(1));
    const two = await gateway.join(testKey(2));
    await gateway.home.ledger.batch([{ sql: "UPDATE keys SET key_id = 'same' WHERE label = 'Ann'", values: [] }]);
    const keyId = gateway.home.platform.sha256(new TextEncoder().encode(testKey(2))).slice(0, 12);
    await gateway.home.ledger.batch([{ sql: "UPDATE keys SET key_id = ? WHERE key_id = 'same'", values: [keyId] }]);
    expect((await gateway.ask(me, { key: testKey(2) })).json()).toMatchObject({ tenant: two.tenant });
    expect(one.tenant).not.toBe(two.tenant);
  });

  test('that was revoked is refused from then on, in the same words as an unknown one', async () => {
    const { tenant } = await gateway.join(testKey(1));
    const unknown = await gateway.ask(me, { key: testKey(9) });
    expect((await gateway.ask(me, { key: testKey(1) })).status).toBe(200);
    await gateway.ask(`POST /tenants/${tenant}/revoke`, { key: operatorKey, body: {} });
    const revoked = await gateway.ask(me, { key: testKey(1) });
    expect([revoked.status, revoked.text]).toEqual([401, unknown.text]);
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `bearer  ${testKey(3)}`,
    `Bearer ${'a'.repeat(2_000)}`,
    'Bearer \u00e9\u00e9\u00e9',
  ])('in the form %j is refused', async (authorization) => {
    const request = new Request('https://gateway.test/tenants/me', { headers: { authorization } });
    const response = await gateway.app.fetch(request);
    expect(response.status).toBe(401);
  });

  test('that is wrong is refused on public routes too', async () => {
    expect((await gateway.ask('GET /_status', { key: testKey(1) })).status).toBe(401);
    expect((await gateway.ask('GET /_status')).status).toBe(200);
  });

  test('or what comes of it by sha256 is nowhere in the ledger', async () => {
    await gateway.join(testKey(1));
    const sha256 = gateway.home.platform.sha256(new TextEncoder().encode(testKey(1)));
    const tables = ['tenants', 'keys', 'invites', 'redemptions', 'audit', 'counters'];
    for (const table of tables) {
      const rows = JSON.stringify(await gateway.home.ledger.all({ sql: `SELECT * FROM ${table}`, values: [] }));
      expect(rows).not.toContain(testKey(1));
      expect(rows).not.toContain(sha256);
    }
  });
});

test('hashes are the same only when all of them is', () => {
  expect(sameHash('abc', 'abc')).toBe(true);
  for (const other of ['abd', 'xbc', 'ab', 'abcd', '']) expect(sameHash('abc', other)).toBe(false);
});

/** Gives a tenant another id, as a collision would. */
async function rename(from: string, to: string): Promise<void> {
  await gateway.home.ledger.batch([
    { sql: 'PRAGMA defer_foreign_keys = ON', values: [] },
    { sql: 'UPDATE tenants SET id = ? WHERE id = ?', values: [to, from] },
    { sql: 'UPDATE keys SET tenant = ? WHERE tenant = ?', values: [to, from] },
  ]);
}
