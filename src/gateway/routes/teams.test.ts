import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantRow } from '../../sync/wire/messages.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import type { Answer, TestGateway } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

let gateway: TestGateway;
let ann: TenantRow;
let bob: TenantRow;
beforeEach(async () => {
  gateway = makeTestGateway(await makeTestHome());
  ann = await gateway.join(testKey(1));
  bob = await gateway.join(testKey(2));
});

const key = operatorKey;
const create = (slug: string): Promise<Answer> => gateway.ask('POST /teams', { key, body: { slug } });
const put = (slug: string, tenant: string, write: boolean): Promise<Answer> =>
  gateway.ask(`PUT /teams/${slug}/members/${tenant}`, { key, body: { write } });
const teamsOf = async (given: string): Promise<unknown> =>
  (await gateway.ask('GET /teams', { key: given })).json()['teams'];

describe('teams', () => {
  test('are made by the operator, once', async () => {
    expect((await create('acme')).json()).toEqual({ slug: 'acme', members: [] });
    expect((await create('acme')).json()).toMatchObject({ status: 409, code: 'taken' });
    for (const slug of ['Acme', 'a--b', '-a', 'a/b', '', 'a'.repeat(41)]) expect((await create(slug)).status).toBe(400);
    expect((await gateway.ask('POST /teams', { key: testKey(1), body: { slug: 'mine' } })).status).toBe(403);
    expect((await gateway.audit()).filter((row) => row.startsWith('team.'))).toEqual(['team.create acme done']);
  });

  test('that are made over again from their older form have its files for their members', async () => {
    const text = new TextEncoder().encode('# Sums\n');
    await gateway.home.store.put('snappy-os-clients/acme/state/skills/sums/SKILL.md', text);
    await create('acme');
    await put('acme', ann.tenant, true);
    const filesFor = async (given: string): Promise<unknown> =>
      (await gateway.ask('GET /_pull?repo=os&since=0', { key: given })).text;
    expect(await filesFor(testKey(1))).toContain('# Sums');
    expect(await filesFor(testKey(2))).not.toContain('# Sums');
    const head = await gateway.home.ledger.all({ sql: 'SELECT tier, rev, files FROM heads', values: [] });
    expect(head).toEqual([{ tier: 'team:acme', rev: 1, files: 1 }]);
  });

  test('are not made while the storage does not answer, and then are', async () => {
    let fails = true;
    const store = makeFaultyStore(makeMemoryStore(), (_, _operation, place) =>
      fails && place.startsWith('snappy-os-clients/') ? 'before' : undefined,
    );
    gateway = makeTestGateway(await makeTestHome({ store }));
    expect((await create('acme')).status).toBe(503);
    expect(await teamsOf(key)).toEqual([]);
    fails = false;
    expect((await create('acme')).status).toBe(200);
  });

  test('take members in as writers or readers, and let them go', async () => {
    await create('acme');
    expect((await put('acme', ann.tenant, false)).json()).toMatchObject({
      members: [{ tenant: ann.tenant, write: false }],
    });
    expect((await put('acme', ann.tenant, true)).json()).toMatchObject({
      members: [{ tenant: ann.tenant, write: true }],
    });
    const me = (await gateway.ask('GET /tenants/me', { key: testKey(1) })).json() as TenantRow;
    expect(me.grants.teams).toEqual([{ slug: 'acme', write: true }]);
    const remove = (): Promise<Answer> => gateway.ask(`DELETE /teams/acme/members/${ann.tenant}`, { key });
    expect((await remove()).json()).toEqual({ slug: 'acme', members: [] });
    expect((await remove()).status).toBe(200);
    expect((await gateway.audit()).filter((row) => row.startsWith('team.'))).toEqual([
      'team.create acme done',
      'team.add acme done',
      'team.add acme done',
      'team.remove acme done',
    ]);
    const copy = await gateway.home.store.get(`snappy-os-meta/tenants/${ann.tenant}.json`);
    expect(JSON.parse(new TextDecoder().decode(copy))).toMatchObject({ teams: [] });
  });

  test('show themselves to their members and the operator', async () => {
    await create('acme');
    await create('beta');
    await put('acme', ann.tenant, true);
    await put('acme', bob.tenant, false);
    const acme = {
      slug: 'acme',
      members: [
        { tenant: ann.tenant, write: true },
        { tenant: bob.tenant, write: false },
      ].toSorted((a, b) => (a.tenant < b.tenant ? -1 : 1)),
    };
    expect(await teamsOf(testKey(1))).toEqual([acme]);
    expect(await teamsOf(operatorKey)).toEqual([acme, { slug: 'beta', members: [] }]);
    await gateway.join(testKey(3));
    expect(await teamsOf(testKey(3))).toEqual([]);
  });

  test('and tenants that there are not are told apart for the operator', async () => {
    await create('acme');
    expect((await put('beta', ann.tenant, true)).text).toContain('no such team');
    expect((await put('acme', '000000000000', true)).text).toContain('no such tenant');
    await gateway.ask(`POST /tenants/${ann.tenant}/revoke`, { key, body: {} });
    expect((await put('acme', ann.tenant, true)).json()).toMatchObject({ code: 'revoked' });
    expect((await gateway.ask(`DELETE /teams/beta/members/${ann.tenant}`, { key })).status).toBe(404);
  });

  test('a tenant may be in a hundred of them', async () => {
    const { ledger } = gateway.home;
    const numbers = JSON.stringify(Array.from({ length: 101 }, (_, n) => n));
    await ledger.batch([
      { sql: "INSERT INTO teams SELECT 't' || value, '' FROM json_each(?)", values: [numbers] },
      {
        sql: "INSERT INTO members SELECT 't' || value, ?, 1 FROM json_each(?) WHERE value < 100",
        values: [ann.tenant, numbers],
      },
    ]);
    expect((await put('t100', ann.tenant, true)).status).toBe(400);
    expect((await put('t99', ann.tenant, false)).status).toBe(200);
    expect((await put('t100', bob.tenant, true)).status).toBe(200);
  });
});
