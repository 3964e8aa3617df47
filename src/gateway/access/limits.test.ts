import { describe, expect, test } from 'vitest';
import type { Problem } from '../../sync/wire/messages.ts';
import { createApp } from '../app.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';
import { addressName } from './address.ts';
import { countStatement, makeRequestLimiter } from './limits.ts';
import type { AccessLimits } from './limit-table.ts';
import { gatewayUrl, makeTestGateway, testKey } from './test-client.ts';
import type { Answer, TestGateway } from './test-client.ts';

async function gatewayWith(limits: Partial<AccessLimits>): Promise<TestGateway> {
  return makeTestGateway(await makeTestHome({ config: { limits } }));
}

const me = 'GET /tenants/me';
const key = operatorKey;

describe('limits', () => {
  test('requests of a tenant, from all its addresses together', async () => {
    const gateway = await gatewayWith({ tenantRequests: 3 });
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      expect((await gateway.ask(me, { key, address })).status).toBe(200);
    }
    const refused = await gateway.ask(me, { key, address: '192.0.2.4' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.json()).toMatchObject({ code: 'too_many', retry_after: 60 });
    gateway.home.clock.now = new Date('2026-11-01T12:01:00.000Z');
    expect((await gateway.ask(me, { key })).status).toBe(200);
  });

  test('requests of an address, with a key or without', async () => {
    const gateway = await gatewayWith({ addressRequests: 2 });
    expect((await gateway.ask('GET /_status')).status).toBe(200);
    expect((await gateway.ask(me, { key })).status).toBe(200);
    expect((await gateway.ask(me, { key })).status).toBe(429);
    expect((await gateway.ask('GET /nothing')).status).toBe(429);
    expect((await gateway.ask(me, { key, address: '192.0.2.2' })).status).toBe(200);
  });

  test('wrong keys of an address: others behind it whose keys are right go on', async () => {
    const gateway = await gatewayWith({ failedKeys: 3 });
    await gateway.join(testKey(1));
    for (let n = 0; n < 3; n++) expect((await gateway.ask(me, { key: testKey(50 + n) })).status).toBe(401);
    const refused = await gateway.ask(me, { key: testKey(60) });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBe(900);
    expect((await gateway.ask(me, { key: testKey(60), address: '198.51.100.1' })).status).toBe(401);
    // Also for a new process, which finds the count in the ledger.
    const again = makeTestGateway(gateway.home);
    expect((await again.ask(me, { key: testKey(1) })).status).toBe(200);
    expect((await again.ask(me, { key: testKey(60) })).status).toBe(429);
    gateway.home.clock.now = new Date('2026-11-01T12:15:00.000Z');
    expect((await again.ask(me, { key: testKey(60) })).status).toBe(401);
  });

  test('wrong keys of an address: the operator behind it is let in for the first time', async () => {
    const gateway = await gatewayWith({ failedKeys: 1 });
    expect((await gateway.ask(me, { key: testKey(1) })).status).toBe(401);
    expect((await gateway.ask(me, { key: testKey(1) })).status).toBe(429);
    expect((await gateway.ask(me, { key })).json()).toMatchObject({ role: 'operator' });
  });

  test('codes of invites that are not right count as keys, and those that are right go on', async () => {
    const gateway = await gatewayWith({ failedKeys: 2 });
    const code = await gateway.mint();
    const address = '198.51.100.1';
    const redeem = (given: string): Promise<{ status: number }> =>
      gateway.ask('POST /invite/redeem', { body: { code: given, key: testKey(1) }, address });
    expect((await redeem('A'.repeat(22))).status).toBe(410);
    expect((await gateway.ask(`GET /invite/${'B'.repeat(22)}`, { address })).status).toBe(410);
    expect((await redeem('C'.repeat(22))).status).toBe(429);
    expect((await gateway.ask(`GET /invite/${'C'.repeat(22)}`, { address })).status).toBe(429);
    expect((await gateway.ask(me, { key: testKey(1), address })).status).toBe(429);
    expect((await gateway.ask(`GET /invite/${code}`, { address })).status).toBe(200);
    expect((await redeem(code)).status).toBe(200);
  });

  test('a thousand tenants behind one address, all at once', async () => {
    const gateway = await gatewayWith({});
    const code = await gateway.mint({ uses: 1_000 });
    for (let n = 0; n < 1_000; n++) await gateway.ask('POST /invite/redeem', { body: { code, key: testKey(n) } });
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => gateway.ask(me, { key: testKey(n) })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1_000);
  });

  test('bytes of a day, counted while they are read, whether the push was good or not', async () => {
    const home = await makeTestHome({ config: { limits: { tenantBytes: 1_000 } } });
    const app = createApp(home, [
      {
        method: 'POST',
        path: '/take',
        summary: '',
        access: 'member',
        body: 'bytes',
        answer: 'text/plain',
        handle: async ({ request }) => new Response(String((await request.arrayBuffer()).byteLength)),
      },
    ]);
    const send = async (size: number): Promise<Response> => {
      const headers = { authorization: `Bearer ${operatorKey}` };
      const response = await app.fetch(
        new Request(`${gatewayUrl}/take`, { method: 'POST', headers, body: new Uint8Array(size) }),
      );
      await home.idle();
      return response;
    };
    expect(await (await send(600)).text()).toBe('600');
    const over = await send(500);
    expect(over.status).toBe(429);
    expect(over.headers.get('retry-after')).toBe(String(12 * 3_600));
    expect(((await over.json()) as Problem).code).toBe('too_many');
    expect((await send(1)).status).toBe(429);
    expect((await send(0)).status).toBe(429);
    home.clock.now = new Date('2026-11-02T00:00:00.000Z');
    expect(await (await send(600)).text()).toBe('600');
  });

  test('files of a day', async () => {
    const gateway = await gatewayWith({ tenantFiles: 10 });
    const { tenant } = await gateway.join(testKey(1));
    const push = (): Promise<Answer> =>
      gateway.ask('POST /_push?repo=os&tier=private&base=0', { key: testKey(1), body: {} });
    expect((await push()).status).toBe(400);
    await gateway.home.ledger.batch([countStatement(gateway.home, 'files', tenant, 10)]);
    expect((await push()).text).toContain('changed all files');
    expect((await gateway.ask(me, { key: testKey(1) })).status).toBe(200);
  });

  test('the counts in memory and in the ledger stay small', async () => {
    const limiter = makeRequestLimiter();
    const now = new Date('2026-11-01T12:00:00.000Z');
    for (let n = 0; n < 50_000; n++) limiter.count(`a${n}`, 5, now);
    for (let n = 0; n < 5; n++) limiter.count(`late${n}`, 5, now);
    expect(() => limiter.count('later still', 5, now)).toThrow('more than 5 requests');
    expect(() => limiter.count('a7', 5, now)).not.toThrow();

    const gateway = await gatewayWith({});
    await gateway.ask(me, { key: testKey(1) });
    gateway.home.clock.now = new Date('2026-11-05T12:00:00.000Z');
    await gateway.ask(me, { key: testKey(1) });
    await gateway.home.idle();
    const rows = await gateway.home.ledger.all({ sql: 'SELECT window FROM counters', values: [] });
    expect(rows).toEqual([{ window: '2026-11-05T12:00:00.000Z' }]);
  });
});

describe('the audit log', () => {
  test('has a row for each refusal, and one for many of an address', async () => {
    const gateway = await gatewayWith({});
    for (let n = 0; n < 60; n++) await gateway.ask(me);
    await gateway.ask('GET /nothing', { address: '192.0.2.7' });
    const rows = await gateway.audit();
    expect(rows.filter((row) => row === 'GET /tenants/me 192.0.2.1 refused')).toHaveLength(20);
    expect(rows.filter((row) => row === 'refusals 192.0.2.1 refused')).toHaveLength(1);
    expect(rows).toContain('no route 192.0.2.7 refused');
    const [count] = await gateway.home.ledger.all({
      sql: "SELECT detail FROM audit WHERE action = 'refusals'",
      values: [],
    });
    expect(count?.['detail']).toBe('{"at_least":32}');
  });

  test('does not grow with the addresses refusals come from', async () => {
    const gateway = await gatewayWith({});
    for (let n = 0; n < 1_500; n++) await gateway.ask(me, { address: `10.0.${n >> 8}.${n & 255}` });
    expect(await gateway.audit()).toHaveLength(601);
  });

  test('is kept for more than a year, as alerts are, and not for ever', async () => {
    const gateway = await gatewayWith({});
    await gateway.join(testKey(1));
    await gateway.ask('POST /_alert', { key: testKey(1), body: { cause: 'first' } });
    const left = async (): Promise<unknown> => {
      await gateway.ask('GET /_status');
      await gateway.home.idle();
      const sql = 'SELECT (SELECT COUNT(*) FROM audit) AS rows, (SELECT COUNT(*) FROM alerts) AS alerts';
      return (await gateway.home.ledger.all({ sql, values: [] }))[0];
    };
    gateway.home.clock.now = new Date('2027-12-05T11:00:00.000Z');
    expect(await left()).toEqual({ rows: 4, alerts: 1 });
    gateway.home.clock.now = new Date('2027-12-06T13:00:00.000Z');
    expect(await left()).toEqual({ rows: 0, alerts: 0 });
  });

  test('says who was refused what and why, and has no code in it', async () => {
    const gateway = await gatewayWith({});
    const { tenant } = await gateway.join(testKey(1));
    const code = 'C'.repeat(22);
    await gateway.ask('GET /tenants', { key: testKey(1) });
    await gateway.ask(`GET /invite/${code}`);
    await gateway.ask('POST /invite/redeem', { body: { code, key: testKey(2) } });
    await gateway.home.idle();
    const rows = await gateway.home.ledger.all({
      sql: "SELECT * FROM audit WHERE outcome = 'refused' ORDER BY id",
      values: [],
    });
    expect(rows).toMatchObject([
      { tenant, action: 'GET /tenants', detail: expect.stringContaining('"code":"forbidden"') as string },
      { tenant: null, action: 'GET /invite/:code', detail: '{"status":410}' },
      { tenant: null, action: 'POST /invite/redeem', detail: expect.stringContaining('"code":"spent"') as string },
    ]);
    expect(JSON.stringify(rows)).not.toContain(code);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unknown'],
])('%s is counted as %s', (address, name) => {
  expect(addressName(address)).toBe(name);
});
