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
});

test('the step of the canonical tells what is true of it', () => {
  expect(describeCanonical(undefined)).toEqual({ state: 'ok', text: 'no gateway is configured: nothing to pull' });
  expect(describeCanonical({ ok: false, message: 'unreachable' })).toEqual({ state: 'warn', text: 'unreachable' });
  expect(describeCanonical({ ok: true, message: 'the gateway x is there' })).toEqual({
    state: 'skipped',
    text: 'the gateway x is there; this version of snappy-os does not pull from one yet',
  });
});
