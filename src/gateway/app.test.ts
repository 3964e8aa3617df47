import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createApp } from './app.ts';
import type { Call, Route } from './route.ts';
import { StoreError } from './ports.ts';
import { GatewayProblem } from './problem.ts';
import { makeTestHome, operatorKey } from './test-home.ts';
import type { TestHome } from './test-home.ts';

function route(path: string, part: Partial<Route> = {}): Route {
  return {
    method: 'GET',
    path,
    summary: '',
    access: 'public',
    answer: 'text/plain',
    handle: () => new Response('fine'),
    ...part,
  };
}

const asOperator = { authorization: `Bearer ${operatorKey}` };
const url = 'https://gateway.test';

async function auditOf(home: TestHome): Promise<{ action: string; outcome: string; detail: string }[]> {
  await home.idle();
  const rows = await home.ledger.all({ sql: 'SELECT action, outcome, detail FROM audit ORDER BY id', values: [] });
  return rows.map(({ action, outcome, detail }) => ({
    action: String(action),
    outcome: String(outcome),
    detail: String(detail),
  }));
}

describe('the door', () => {
  test('a route nobody has, and one for members, are the same 401 without a key', async () => {
    const app = createApp(await makeTestHome(), [
      route('/tenants/me', { access: 'member' }),
      route('/all', { access: 'operator' }),
    ]);
    const answers = await Promise.all(
      ['/tenants/me', '/all', '/nothing', '/', '/tenants/me/x'].map(async (path) => {
        const response = await app.fetch(new Request(url + path));
        return [response.status, await response.text(), ...response.headers];
      }),
    );
    expect(answers[0]?.[0]).toBe(401);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(String(answers[0]?.slice(2))).toContain('www-authenticate,Bearer');
  });

  test('whatever is thrown becomes a problem document that tells nothing of the inside', async () => {
    const fail = (error: Error): Pick<Route, 'handle'> => ({
      handle() {
        throw error;
      },
    });
    const home = await makeTestHome();
    const app = createApp(home, [
      route('/defect', fail(new Error('password=hunter2'))),
      route('/disk', fail(new StoreError('disk sda1 is full', { retryable: true }))),
      route('/stale', fail(new GatewayProblem('stale_base', 'pull first', { more: { rev: 7 } }))),
    ]);
    const read = async (path: string): Promise<unknown> => {
      const response = await app.fetch(new Request(url + path));
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      return response.json();
    };
    const defect = await read('/defect');
    await expect(home.idle()).rejects.toMatchObject({ errors: [{ message: 'password=hunter2' }] });
    expect(defect).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(defect)).not.toContain('hunter2');
    const disk = await read('/disk');
    expect(disk).toMatchObject({ status: 503, code: 'storage' });
    expect(JSON.stringify(disk)).not.toContain('sda1');
    expect(await read('/stale')).toMatchObject({ status: 409, code: 'stale_base', detail: 'pull first', rev: 7 });
    const audit = await auditOf(home);
    expect(audit.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['GET /defect', 'failed'],
      ['GET /disk', 'failed'],
      ['GET /stale', 'refused'],
    ]);
  });

  test('words of the request are validated by the row before its handler sees them', async () => {
    const calls: Call[] = [];
    const app = createApp(await makeTestHome(), [
      route('/things/:id', {
        method: 'POST',
        params: { id: z.string().check(z.regex(/^\d+$/)) },
        query: { n: z.string().check(z.regex(/^\d+$/)), m: z.optional(z.string()) },
        body: z.strictObject({ key: z.string().check(z.minLength(4)) }),
        handle: (call) => {
          calls.push(call);
          return new Response('fine');
        },
      }),
    ]);
    const post = async (path: string, body: string | Uint8Array<ArrayBuffer>): Promise<[number, string]> => {
      const response = await app.fetch(new Request(url + path, { method: 'POST', body }));
      return [response.status, await response.text()];
    };
    expect((await post('/things/7?n=1&other=x', '{"key":"abcd"}'))[0]).toBe(200);
    expect(calls).toMatchObject([{ params: { id: '7' }, query: { n: '1' }, body: { key: 'abcd' } }]);
    expect(calls[0]?.query).not.toHaveProperty('other');
    const refused: [path: string, body: string | Uint8Array<ArrayBuffer>, status: number][] = [
      ['/things/x?n=1', '{"key":"abcd"}', 404],
      ['/things/7', '{"key":"abcd"}', 400],
      ['/things/7?n=1&n=2', '{"key":"abcd"}', 400],
      ['/things/7?n=1', '{"key":"abc"}', 400],
      ['/things/7?n=1', '{"key":"abcd","more":1}', 400],
      ['/things/7?n=1', '{"key":', 400],
      ['/things/7?n=1', '', 400],
      ['/things/7?n=1', Uint8Array.of(0x22, 0xff, 0x22), 400],
      ['/things/7?n=1', `{"key":"${'a'.repeat(70_000)}"}`, 413],
    ];
    for (const [path, body, status] of refused) expect((await post(path, body))[0]).toBe(status);
    expect(calls).toHaveLength(1);
    const [, text] = await post('/things/7?n=1', '{"key":"sec"}');
    expect(text).toContain('key (too small: at least 4)');
    expect(text).not.toContain('sec"');
  });

  test('a body without a declared length is cut off at the limit', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const app = createApp(await makeTestHome(), [route('/x', { method: 'POST', body: z.looseObject({}) })]);
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' };
    const response = await app.fetch(new Request(`${url}/x`, init));
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test('every answer has the headers that keep it from being taken for a page', async () => {
    const app = createApp(await makeTestHome(), [
      route('/x'),
      route('/own', { handle: () => new Response('', { headers: { 'cache-control': 'max-age=60' } }) }),
    ]);
    for (const path of ['/x', '/nothing']) {
      const { headers } = await app.fetch(new Request(url + path));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect((await app.fetch(new Request(`${url}/own`))).headers.get('cache-control')).toBe('max-age=60');
  });

  test('HEAD is answered as GET without the body, and what makes the body is told to stop', async () => {
    let stopped = false;
    const body = new ReadableStream({ cancel: () => void (stopped = true) });
    const app = createApp(await makeTestHome(), [route('/x', { handle: () => new Response(body) })]);
    const response = await app.fetch(new Request(`${url}/x`, { method: 'HEAD' }));
    expect(response.status).toBe(200);
    expect(response.body).toBeNull();
    expect(stopped).toBe(true);
  });

  test('OPTIONS says the same of every path', async () => {
    const app = createApp(await makeTestHome(), [route('/x')]);
    for (const path of ['/x', '/nothing']) {
      const response = await app.fetch(new Request(url + path, { method: 'OPTIONS' }));
      expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, PUT, DELETE']);
      expect(response.headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  test('the base of the public address may come along or be taken off by a proxy', async () => {
    const home = await makeTestHome({ config: { publicUrl: 'https://host.test/base' } });
    const app = createApp(home, [route('/x', { access: 'operator' })]);
    for (const path of ['/x', '/base/x']) {
      expect((await app.fetch(new Request(url + path, { headers: asOperator }))).status).toBe(200);
    }
    expect((await app.fetch(new Request(`${url}/basex`, { headers: asOperator }))).status).toBe(404);
  });
});
