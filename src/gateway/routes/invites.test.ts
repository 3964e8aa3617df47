import { beforeEach, describe, expect, test } from 'vitest';
import { parseInviteLink } from '../../sync/wire/invite-link.ts';
import { gatewayUrl, makeTestGateway, testKey } from '../access/test-client.ts';
import type { Answer, TestGateway } from '../access/test-client.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = makeTestGateway(await makeTestHome());
});

const wish = { label: 'Ann', subscriber: false, teams: [], expires_in: 3_600, uses: 1 };

function redeem(code: string, key: string, label?: string): Promise<Answer> {
  return gateway.ask('POST /invite/redeem', { body: { code, key, ...(label === undefined ? {} : { label }) } });
}

function mint(body: unknown, key = operatorKey): Promise<Answer> {
  return gateway.ask('POST /invite/mint', { key, body });
}

async function makeTeam(slug: string): Promise<void> {
  await gateway.ask('POST /teams', { key: operatorKey, body: { slug } });
}

describe('to make an invite', () => {
  test('gives a link with the fingerprint of the gateway, and a code that is stored nowhere', async () => {
    const answer = (await mint(wish)).json() as { code: string; url: string; expires: string };
    expect(parseInviteLink(answer.url)).toMatchObject({ url: gatewayUrl, code: answer.code });
    expect(answer.expires).toBe('2026-11-01T13:00:00.000Z');
    for (const table of ['invites', 'audit']) {
      const rows = await gateway.home.ledger.all({ sql: `SELECT * FROM ${table}`, values: [] });
      expect(JSON.stringify(rows)).not.toContain(answer.code);
    }
    expect(await gateway.audit()).toContain('invite.mint Ann done');
  });

  test('is for the operator, but for another machine of a member', async () => {
    await gateway.join(testKey(1));
    expect((await mint(wish)).status).toBe(200);
    expect((await mint(wish, testKey(1))).status).toBe(403);
    expect((await mint({ ...wish, same_tenant: true }, testKey(1))).status).toBe(200);
    expect((await gateway.ask('POST /invite/mint', { body: wish })).status).toBe(401);
  });

  test('for another machine can bring no grants', async () => {
    await makeTeam('acme');
    await gateway.join(testKey(1));
    const more = [{ subscriber: true }, { teams: [{ slug: 'acme', write: true }] }];
    for (const grant of more)
      expect((await mint({ ...wish, same_tenant: true, ...grant }, testKey(1))).status).toBe(400);
  });

  test('names a team that there is not', async () => {
    await makeTeam('acme');
    const teams = ['acme', 'nobody'].map((slug) => ({ slug, write: true }));
    const answer = await mint({ ...wish, teams });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('no team nobody');
    expect(await gateway.home.ledger.all({ sql: 'SELECT * FROM invites', values: [] })).toEqual([]);
  });

  test('goes on until too many of them wait', async () => {
    gateway = makeTestGateway(await makeTestHome({ config: { limits: { openInvites: 2 } } }));
    const first = await gateway.mint();
    await gateway.mint();
    const refused = await mint(wish);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
    await redeem(first, testKey(1));
    expect((await mint(wish)).status).toBe(200);
  });
});

describe('to redeem an invite', () => {
  test('works with an invite that names a team twice', async () => {
    await makeTeam('acme');
    const twice = [true, false].map((write) => ({ slug: 'acme', write }));
    const answer = await redeem(await gateway.mint({ teams: twice }), testKey(1));
    expect([answer.status, answer.json()['grants']]).toEqual([
      200,
      { subscriber: false, teams: [{ slug: 'acme', write: false }] },
    ]);
  });

  test('makes a tenant with a name of its own and what the invite grants', async () => {
    await makeTeam('acme');
    const code = await gateway.mint({ subscriber: true, teams: [{ slug: 'acme', write: true }] });
    const answer = await redeem(code, testKey(1));
    expect(answer.status).toBe(200);
    const grants = { subscriber: true, teams: [{ slug: 'acme', write: true }] };
    const tenant = gateway.home.platform.sha256(new TextEncoder().encode(testKey(1))).slice(0, 12);
    expect(answer.json()).toMatchObject({ tenant, label: 'Ann', grants });
    const me = await gateway.ask('GET /tenants/me', { key: testKey(1) });
    expect(me.json()).toMatchObject({ tenant, role: 'member', keys: 1, grants });
    const status = await gateway.ask('GET /_status');
    expect(answer.json()['public_key']).toBe(status.json()['public_key']);
    expect(await gateway.audit()).toContain(`invite.redeem ${tenant} done`);
    const sql = "SELECT detail FROM audit WHERE action = 'invite.redeem'";
    const [row] = await gateway.home.ledger.all({ sql, values: [] });
    expect(JSON.parse(String(row?.['detail']))).toEqual({ label: 'Ann', same_tenant: false, ...grants });
  });

  test('gives another machine a key of the same tenant', async () => {
    const { tenant } = await gateway.join(testKey(1), { subscriber: true });
    const code = await gateway.mint({ same_tenant: true }, testKey(1));
    expect((await redeem(code, testKey(2), 'laptop')).json()).toMatchObject({ tenant, grants: { subscriber: true } });
    expect((await gateway.ask('GET /tenants/me', { key: testKey(2) })).json()).toMatchObject({
      tenant,
      keys: 2,
      label: 'Ann',
    });
  });

  test('with the same key again is answered as before, and changes nothing', async () => {
    await makeTeam('acme');
    const code = await gateway.mint({ teams: [{ slug: 'acme', write: true }] });
    const first = await redeem(code, testKey(1));
    const { tenant } = first.json() as { tenant: string };
    await gateway.ask(`DELETE /teams/acme/members/${tenant}`, { key: operatorKey });
    const before = await gateway.audit();
    gateway.home.clock.now = new Date('2026-11-02T12:00:00.000Z');
    const again = await redeem(code, testKey(1));
    expect(again.status).toBe(200);
    expect(again.json()).toMatchObject({ tenant, grants: { teams: [] } });
    expect(await gateway.audit()).toEqual(before);
  });

  test('is refused in one and the same way, whatever is wrong with the code', async () => {
    const spent = await gateway.mint();
    await redeem(spent, testKey(1));
    const expired = await gateway.mint({ expires_in: 60 });
    const { tenant } = await gateway.join(testKey(2));
    const orphaned = await gateway.mint({ same_tenant: true }, testKey(2));
    await gateway.ask(`POST /tenants/${tenant}/revoke`, { key: operatorKey, body: {} });
    // Made in the very moment that its tenant was revoked.
    const { tenant: bob } = await gateway.join(testKey(4));
    const late = await gateway.mint({ same_tenant: true, label: 'late' }, testKey(4));
    await gateway.ask(`POST /tenants/${bob}/revoke`, { key: operatorKey, body: {} });
    await gateway.home.ledger.batch([{ sql: "UPDATE invites SET revoked = NULL WHERE label = 'late'", values: [] }]);
    gateway.home.clock.now = new Date('2026-11-01T12:02:00.000Z');
    const answers = [];
    for (const code of ['A'.repeat(22), spent, expired, orphaned, late]) {
      const answer = await redeem(code, testKey(3));
      const page = await gateway.ask(`GET /invite/${code}`);
      answers.push([answer.status, answer.text, [...answer.headers], page.status, page.text, [...page.headers]]);
    }
    expect(answers[0]?.[0]).toBe(410);
    expect(answers[0]?.[3]).toBe(410);
    expect((await gateway.audit()).filter((row) => row.startsWith('invite.redeem'))).toHaveLength(3);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('of another gateway is refused', async () => {
    const other = makeTestGateway(
      await makeTestHome({ config: { secret: 'the secret of quite another gateway, elsewhere' } }),
    );
    expect((await redeem(await other.mint(), testKey(1))).status).toBe(410);
  });

  test('by two at once gives it to one, a hundred times', async () => {
    for (let n = 0; n < 100; n++) {
      const code = await gateway.mint();
      const answers = await Promise.all([redeem(code, testKey(2 * n)), redeem(code, testKey(2 * n + 1))]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410]);
    }
    const [count] = await gateway.home.ledger.all({ sql: 'SELECT COUNT(*) AS n FROM tenants', values: [] });
    expect(count?.['n']).toBe(101);
  });

  test('goes as often as the invite says', async () => {
    const code = await gateway.mint({ uses: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => redeem(code, testKey(n))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(7);
  });

  test('with a key whose id another tenant has asks for another key, and leaves the invite as it was', async () => {
    const idOf = (key: string): string => gateway.home.platform.sha256(new TextEncoder().encode(key)).slice(0, 12);
    await gateway.join(testKey(1));
    await gateway.home.ledger.batch([
      { sql: 'UPDATE keys SET key_id = ? WHERE key_id = ?', values: [idOf(testKey(2)), idOf(testKey(1))] },
    ]);
    for (const options of [{}, { same_tenant: true }]) {
      const code = await gateway.mint(options);
      const taken = await redeem(code, testKey(2));
      expect([taken.status, taken.json()['code']]).toEqual([409, 'taken']);
      expect((await redeem(code, testKey('same_tenant' in options ? 4 : 3))).status).toBe(200);
    }
  });

  test('with a key that is enrolled already asks for another key', async () => {
    await gateway.join(testKey(1));
    expect((await redeem(await gateway.mint(), testKey(1))).json()).toMatchObject({ code: 'taken' });
  });

  test('with a weak key is refused in words that do not show it', async () => {
    const code = await gateway.mint();
    const answer = await redeem(code, 'aaaaaaaaaaaaaaaaaaaa');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('too weak');
    expect(answer.text).not.toContain('aaaaa');
    expect((await redeem(code, testKey(1))).status).toBe(200);
  });

  test('after the key was revoked does not bring it back', async () => {
    const code = await gateway.mint();
    const { tenant } = (await redeem(code, testKey(1))).json() as { tenant: string };
    await gateway.ask(`POST /tenants/${tenant}/revoke`, { key: operatorKey, body: {} });
    expect((await redeem(code, testKey(1))).status).toBe(410);
    expect((await gateway.ask('GET /tenants/me', { key: testKey(1) })).status).toBe(401);
  });
});

describe('the page of an invite', () => {
  test('has the line to run, and is no use of it', async () => {
    const { code, url } = (await mint({ ...wish, label: 'Ann & <b>Bob</b>' })).json() as { code: string; url: string };
    const answer = await gateway.ask(`GET /invite/${code}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain(`npx snappy-os --invite "${url}"`);
    expect(answer.text).toContain('Ann &amp; &lt;b&gt;Bob&lt;/b&gt;');
    expect(answer.text).not.toContain('<script');
    expect((await redeem(code, testKey(1))).status).toBe(200);
  });

  test('loads nothing, is in no index, and is kept by nobody', async () => {
    const { headers, text } = await gateway.ask(`GET /invite/${await gateway.mint()}`);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri/,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(text).not.toMatch(/(?:src|href)=/);
    const style = /<style>(?<style>[^]*)<\/style>/.exec(text)?.groups?.['style'] ?? '';
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style)));
    expect(headers.get('content-security-policy')).toContain(btoa(String.fromCharCode(...digest)));
  });

  test.each(['x', '%00', '..%2f..', 'A'.repeat(5_000), '<script>'])(
    'for %j, which is no code, is that of a code nobody has',
    async (code) => {
      const answer = await gateway.ask(`GET /invite/${code}`);
      expect(answer.status).toBe(410);
      expect(answer.text).toBe((await gateway.ask(`GET /invite/${'A'.repeat(22)}`)).text);
    },
  );
});
