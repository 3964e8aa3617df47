import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Gateway } from './connection.ts';
import { ask, askAddress, askJson, readAll } from './request.ts';

// The pauses between two tries.
vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const key = 'snappy_a-key-of-a-test';
const servers: http.Server[] = [];
const asked: http.IncomingMessage[] = [];

async function serve(handle: http.RequestListener): Promise<Gateway> {
  const server = http.createServer((request, response) => {
    asked.push(request);
    handle(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key };
}

beforeEach(() => void (asked.length = 0));
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const problem =
  (status: number, more: object, headers: http.OutgoingHttpHeaders = {}): http.RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { ...headers, 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'x', title: 'It is so', status, ...more }));
  };
const get = { method: 'GET', path: '/_pull' } as const;
const asIs = { parse: (value: unknown): unknown => value };
const thrown = (code: string, message: RegExp, hint: RegExp): unknown =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as unknown,
    hint: expect.stringMatching(hint) as unknown,
  });

describe('a request', () => {
  test('carries the key as a header, and never in the address', async () => {
    const gateway = await serve((_request, response) => response.end('{"a":1}'));
    const query = { repo: 'os', tier: 'team:acme', none: undefined };
    expect(await askJson(gateway, { ...get, query }, asIs)).toEqual({ a: 1 });
    expect([asked[0]?.headers.authorization, asked[0]?.url]).toEqual([
      `Bearer ${key}`,
      '/_pull?repo=os&tier=team%3Aacme',
    ]);
  });

  test('sends no key to an address that a gateway gave', async () => {
    const gateway = await serve((_request, response) => response.end('bytes'));
    const store = await serve((_request, response) => response.end('bytes'));
    await readAll(
      await askAddress(gateway, `${store.url}/put?signature=1`, { method: 'PUT', body: Buffer.from('x') }),
      10,
    );
    expect([asked[0]?.url, asked[0]?.headers.authorization]).toEqual(['/put?signature=1', undefined]);
    expect(() => askAddress(gateway, 'file:///etc/passwd', { method: 'GET' })).toThrow(/not https/);
  });

  test('is not followed to where a redirection leads', async () => {
    const gateway = await serve(
      (_request, response) => void response.writeHead(307, { location: 'http://elsewhere.example/' }).end(),
    );
    await expect(ask(gateway, get)).rejects.toEqual(thrown('failure', /status 307/, /set SNAPPY_GATEWAY/));
    expect(asked).toHaveLength(1);
  });

  test('sends its pieces with back pressure, and begins them anew when it is tried again', async () => {
    const bodies: number[] = [];
    const gateway = await serve((request, response) => {
      let size = 0;
      request.on('data', (piece: Buffer) => void (size += piece.length));
      request.on('end', () => {
        bodies.push(size);
        response.writeHead(bodies.length === 1 ? 502 : 200).end('{}');
      });
    });
    let begun = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      begun += 1;
      for (let n = 0; n < 40; n += 1) yield Buffer.alloc(100_000, n);
    }
    await ask(gateway, { method: 'POST', path: '/_push', body: pieces, idempotent: true });
    expect([begun, bodies]).toEqual([2, [4_000_000, 4_000_000]]);
  });

  test('ends early when it is answered before all of it was sent', async () => {
    const gateway = await serve((request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'stale_base', detail: 'revision 4 is there', rev: 4 }));
      request.resume();
    });
    let sent = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; sent < 10_000; sent += 1) yield Buffer.alloc(65_536);
    }
    const wanted = { method: 'POST', path: '/_push', body: pieces, idempotent: true } as const;
    await expect(ask(gateway, wanted)).rejects.toMatchObject({
      problem: 'stale_base',
      status: 409,
      document: { rev: 4 },
    });
    expect(sent).toBeLessThan(10_000);
    expect(asked).toHaveLength(1);
  });

  test('fails with what its body threw, and is not tried again', async () => {
    const gateway = await serve((request) => void request.resume());
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      throw new Error('the disk is gone');
    }
    await expect(ask(gateway, { method: 'PUT', path: '/x', body: pieces })).rejects.toThrow('the disk is gone');
    expect(asked.length).toBeLessThan(2);
  });
});

describe('a gateway that fails', () => {
  test('is asked three times at most, and only where asking twice does no harm', async () => {
    const gateway = await serve(problem(503, { code: 'storage', detail: 'the store is slow' }));
    await expect(ask(gateway, get)).rejects.toEqual(thrown('failure', /the store is slow/, /run this again later/));
    expect(asked).toHaveLength(3);
    await expect(ask(gateway, { method: 'POST', path: '/invite/mint', json: {} })).rejects.toThrow('slow');
    expect(asked).toHaveLength(4);
  });

  test('is heard again when the line was cut before it answered', async () => {
    const gateway = await serve((request, response) =>
      asked.length === 1 ? void request.socket.destroy() : void response.end('{}'),
    );
    expect((await ask(gateway, get)).status).toBe(200);
  });

  test.each([
    [
      'ends in the middle',
      (response: http.ServerResponse) => void response.socket?.destroy(),
      /cut off: (?:ECONNRESET|aborted)/,
    ],
    ['goes silent', () => undefined, /no answer within 0\.1 s/],
  ])('and whose answer %s is told of', async (_, then, message) => {
    const gateway = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      response.write('1', () => then(response));
    });
    const answer = ask(gateway, { ...get, timeout: 100 }).then((found) => readAll(found, 1_000));
    await expect(answer).rejects.toEqual(thrown('failure', message, /run this again/));
  });

  test('is not believed to be one where it answers too much, or something else', async () => {
    const gateway = await serve((_request, response) => void response.end('x'.repeat(100)));
    await expect(askJson(gateway, get, asIs, 50)).rejects.toThrow(/more than 50 bytes/);
    await expect(askJson(gateway, get, asIs)).rejects.toEqual(
      thrown('failure', /did not answer as a gateway does/, /SNAPPY_GATEWAY/),
    );
  });

  test('is not there where nobody listens', async () => {
    const gateway = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    await expect(ask(gateway, { ...get, idempotent: false })).rejects.toEqual(
      thrown('failure', /could not be reached: ECONNREFUSED/, /run this again/),
    );
  });

  test.each(['/_blobs/up/token', '/bucket/key?X-Amz-Signature=abc'])(
    'and an address for one file, %s, is not shown to whoever reads the message',
    async (path) => {
      const gateway = await serve(problem(403, { code: 'forbidden', detail: 'too late' }));
      await expect(askAddress(gateway, path, { method: 'PUT' })).rejects.toThrow(
        new RegExp(`^${gateway.url} says: too late$`),
      );
      await new Promise((resolve) => servers.pop()?.close(resolve));
      const put = { method: 'PUT', idempotent: false } as const;
      await expect(askAddress(gateway, path, put)).rejects.toThrow(new RegExp(`^${gateway.url} could not be reached`));
    },
  );
});

describe('a refusal', () => {
  test.each<[number, object, http.OutgoingHttpHeaders, string, RegExp, RegExp]>([
    [401, { code: 'unknown_key' }, {}, 'failure', /does not know the key of this tree$/, /invite/],
    [401, {}, {}, 'failure', /It is so/, /not the gateway/],
    [409, { code: 'stale_base' }, {}, 'failure', /It is so/, /snappy pull/],
    [409, { code: 'revoked', detail: 'ann was revoked' }, {}, 'failure', /ann was revoked/, /joins anew/],
    [409, { code: 'taken' }, {}, 'failure', /It is so/, /another name/],
    [403, { code: 'forbidden', detail: 'only the operator' }, {}, 'refused', /only the operator/, /operator/],
    [404, { code: 'not_found' }, {}, 'failure', /It is so/, /may not see/],
    [413, { code: 'too_large' }, {}, 'refused', /It is so/, /deny/],
    [
      422,
      { code: 'refused_path', paths: [{ path: 'state/x', why: 'is a key' }] },
      {},
      'refused',
      /state\/x \(is a key\)/,
      /rename/,
    ],
    [429, { code: 'too_many' }, { 'retry-after': '7' }, 'failure', /It is so/, /in 7 s/],
    [429, { code: 'too_many' }, { 'retry-after': '600' }, 'failure', /It is so/, /in 10 minutes/],
    [418, { detail: 'a\u001b[31m\u202etrick\n' }, {}, 'failure', /^[^\u001b\u202e\n]*trick$/, /as new as/],
  ])('with status %i says what, and what to do', async (status, more, headers, ...[code, message, hint]) => {
    const gateway = await serve(problem(status, more, headers));
    await expect(ask(gateway, get)).rejects.toEqual(thrown(code, message, hint));
    expect(asked).toHaveLength(1);
  });
});
