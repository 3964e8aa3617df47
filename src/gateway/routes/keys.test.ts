import { beforeEach, describe, expect, test } from 'vitest';
import type { KeyRow, TenantRow } from '../../sync/wire/messages.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import type { Answer, TestGateway } from '../access/test-client.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

const laptop = testKey(1);
const lost = testKey(2);
let gateway: TestGateway;
let ann: TenantRow;
beforeEach(async () => {
  gateway = makeTestGateway(await makeTestHome());
  ann = await gateway.join(laptop);
  const code = await gateway.mint({ same_tenant: true, label: 'phone' }, laptop);
  await redeem(code, lost);
});

function redeem(code: string, key: string): Promise<Answer> {
  return gateway.ask('POST /invite/redeem', { body: { code, key } });
}

const idOf = (key: string): string => gateway.home.platform.sha256(new TextEncoder().encode(key)).slice(0, 12);
const statusOf = async (key: string): Promise<number> => (await gateway.ask('GET /tenants/me', { key })).status;
const revoke = (key: string, id: string): Promise<Answer> => gateway.ask(`DELETE /tenants/me/keys/${id}`, { key });
const keysOf = (answer: Answer): KeyRow[] => (answer.json() as { keys: KeyRow[] }).keys;

describe('the keys of a tenant', () => {
  test('are listed for its machines, with which of them asks', async () => {
    const created = '2026-11-01T12:00:00.000Z';
    expect(keysOf(await gateway.ask('GET /tenants/me/keys', { key: lost }))).toEqual([
      { key: idOf(laptop), label: 'Ann', created, current: false },
      { key: idOf(lost), label: 'phone', created, current: true },
    ]);
    expect(keysOf(await gateway.ask('GET /tenants/me/keys', { key: operatorKey }))).toHaveLength(1);
  });

  test('are ended one by one: that of a lost machine at once, and the tenant goes on', async () => {
    const open = await gateway.mint({ same_tenant: true }, lost);
    expect(keysOf(await revoke(laptop, idOf(lost))).map(({ key }) => key)).toEqual([idOf(laptop)]);
    expect([await statusOf(laptop), await statusOf(lost)]).toEqual([200, 401]);
    // Who has the machine may have made an invite of it before.
    expect((await redeem(open, testKey(3))).status).toBe(410);
    expect((await gateway.ask('GET /tenants/me', { key: laptop })).json()).toMatchObject({ keys: 1, revoked: false });
    expect(await gateway.audit()).toContain(`tenant.revoke-key ${ann.tenant} done`);
    const before = await gateway.audit();
    expect((await revoke(laptop, idOf(lost))).status).toBe(200);
    expect(await gateway.audit()).toEqual(before);
  });

  test('are ended neither by the machine that has them, nor by another tenant', async () => {
    expect((await revoke(laptop, idOf(laptop))).status).toBe(403);
    const bob = await gateway.join(testKey(4));
    expect((await revoke(testKey(4), idOf(lost))).status).toBe(404);
    expect((await revoke(operatorKey, bob.tenant)).status).toBe(404);
    expect(await Promise.all([laptop, lost, testKey(4)].map(statusOf))).toEqual([200, 200, 200]);
  });
});

describe('an invite of the operator for a tenant that there is', () => {
  test('gives its person a key again, where every machine was lost', async () => {
    const code = await gateway.mint({ same_tenant: true, tenant: ann.tenant, label: 'new laptop' });
    expect((await redeem(code, testKey(5))).json()).toMatchObject({ tenant: ann.tenant });
    for (const key of [laptop, lost]) expect((await revoke(testKey(5), idOf(key))).status).toBe(200);
    expect(await Promise.all([laptop, lost, testKey(5)].map(statusOf))).toEqual([401, 401, 200]);
    const [row] = await gateway.home.ledger.all({
      sql: "SELECT detail FROM audit WHERE action = 'invite.mint' ORDER BY id DESC",
      values: [],
    });
    expect(row?.['detail']).toContain(`"of":"${ann.tenant}"`);
  });

  test('is for the operator alone, and for a tenant that is there and was not revoked', async () => {
    const mint = (key: string, tenant: string, more: object = {}): Promise<Answer> => {
      const wish = { label: 'x', subscriber: false, teams: [], expires_in: 60, uses: 1, same_tenant: true };
      return gateway.ask('POST /invite/mint', { key, body: { ...wish, tenant, ...more } });
    };
    expect((await mint(laptop, ann.tenant)).status).toBe(403);
    expect((await mint(laptop, '000000000000')).text).toBe((await mint(laptop, ann.tenant)).text);
    expect((await mint(operatorKey, ann.tenant, { same_tenant: false })).status).toBe(400);
    expect((await mint(operatorKey, '000000000000')).status).toBe(404);
    const open = ((await mint(operatorKey, ann.tenant)).json() as { code: string }).code;
    await gateway.ask(`POST /tenants/${ann.tenant}/revoke`, { key: operatorKey, body: {} });
    expect((await mint(operatorKey, ann.tenant)).json()).toMatchObject({ code: 'revoked' });
    expect((await redeem(open, testKey(6))).status).toBe(410);
  });
});
