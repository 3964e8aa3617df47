import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, askAddress, askJson, readAll } from './request.ts';
import { certificate, closeServers, listen, serveProxy } from './test-proxy.ts';
import type { TestProxy } from './test-proxy.ts';

// The pauses between two tries.
vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const anything = { parse: (value: unknown) => value };
const key = 'snappy_a-key-of-a-test';
const login = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
const get = { method: 'GET', path: '/_status' } as const;
/** Without the pauses of what is tried again. */
const once = { ...get, idempotent: false } as const;

/** What arrived behind the proxy. */
const arrived: IncomingMessage[] = [];
const answer: RequestListener = (request, response) => {
  arrived.push(request);
  let size = 0;
  request.on('data', (piece: Buffer) => void (size += piece.length));
  request.on('end', () => response.end(JSON.stringify({ size })));
};

/** As if the certificate of the tests were of one whom Node trusts. */
function trustCertificate(): void {
  const { connect } = tls;
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) =>
    connect({ ...options, ca: certificate })) as typeof tls.connect);
}

function useProxy(port: number, protocol = 'http:'): void {
  vi.stubEnv('all_proxy', `${protocol}//ann:s3cret@127.0.0.1:${port}`);
}

beforeEach(() => {
  arrived.length = 0;
  // What the machine of the tests has of its own.
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await closeServers();
});

describe.each([
  ['http:', 'http:'],
  ['http:', 'https:'],
  ['https:', 'http:'],
  ['https:', 'https:'],
] as const)('a gateway of %s behind a proxy of %s', (scheme, ofProxy) => {
  const url = `${scheme}//gateway.example`;
  const first = scheme === 'http:' ? 'GET http://gateway.example/_status' : 'CONNECT gateway.example:443';

  test('is asked through it, whose password stays there, and which sees no key that is encrypted', async () => {
    trustCertificate();
    const proxy = await serveProxy(await listen(answer, scheme), ofProxy);
    useProxy(proxy.port, ofProxy);
    expect(await askJson({ url, key }, get, anything)).toEqual({ size: 0 });
    expect(proxy.asked).toEqual([[first, login]]);
    expect(arrived.map(({ url: path, headers }) => [path, headers.host, headers.authorization])).toEqual([
      ['/_status', 'gateway.example', `Bearer ${key}`],
    ]);
    expect(arrived[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('gets what is sent in pieces', async () => {
    trustCertificate();
    useProxy((await serveProxy(await listen(answer, scheme), ofProxy)).port, ofProxy);
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 20; n += 1) yield Buffer.alloc(100_000, n);
    }
    expect(await askJson({ url, key }, { method: 'POST', path: '/_push', body }, anything)).toEqual({
      size: 2_000_000,
    });
  });
});

describe('an address that a gateway gave', () => {
  test('is asked through the proxy, by its numbers too', async () => {
    trustCertificate();
    const proxy = await serveProxy(await listen(answer, 'https:'));
    useProxy(proxy.port);
    const gateway = { url: 'https://gateway.example', key };
    for (const address of ['https://store.example/pack?signature=1', 'https://203.0.113.5:8443/pack'])
      await readAll(await askAddress(gateway, address, { method: 'GET' }), 100);
    expect(proxy.asked.map(([line]) => line)).toEqual(['CONNECT store.example:443', 'CONNECT 203.0.113.5:8443']);
    expect(arrived.map(({ headers, socket }) => [headers.host, (socket as tls.TLSSocket).servername])).toEqual([
      ['store.example', 'store.example'],
      ['203.0.113.5:8443', false],
    ]);
  });

  test('is asked without one where it is on this machine, or named by no_proxy', async () => {
    const port = await listen(answer, 'http:');
    const proxy = await serveProxy(port);
    useProxy(proxy.port);
    vi.stubEnv('no_proxy', 'gateway.invalid');
    await ask({ url: `http://127.0.0.1:${port}`, key }, get);
    expect([arrived.length, proxy.asked]).toEqual([1, []]);
    await expect(ask({ url: 'http://gateway.invalid', key }, once)).rejects.toThrow(/could not be reached: its name/);
    expect(proxy.asked).toEqual([]);
  });

  test('is not read by a proxy that puts itself in its place', async () => {
    const proxy = await serveProxy(await listen(answer, 'https:'));
    useProxy(proxy.port);
    await expect(ask({ url: 'https://gateway.example', key }, once)).rejects.toMatchObject({
      message: `the gateway https://gateway.example could not be reached through the proxy http://127.0.0.1:${proxy.port}: DEPTH_ZERO_SELF_SIGNED_CERT`,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS=<file>') as unknown,
    });
    trustCertificate();
    await expect(ask({ url: 'https://other.example', key }, once)).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID$/);
    expect(arrived).toEqual([]);
  });
});

const say =
  (...head: string[]): TestProxy['refuse'] =>
  (line: Duplex) =>
    void line.end(`${head.join('\r\n')}\r\n\r\n`);
const silent = (): void => {};

describe('a proxy', () => {
  const password = /give it a name and a password that it knows: all_proxy=http:\/\/name:password@host:port$/;
  test.each<[string, TestProxy['refuse'], RegExp, RegExp]>([
    ['wants a login', say('HTTP/1.1 407 No'), /: it wants to know who asks \(status 407\)$/, password],
    [
      'wants a login that snappy cannot give',
      say('HTTP/1.1 407 No', 'Proxy-Authenticate: Negotiate', 'Proxy-Authenticate: NTLM realm="a, b"'),
      /\(status 407\)$/,
      /^it takes Negotiate, NTLM, and snappy can only give a name/,
    ],
    [
      'wants a login that snappy can give, too',
      say('HTTP/1.1 407 No', 'Proxy-Authenticate: NTLM, Basic realm="x", charset="UTF-8"'),
      /\(status 407\)$/,
      password,
    ],
    ['forbids it', say('HTTP/1.1 403 No'), /answered with status 403$/, /the proxy of all_proxy, and a host that NO_/],
    ['cannot reach it', say('HTTP/1.1 502 No'), /answered with status 502$/, /the proxy of all_proxy, and a host/],
    ['is none', say('SSH-2.0-x'), /through the proxy .*: HPE_INVALID_CONSTANT$/, /the proxy of all_proxy/],
    ['hangs up', (line) => void line.destroy(), /through the proxy .*: ECONNRESET$/, /the proxy of all_proxy/],
    ['hangs', silent, /through the proxy .*: no answer within 0\.05 s$/, /the proxy of all_proxy/],
  ])('that %s is told of', async (_, refuse, message, hint) => {
    const proxy = await serveProxy(await listen(answer, 'http:'));
    proxy.refuse = refuse;
    vi.stubEnv('all_proxy', `127.0.0.1:${proxy.port}`);
    for (const url of ['https://gateway.example', 'http://gateway.example']) {
      proxy.asked.length = 0;
      await expect(ask({ url, key }, { ...once, timeout: 50 }), url).rejects.toMatchObject({
        code: 'failure',
        message: expect.stringMatching(message) as unknown,
        hint: expect.stringMatching(hint) as unknown,
      });
      expect(proxy.asked).toHaveLength(1);
    }
    expect(arrived).toEqual([]);
  });

  test.each([
    ['403', 1],
    ['502', 3],
  ])('that answers %s is asked %i times', async (status, times) => {
    const proxy = await serveProxy(await listen(answer, 'http:'));
    proxy.refuse = say(`HTTP/1.1 ${status} No`);
    useProxy(proxy.port);
    await expect(ask({ url: 'https://gateway.example', key }, get)).rejects.toThrow(`answered with status ${status}`);
    expect(proxy.asked).toHaveLength(times);
  });

  test.each([
    [
      'does not take the login',
      say('HTTP/1.1 407 No', 'Proxy-Authenticate: Basic'),
      /does not take the name and the pas/,
    ],
    ['forbids it', say('HTTP/1.1 403 No'), /all_proxy/],
    ['is none', say('SSH-2.0-x'), /all_proxy/],
  ])('that %s is told of without its password', async (_, refuse, hint) => {
    const proxy = await serveProxy(await listen(answer, 'http:'));
    proxy.refuse = refuse;
    useProxy(proxy.port);
    for (const url of ['https://gateway.example', 'http://gateway.example']) {
      const thrown = await ask({ url, key }, once).catch((cause: unknown) => cause);
      expect(thrown).toMatchObject({ hint: expect.stringMatching(hint) as unknown });
      expect(inspect(thrown, { depth: 9 })).not.toMatch(/s3cret|YW5uOnMzY3JldA/);
    }
  });

  test.each(['http:', 'https:'] as const)('says nothing where a gateway of %s refuses', async (scheme) => {
    trustCertificate();
    const proxy = await serveProxy(
      await listen((request, response) => {
        request.resume();
        response.writeHead(403, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ code: 'forbidden', detail: 'only the operator' }));
      }, scheme),
    );
    useProxy(proxy.port);
    await expect(ask({ url: `${scheme}//gateway.example`, key }, get)).rejects.toMatchObject({
      code: 'refused',
      message: `the gateway ${scheme}//gateway.example says: only the operator`,
      problem: 'forbidden',
    });
  });

  test('that nobody serves is told of', async () => {
    const { port } = await serveProxy(0);
    await closeServers();
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`);
    await expect(ask({ url: 'https://gateway.example', key }, once)).rejects.toMatchObject({
      message: `the gateway https://gateway.example could not be reached through the proxy http://127.0.0.1:${port}: ECONNREFUSED`,
    });
  });

  test('behind which nobody answers, once the line is there, is not waited for', async () => {
    const proxy = await serveProxy(0);
    proxy.refuse = (line) => void line.write('HTTP/1.1 200 Connection established\r\n\r\n');
    useProxy(proxy.port);
    const asked = ask({ url: 'https://gateway.example', key }, { ...once, timeout: 50 });
    await expect(asked).rejects.toThrow(/through the proxy .*: no answer within 0\.05 s$/);
  });
});
