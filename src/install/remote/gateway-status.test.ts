import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { describeCanonical, readGatewayStatus } from './gateway-status.ts';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers everything with `answer`; its address, and what it was asked. */
async function serve(answer: http.RequestListener): Promise<{ base: string; host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base: `http://${host}`, host, asked };
}

const json =
  (body: unknown, status = 200): http.RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('a gateway', () => {
  test('that answers is there, with its version', async () => {
    const { base, host, asked } = await serve(json({ ok: true, version: '1.2.3', uptime: 5 }));
    const status = { ok: true, version: '1.2.3', message: `the gateway ${host} is there, version 1.2.3` };
    expect(await readGatewayStatus(base)).toEqual(status);
    expect(await readGatewayStatus(`${base}/team/?x=1#y`)).toEqual(status);
    expect(asked).toEqual(['GET /_status', 'GET /team/_status']);
  });

  test('that tells no version is there too', async () => {
    const { base, host } = await serve(json({}));
    expect(await readGatewayStatus(base)).toEqual({ ok: true, message: `the gateway ${host} is there` });
  });

  const endless: http.RequestListener = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (response.write(' '.repeat(10_000)));
    };
    response.on('drain', more);
    more();
  };
  test.each<[string, http.RequestListener, string]>([
    ['fails', json({}, 503), 'answered with status 503'],
    ['is some other page', (_, response) => response.end('<html>'), 'did not answer as a gateway does'],
    ['answers with no object', json([1]), 'did not answer as a gateway does'],
    ['tells a version that steers terminals', json({ version: '\u001b[2J1' }), 'did not answer as a gateway does'],
    ['answers without end', endless, 'did not answer as a gateway does'],
    [
      'redirects',
      (_, response) => response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      'redirects to another address; set SNAPPY_GATEWAY to that one',
    ],
    ['hangs up', (request) => request.socket.destroy(), 'could not be reached: UND_ERR_SOCKET'],
  ])('that %s is not', async (_, answer, message) => {
    const { base } = await serve(answer);
    expect(await readGatewayStatus(base)).toEqual({ ok: false, message: `${base}/_status ${message}` });
  });

  test.each<[string, http.RequestListener]>([
    ['answers nothing', () => {}],
    ['begins an answer and goes silent', (_, response) => void response.writeHead(200).write('{')],
  ])('that %s is given up', async (_, answer) => {
    const { base } = await serve(answer);
    expect(await readGatewayStatus(base, { timeout: 200 })).toEqual({
      ok: false,
      message: `${base}/_status could not be reached: no answer within 0.2 s`,
    });
  });

  test('where nobody listens is not there', async () => {
    const { base } = await serve(json({}));
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await readGatewayStatus(base)).toEqual({
      ok: false,
      message: `${base}/_status could not be reached: ECONNREFUSED`,
    });
  });

  test.each([
    ['gateway.example', 'is not an address'],
    ['file:///etc/passwd', 'begins with file:'],
    ['https://ann:s3cret@gateway.example', 'has a name or a password in it'],
  ])('is not asked at %s', async (gateway, message) => {
    const status = await readGatewayStatus(gateway);
    expect(status).toEqual({ ok: false, message: expect.stringContaining(message) as unknown });
    expect(status.message).not.toContain('s3cret');
  });

  test('is asked with the key, where one is given, and says what that key may read of the canonical', async () => {
    const { base, host, asked } = await serve(json({ version: '1.2.3', canonical: { os: 3, kernel: 0 } }));
    expect(await readGatewayStatus(base, { key: 'the-key' })).toEqual({
      ok: true,
      version: '1.2.3',
      canonical: { os: 3, kernel: 0 },
      message: `the gateway ${host} is there, version 1.2.3`,
    });
    expect(asked).toEqual(['GET /_status Bearer the-key']);
  });

  test('that does not know the key says so', async () => {
    const { base, host } = await serve(json({}, 401));
    expect(await readGatewayStatus(base, { key: 'old' })).toEqual({
      ok: false,
      message: `the gateway ${host} does not know the key of this tree`,
    });
  });
});

const there = { ok: true, message: 'the gateway x is there' };
test.each([
  [undefined, undefined, 'ok', 'no gateway is configured: nothing to pull'],
  [{ ok: false, message: 'unreachable' }, undefined, 'warn', 'unreachable'],
  [there, undefined, 'ok', 'the gateway x is there; it tells nothing of a canonical'],
  [{ ...there, canonical: { os: 0, kernel: 0 } }, undefined, 'ok', 'the gateway x is there; canonical: nothing yet'],
  [
    { ...there, canonical: { os: 3, kernel: 1 } },
    { os: 2, kernel: 1 },
    'ok',
    'the gateway x is there; canonical: os at revision 3, kernel at 1; bring it in with: snappy pull --scope all',
  ],
  [
    { ...there, canonical: { os: 3, kernel: 1 } },
    undefined,
    'ok',
    'the gateway x is there; canonical: os at revision 3, kernel at 1; bring it in with: snappy pull --scope all, snappy pull --repo kernel',
  ],
  [
    { ...there, canonical: { os: 3, kernel: 0 } },
    { os: 3, kernel: 0 },
    'ok',
    'the gateway x is there; canonical: os at revision 3; all of it is in',
  ],
])('of the canonical it is told what is true: %j and %j', (status, held, state, text) => {
  expect(describeCanonical(status, held)).toEqual({ state, text });
});
