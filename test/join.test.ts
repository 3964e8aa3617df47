import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readEnv } from '../seed/state/lib/env.ts';
import { snapshot } from '../src/core/test-disk.ts';
import { rotateKey } from '../src/sync/gateway/admin-rotate.ts';
import { listTenants, mintInvite, whoAmI } from '../src/sync/gateway/admin.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { enrol, foreseeEnrol, readInvitation } from '../src/sync/gateway/enrol.ts';
import type { Enrolled } from '../src/sync/gateway/enrol.ts';
import { withGatewayLock } from '../src/sync/gateway/gateway-lock.ts';
import { inviteLinkOf } from '../src/sync/gateway/invite.ts';
import { readTrust } from '../src/sync/gateway/trust.ts';
import type { MintRequest } from '../src/sync/wire/messages.ts';
import { lostAnswer, serveGateway } from './served-gateway.ts';

const served = await serveGateway();
const operator = findGateway(served.operatorTree, {});
const ann: MintRequest = { label: 'Ann, laptop', subscriber: true, teams: [], expires_in: 3_600, uses: 1 };

async function mint(request: Partial<MintRequest> = {}): Promise<string> {
  return inviteLinkOf(served.operatorTree, operator, await mintInvite(operator, { ...ann, ...request }));
}
const join = async (tree: string, link: string, env: NodeJS.ProcessEnv = {}): Promise<Enrolled> =>
  enrol(tree, await readInvitation(link), { env });
const keyOf = (tree: string): string => readEnv('SNAPPY_MASTER_KEY', { tree, env: {} }) ?? '';
const secretsOf = (tree: string): string | undefined =>
  fs.existsSync(path.join(tree, '.env.cache')) ? fs.readFileSync(path.join(tree, '.env.cache'), 'utf8') : undefined;
const countTenants = async (): Promise<number> => (await listTenants(operator)).length;

let tree = '';
beforeEach(() => {
  tree = served.makeTree();
  served.between = (_request, pass) => pass();
  served.asked.length = 0;
});

describe('an invite', () => {
  test('makes a tree a tenant, with a key that was made here and a gateway whose key is pinned', async () => {
    const joined = await join(tree, await mint());
    const id = createHash('sha256').update(keyOf(tree)).digest('hex').slice(0, 12);
    expect(joined).toMatchObject({ tenant: id, label: 'Ann, laptop', already: false, grants: { subscriber: true } });
    expect(readTrust(tree)).toEqual({ url: served.url, tenant: id, public_key: expect.stringMatching(/^[\w-]{43}$/) });
    expect((fs.statSync(path.join(tree, '.env.cache')).mode & 0o777).toString(8)).toBe('600');
    expect(await whoAmI(findGateway(tree, {}))).toMatchObject({ tenant: id, role: 'member', keys: 1 });
  });

  test('is not used by a tree that has joined before, and changes nothing there', async () => {
    await join(tree, await mint());
    const before = snapshot(tree);
    const link = await mint();
    expect(await join(tree, link)).toMatchObject({ already: true, label: 'Ann, laptop' });
    expect(snapshot(tree)).toEqual(before);
    expect(await join(served.makeTree(), link)).toMatchObject({ already: false });
  });

  test('for the same tenant gives another machine a key of its own', async () => {
    const first = await join(tree, await mint());
    const gateway = findGateway(tree, {});
    const minted = await mintInvite(gateway, { ...ann, label: 'phone', subscriber: false, same_tenant: true });
    const other = served.makeTree();
    expect(await join(other, await inviteLinkOf(tree, gateway, minted))).toMatchObject({ tenant: first.tenant });
    expect(keyOf(other)).not.toBe(keyOf(tree));
    expect(await whoAmI(gateway)).toMatchObject({ keys: 2 });
  });

  test('whose link names another key is followed no further than the question for that key', async () => {
    const link = (await mint()).replace(/#.*/, `#${'A'.repeat(22)}`);
    const before = snapshot(tree);
    served.asked.length = 0;
    await expect(join(tree, link)).rejects.toMatchObject({
      code: 'refused',
      message: `${served.url} is not the gateway that this invite was made at: it shows another key`,
    });
    expect(served.asked).toEqual(['GET /_status']);
    expect(snapshot(tree)).toEqual(before);
  });

  test('without a fingerprint is refused before anything is asked', async () => {
    const link = (await mint()).replace(/#.*/, '');
    served.asked.length = 0;
    await expect(join(tree, link)).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('copy all') });
    expect(served.asked).toEqual([]);
  });

  test('that was used, has expired or was never made leaves the file of secrets as it was, to the byte', async () => {
    const used = await mint();
    await join(served.makeTree(), used);
    const expired = await mint({ expires_in: 60 });
    const foreign = used.replace(/invite\/.*#/, `invite/${'B'.repeat(22)}#`);
    served.home.clock.now = new Date(served.home.clock.now.getTime() + 61_000);
    fs.writeFileSync(path.join(tree, '.env.cache'), 'MINE=1 # mine\n', { mode: 0o600 });
    for (const link of [used, expired, foreign]) {
      await expect(join(tree, link)).rejects.toMatchObject({
        code: 'failure',
        hint: 'ask whoever sent it for a new one: snappy tenant onboard',
      });
      expect(secretsOf(tree)).toBe('MINE=1 # mine\n');
      expect(readTrust(tree)).toBeUndefined();
    }
  });

  test('does not take a tree from another gateway, which it leaves as it is', async () => {
    fs.writeFileSync(path.join(tree, '.env.cache'), 'SNAPPY_GATEWAY=https://other.example\n', { mode: 0o600 });
    const before = snapshot(tree);
    await expect(join(tree, await mint())).rejects.toMatchObject({
      code: 'refused',
      message: 'this tree belongs to another gateway: https://other.example',
    });
    expect(snapshot(tree)).toEqual(before);
  });

  test('enrols the key that a person brings along, unless that can be guessed', async () => {
    const weak = { SNAPPY_MASTER_KEY: 'passwordpassword' };
    const link = await mint();
    await expect(join(tree, link, weak)).rejects.toMatchObject({ code: 'usage' });
    const own = { SNAPPY_MASTER_KEY: 'vT7-qL2x-Zp9w-Rk4m-Hn8c-Bd5f' };
    expect(await join(tree, link, own)).toMatchObject({ already: false });
    expect(keyOf(tree)).toBe(own.SNAPPY_MASTER_KEY);
  });

  test('is tried with another key when the first is taken for that of somebody else', async () => {
    let times = 0;
    served.between = async (request, pass) => {
      if (new URL(request.url).pathname !== '/invite/redeem' || (times += 1) > 1) return pass();
      const problem = { type: 'x', title: 'x', status: 409, code: 'taken' };
      return Response.json(problem, { status: 409, headers: { 'content-type': 'application/problem+json' } });
    };
    await join(tree, await mint());
    expect(times).toBe(2);
    expect(await whoAmI(findGateway(tree, {}))).toMatchObject({ label: 'Ann, laptop' });
  });
});

describe('a gateway', () => {
  test('that shows one key first and another later is not believed, and the first stays pinned', async () => {
    const link = await mint();
    const { publicKey } = await readInvitation(link);
    served.between = async (request, pass) => {
      const response = await pass();
      if (new URL(request.url).pathname !== '/invite/redeem') return response;
      return Response.json({ ...((await response.json()) as object), public_key: 'A'.repeat(43) });
    };
    await expect(join(tree, link)).rejects.toMatchObject({
      code: 'refused',
      message: `${served.url} shows one key now and another a moment ago`,
    });
    expect(readTrust(tree)).toEqual({ url: served.url, tenant: '', public_key: publicKey });
  });

  test('whose answer is no answer of a gateway leaves the key for the next try', async () => {
    const link = await mint();
    served.between = async (request, pass) =>
      new URL(request.url).pathname === '/invite/redeem' ? Response.json({ hello: 1 }) : pass();
    await expect(join(tree, link)).rejects.toMatchObject({ code: 'failure' });
    expect(keyOf(tree)).toMatch(/^snappy_/);
  });
});

test('a join waits for whatever else is at the gateway from this tree, and sends nothing before', async () => {
  const invitation = await readInvitation(await mint());
  let joined: Promise<Enrolled> | undefined;
  await withGatewayLock(tree, async () => {
    joined = enrol(tree, invitation, { env: {} });
    // As many questions as would give it the time.
    for (let n = 0; n < 5; n += 1) await whoAmI(operator);
    expect([served.asked.includes('POST /invite/redeem'), secretsOf(tree)]).toEqual([false, undefined]);
  });
  expect(await joined).toMatchObject({ already: false });
});

describe('a join that is cut off', () => {
  test('when the answer is lost has its key already, and the same link goes on with it', async () => {
    const link = await mint();
    served.between = lostAnswer('POST', '/invite/redeem');
    const before = await countTenants();
    await expect(join(tree, link)).rejects.toMatchObject({ code: 'failure' });
    const key = keyOf(tree);
    expect(key).toMatch(/^snappy_/);
    served.between = (_request, pass) => pass();
    expect(await join(tree, link)).toMatchObject({ already: true });
    expect([keyOf(tree), await countTenants()]).toEqual([key, before + 1]);
    expect(readTrust(tree)).toBeDefined();
  });

  test('before anything was sent goes on with the key that it has stored', async () => {
    const link = await mint();
    const key = 'snappy_k7Qp2xVw9ZtRm4Ln8HcBd5FgJy3SaEuo6XiTzWvN1Yb';
    fs.writeFileSync(path.join(tree, '.env.cache'), `SNAPPY_GATEWAY=${served.url}\nSNAPPY_MASTER_KEY=${key}\n`, {
      mode: 0o600,
    });
    const invitation = await readInvitation(link);
    expect(foreseeEnrol(tree, {}, invitation)).toBe('own key');
    expect(await enrol(tree, invitation, { env: {} })).toMatchObject({ already: false });
    expect([keyOf(tree), foreseeEnrol(tree, {}, invitation)]).toEqual([key, 'joined']);
  });
});

describe('a change of the key', () => {
  const rotate = (): Promise<unknown> => rotateKey(tree, { ...operator, key: keyOf(tree) }, {});

  beforeEach(async () => {
    await join(tree, await mint());
    await join(served.makeTree(), await mint());
  });

  test('leaves the tenant who it is and the old key dead', async () => {
    const before = await whoAmI(findGateway(tree, {}));
    const old = keyOf(tree);
    await rotate();
    expect(keyOf(tree)).not.toBe(old);
    expect(await whoAmI(findGateway(tree, {}))).toMatchObject({ tenant: before.tenant, keys: 1 });
    await expect(whoAmI({ ...operator, key: old })).rejects.toMatchObject({ status: 401 });
    expect(secretsOf(tree)).not.toContain('NEXT');
  });

  test('whose answer is lost has both keys, says so to every other command, and is finished by the next', async () => {
    const old = keyOf(tree);
    served.between = lostAnswer('POST', '/tenants/me/rotate');
    await expect(rotate()).rejects.toMatchObject({ code: 'failure' });
    expect(keyOf(tree)).toBe(old);
    expect(() => findGateway(tree, {})).toThrow('a change of the master key was cut off');
    served.between = (_request, pass) => pass();
    await rotate();
    expect(await whoAmI(findGateway(tree, {}))).toMatchObject({ keys: 1 });
    expect(keyOf(tree)).not.toBe(old);
  });

  test('that never reached the gateway is finished by the next', async () => {
    const old = keyOf(tree);
    served.between = async (request, pass) => (request.method === 'POST' ? new Response('', { status: 502 }) : pass());
    await expect(rotate()).rejects.toMatchObject({ code: 'failure' });
    served.between = (_request, pass) => pass();
    await rotate();
    expect(keyOf(tree)).not.toBe(old);
    expect(await whoAmI(findGateway(tree, {}))).toMatchObject({ keys: 1 });
  });

  test('that the gateway refuses leaves the old key alone', async () => {
    const before = secretsOf(tree);
    served.between = async (request, pass) =>
      request.method === 'POST' ? Response.json({ code: 'forbidden' }, { status: 403 }) : pass();
    await expect(rotate()).rejects.toMatchObject({ code: 'refused' });
    expect(secretsOf(tree)).toBe(before);
  });

  test('is refused where the environment has the key, since that would still count', async () => {
    const env = { SNAPPY_MASTER_KEY: 'another key, of the environment' };
    await expect(rotateKey(tree, operator, env)).rejects.toMatchObject({ code: 'usage' });
  });
});
