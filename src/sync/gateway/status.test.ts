import type http from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freshFolder } from '../../core/test-disk.ts';
import { readGatewayStatus } from './status.ts';
import { closeServers, listen } from './test-proxy.ts';

const tree = path.join(freshFolder(), 'tree');
const asked: (string | undefined)[][] = [];
afterEach(async () => {
  asked.length = 0;
  await closeServers();
});

async function serve(status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<string> {
  const port = await listen((request, response) => {
    asked.push([request.url, request.headers.authorization]);
    response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
  }, 'http:');
  return `http://127.0.0.1:${port}`;
}

const key = 'snappy_a-key-of-a-test';
const well = {
  ok: true,
  version: '1.2.3',
  time: '2026-11-22T00:00:00.000Z',
  public_key: 'a'.repeat(43),
  canonical: { os: 3, kernel: 0 },
  last_quorum_promotion: null,
};

describe('the gateway of a tree', () => {
  test('is not asked where there is none', async () => {
    expect(await readGatewayStatus(tree, {})).toBeUndefined();
    expect(await readGatewayStatus(tree, { SNAPPY_MASTER_KEY: key })).toBeUndefined();
  });

  test.each([
    [{ SNAPPY_MASTER_KEY: key }, `Bearer ${key}`],
    [{}, undefined],
  ])('says what it has, with %j', async (env, authorization) => {
    const url = await serve(200, well);
    expect(await readGatewayStatus(tree, { SNAPPY_GATEWAY: `${url}/team/?x#y`, ...env })).toEqual({
      ok: true,
      message: `the gateway ${url.slice('http://'.length)} is there, version 1.2.3`,
      canonical: { os: 3, kernel: 0 },
      held: { os: 0, kernel: 0 },
    });
    expect(asked).toEqual([['/team/_status', authorization]]);
  });

  test.each<[number, unknown, http.OutgoingHttpHeaders, RegExp, RegExp]>([
    [200, { ...well, version: '\u001b[2J1' }, {}, /did not answer as a gateway does$/, /SNAPPY_GATEWAY/],
    [200, [], {}, /did not answer as a gateway does$/, /SNAPPY_GATEWAY/],
    [302, {}, { location: 'https://elsewhere.example/' }, /status 302$/, /set SNAPPY_GATEWAY to the address/],
    [401, { code: 'unknown_key' }, {}, /does not know the key of this tree$/, /ask the operator/],
    [503, {}, {}, /answered with status 503$/, /run this again later/],
  ])('that answers %i %j is asked once, and not there', async (status, body, headers, message, hint) => {
    const env = { SNAPPY_GATEWAY: await serve(status, body, headers), SNAPPY_MASTER_KEY: key };
    expect(await readGatewayStatus(tree, env)).toEqual({
      ok: false,
      message: expect.stringMatching(message) as unknown,
      hint: expect.stringMatching(hint) as unknown,
    });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['gateway.example', key, /is not an address$/],
    ['https://ann:s3cret@gateway.example', key, /has a name or a password in it$/],
    ['https://gateway.example', 'a key\nof two lines', /^SNAPPY_MASTER_KEY has characters/],
  ])('is not asked at %j with the key %j', async (SNAPPY_GATEWAY, SNAPPY_MASTER_KEY, message) => {
    expect(await readGatewayStatus(tree, { SNAPPY_GATEWAY, SNAPPY_MASTER_KEY })).toMatchObject({
      ok: false,
      message: expect.stringMatching(message) as unknown,
    });
  });
});
