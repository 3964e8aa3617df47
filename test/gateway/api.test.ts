import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Of } from '../../src/gateway/content/test-client.ts';
import { makeKey } from '../../src/sync/wire/key-strength.ts';
import { Client } from './client.ts';
import { homes } from './homes.ts';
import type { HomeKind, RunningHome } from './homes.ts';
import { skill, World } from './world.ts';
import type { Tenant } from './world.ts';

describe.each(homes)('a gateway on $name', (kind: HomeKind) => {
  let home: RunningHome;
  let world: World;
  beforeAll(async () => {
    home = await kind.start();
    world = new World(home);
  });
  afterAll(() => home.stop());

  test('says how it is to anybody', async () => {
    const { status, body } = await world.stranger.json('GET', '/_status');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, canonical: { os: 0, kernel: 0 }, last_quorum_promotion: null });
    expect(body['public_key']).toMatch(/^[\w-]{43}$/);
  });

  test('answers what it does not know, and who it does not know, alike and as problems', async () => {
    const bad = new Client(home, makeKey(randomBytes(32)));
    for (const client of [world.stranger, bad]) {
      for (const path of ['/_pull?repo=os&since=0', '/tenants', '/no/such/thing']) {
        const { status, headers, body } = await client.json('GET', path);
        expect(status).toBe(401);
        expect(headers.get('content-type')).toBe('application/problem+json');
        expect(body).toMatchObject({ status: 401, code: 'unknown_key' });
      }
    }
  });

  describe('an invite', () => {
    test('is minted, shown as a page, redeemed once, and then spent', async () => {
      const invite = await world.mint();
      expect(new URL(invite.url).pathname).toBe(`/invite/${invite.code}`);
      const page = await world.stranger.fetch(`/invite/${invite.code}`);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('npx snappy-os --invite');

      const key = makeKey(randomBytes(32));
      const first = await world.stranger.json('POST', '/invite/redeem', { code: invite.code, key });
      expect(first.status).toBe(200);
      expect(first.body['tenant']).toBe(createHash('sha256').update(key).digest('hex').slice(0, 12));
      // A client that died before the answer asks again, with the same key.
      expect((await world.stranger.json('POST', '/invite/redeem', { code: invite.code, key })).status).toBe(200);
      const other = { code: invite.code, key: makeKey(randomBytes(32)) };
      expect(await world.stranger.json('POST', '/invite/redeem', other)).toMatchObject({
        status: 410,
        body: { code: 'spent' },
      });
    });

    test('that is expired, unknown or of another gateway is refused in the same words', async () => {
      const { code } = await world.mint();
      const past = '2020-01-01T00:00:00.000Z';
      await home.sql(
        'UPDATE invites SET expires = ? WHERE label = ? AND code_hash NOT IN (SELECT code_hash FROM redemptions)',
        past,
        'Ann',
      );
      const key = makeKey(randomBytes(32));
      const expired = await world.stranger.json('POST', '/invite/redeem', { code, key });
      const foreign = await world.stranger.json('POST', '/invite/redeem', { code: 'A'.repeat(22), key });
      expect(expired.status).toBe(410);
      expect(foreign.body).toEqual(expired.body);
    });

    test('is redeemed by one of many who try at once', async () => {
      const { code } = await world.mint();
      const tries = Array.from({ length: 10 }, () =>
        world.stranger.json('POST', '/invite/redeem', { code, key: makeKey(randomBytes(32)) }),
      );
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 410)).toHaveLength(9);
    });

    test('for the same tenant gives another machine of its own', async () => {
      const ann = await world.join();
      const laptop = await world.join({ same_tenant: true }, ann.client);
      expect(laptop.id).toBe(ann.id);
      expect(laptop.key).not.toBe(ann.key);
    });

    test('is the operator’s to mint', async () => {
      const ann = await world.join();
      const wanted = { label: 'Bo', subscriber: false, teams: [], expires_in: 3_600, uses: 1 };
      expect((await ann.client.json('POST', '/invite/mint', wanted)).status).toBe(403);
    });
  });

  describe('tiers', () => {
    test('are told apart: private, team, subscriber, public', async () => {
      const slug = `team-${randomBytes(4).toString('hex')}`;
      expect((await world.operator.json('POST', '/teams', { slug })).status).toBe(200);
      const [ann, bo, eve, sub] = await Promise.all([
        world.join({ teams: [{ slug, write: true }] }),
        world.join({ teams: [{ slug, write: false }] }),
        world.join(),
        world.join({ subscriber: true }),
      ]);
      await ann.client.push({ base: 0, changed: skill('own') });
      expect((await ann.client.push({ tier: `team:${slug}`, base: 0, changed: skill('ours') })).status).toBe(200);
      await world.operator.push({ tier: 'subscriber', base: 0, changed: skill('paid') });
      await world.operator.push({ tier: 'public', base: 0, changed: skill('free') });

      const seen = async ({ client }: Tenant): Promise<string[]> =>
        Object.values((await client.pull()).contents)
          .flatMap((files) => Object.values(files))
          .toSorted();
      expect(await seen(ann)).toEqual(['free', 'ours', 'own']);
      expect(await seen(bo)).toEqual(['free', 'ours']);
      expect(await seen(eve)).toEqual(['free']);
      expect(await seen(sub)).toEqual(['free', 'paid']);

      // What may not be seen is answered as what is not there.
      const toNothing = await eve.client.push({ tier: 'team:no-such-team', base: 1, changed: skill('x') });
      const toTheirs = await eve.client.push({ tier: `team:${slug}`, base: 1, changed: skill('x') });
      expect([toTheirs.status, toTheirs.body]).toEqual([toNothing.status, toNothing.body]);
      expect(
        (await bo.client.push({ tier: `team:${slug}`, base: 1, changed: skill('x') })).status,
      ).toBeGreaterThanOrEqual(403);
      const secretBlob = `/_blobs/os/private/${sha256Of('own')}`;
      expect((await ann.client.fetch(secretBlob)).status).toBe(200);
      expect((await eve.client.fetch(secretBlob)).status).toBe(404);
    });

    test('of the public are at a well-known address, and cached', async () => {
      const { body } = await world.operator.json<{ canonical: { os: number } }>('GET', '/_status');
      if (body.canonical.os === 0) await world.operator.push({ tier: 'public', base: 0, changed: skill('free') });
      const found = await world.stranger.fetch('/.well-known/skills/state/skills/free/SKILL.md');
      expect(found.status).toBe(200);
      expect(await found.text()).toBe('free');
      expect(found.headers.get('cache-control')).toContain('max-age=60');
      const etag = found.headers.get('etag') ?? '';
      const again = await world.stranger.fetch('/.well-known/skills/state/skills/free/SKILL.md', {
        headers: { 'if-none-match': etag },
      });
      expect(again.status).toBe(304);
      for (const path of ['state/skills/own/SKILL.md', '../_status', 'state/skills/paid/SKILL.md']) {
        expect((await world.stranger.fetch(`/.well-known/skills/${encodeURIComponent(path)}`)).status).toBe(404);
      }
    });
  });

  describe('a key', () => {
    test('that is changed stops to work, and the tenant stays', async () => {
      const ann = await world.join();
      await ann.client.push({ base: 0, changed: skill('a') });
      const key = makeKey(randomBytes(32));
      expect((await ann.client.json('POST', '/tenants/me/rotate', { key })).body['tenant']).toBe(ann.id);
      expect((await ann.client.json('GET', '/tenants/me')).status).toBe(401);
      expect((await new Client(home, key).pull()).contents['private']).toEqual(skill('a'));
    });

    test('that is revoked is not known any more', async () => {
      const ann = await world.join();
      expect((await world.operator.json('POST', `/tenants/${ann.id}/revoke`, {})).status).toBe(200);
      const after = await ann.client.json('GET', '/tenants/me');
      const unknown = await new Client(home, makeKey(randomBytes(32))).json('GET', '/tenants/me');
      expect(after.status).toBe(401);
      expect(after.body).toEqual(unknown.body);
    });
  });

  // In a home of its own: of an address that is refused often, refusals are counted and not told one by one.
  test('every change and every refusal is in the audit log, and no key or code', async () => {
    const fresh = await kind.start();
    try {
      const people = new World(fresh);
      const { code } = await people.mint();
      const ann = await people.join();
      await ann.client.push({ base: 0, changed: skill('a') });
      await ann.client.push({ base: 7, changed: skill('b') });
      const told = async (outcome: string): Promise<unknown[]> =>
        (await fresh.sql('SELECT action FROM audit WHERE tenant = ? AND outcome = ?', ann.id, outcome)).map(
          ({ action }) => action,
        );
      // The row of a refusal is written after its answer.
      await expect.poll(() => told('refused'), { timeout: 10_000 }).toEqual(['POST /_push']);
      const all = JSON.stringify(await fresh.sql('SELECT * FROM audit'));
      for (const action of ['push', 'mint', 'redeem']) expect(all).toContain(action);
      for (const secret of [ann.key, fresh.operatorKey, code]) expect(all).not.toContain(secret);
    } finally {
      await fresh.stop();
    }
  });
});
