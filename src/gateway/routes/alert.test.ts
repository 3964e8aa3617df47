import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import type { Answer, TestGateway } from '../access/test-client.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

const received: string[] = [];
const hook = createServer((request, response) => {
  const take = async (): Promise<void> => {
    received.push(await text(request));
    response.writeHead(request.url === '/broken' ? 500 : 204).end();
  };
  void take();
});
afterEach(() => {
  received.length = 0;
  hook.closeAllConnections();
  hook.close();
});

async function gatewayWithHook(path = '/'): Promise<TestGateway> {
  await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', resolve));
  const { port } = hook.address() as AddressInfo;
  return makeTestGateway(await makeTestHome({ config: { alertWebhook: `http://127.0.0.1:${port}${path}` } }));
}

describe('an alert', () => {
  test('is noted and forwarded once for a cause, an hour and a tenant', async () => {
    const gateway = await gatewayWithHook();
    const { tenant } = await gateway.join(testKey(1));
    const alert = async (key: string, cause: string): Promise<unknown> =>
      (await gateway.ask('POST /_alert', { key, body: { cause, message: 'look' } })).json();
    expect(await alert(testKey(1), 'disk')).toEqual({ noted: true, forwarded: true });
    expect(await alert(testKey(1), 'disk')).toEqual({ noted: false, forwarded: false });
    await gateway.home.idle();
    expect(received.map((body) => JSON.parse(body) as unknown)).toEqual([
      { ts: '2026-11-01T12:00:00.000Z', tenant, cause: 'disk', message: 'look' },
    ]);
    expect(await alert(testKey(1), 'memory')).toMatchObject({ noted: true });
    expect(await alert(operatorKey, 'disk')).toMatchObject({ noted: true });
    gateway.home.clock.now = new Date('2026-11-01T13:00:00.000Z');
    expect(await alert(testKey(1), 'disk')).toMatchObject({ noted: true });
    expect((await gateway.audit()).filter((row) => row === 'alert disk done')).toHaveLength(3);
  });

  test('is noted where nothing takes it, and says so', async () => {
    const gateway = makeTestGateway(await makeTestHome());
    const answer = await gateway.ask('POST /_alert', { key: operatorKey, body: { cause: 'disk' } });
    expect(answer.json()).toEqual({ noted: true, forwarded: false });
    expect((await gateway.ask('POST /_alert', { body: { cause: 'disk' } })).status).toBe(401);
  });

  test('that the webhook does not take leaves a row in the audit log', async () => {
    const gateway = await gatewayWithHook('/broken');
    const answer = await gateway.ask('POST /_alert', { key: operatorKey, body: { cause: 'disk' } });
    expect(answer.json()).toEqual({ noted: true, forwarded: true });
    expect(await gateway.audit()).toContain('alert.forward disk failed');
  });

  test('beyond those that a tenant may send in an hour is refused, not lost in silence', async () => {
    const gateway = makeTestGateway(await makeTestHome({ config: { limits: { tenantAlerts: 2 } } }));
    const alert = (cause: string): Promise<Answer> =>
      gateway.ask('POST /_alert', { key: operatorKey, body: { cause } });
    gateway.home.clock.now = new Date('2026-11-01T12:59:00.000Z');
    expect((await alert('a')).json()).toMatchObject({ noted: true });
    expect((await alert('b')).json()).toMatchObject({ noted: true });
    expect((await alert('b')).json()).toMatchObject({ noted: false });
    const refused = await alert('c');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await gateway.audit()).toContain('POST /_alert 192.0.2.1 refused');
    gateway.home.clock.now = new Date('2026-11-01T13:00:00.000Z');
    expect((await alert('c')).json()).toMatchObject({ noted: true });
  });
});
