import { beforeEach, describe, expect, test } from 'vitest';
import type { Invocation, Outcome } from '../src/cli/command.ts';
import { alert } from '../src/cli/commands/alert.ts';
import { inviteMint } from '../src/cli/commands/invite-mint.ts';
import { inviteRedeem } from '../src/cli/commands/invite-redeem.ts';
import { status } from '../src/cli/commands/status.ts';
import { teamAdd, teamCreate, teamList, teamRemove } from '../src/cli/commands/team.ts';
import { tenantGrant } from '../src/cli/commands/tenant-grant.ts';
import { tenantKeys } from '../src/cli/commands/tenant-keys.ts';
import { tenantList } from '../src/cli/commands/tenant-list.ts';
import { tenantOnboard } from '../src/cli/commands/tenant-onboard.ts';
import { tenantRevoke } from '../src/cli/commands/tenant-revoke.ts';
import { tenantRevokeKey } from '../src/cli/commands/tenant-revoke-key.ts';
import { tenantRotate } from '../src/cli/commands/tenant-rotate.ts';
import { storeSecrets } from '../src/core/secret-store.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
type Body = (invocation: Invocation) => Promise<Outcome>;

/** Runs a command's body as the operator, or in another tree. */
function run(body: Body, args: string[], flags: Invocation['flags'] = {}): Promise<Outcome> {
  const tree = served.operatorTree;
  return body({ args, flags: { tree, ...flags }, cwd: '/', env: {}, terminal: false, confirm: async () => false });
}
const done = { apply: true };

interface Member {
  readonly tree: string;
  readonly tenant: string;
}

async function onboard(flags: Invocation['flags']): Promise<Member> {
  const { url } = (await run(tenantOnboard, [], { ...flags, apply: true })).data as { url: string };
  const tree = served.makeTree();
  const { tenant } = (await run(inviteRedeem, [url], { tree, apply: true })).data as { tenant: string };
  return { tree, tenant };
}

let asked: readonly string[] = [];
const changes = (): string[] => asked.filter((line) => !line.startsWith('GET '));
beforeEach(() => {
  asked = served.asked;
  served.asked.length = 0;
});

test('onboarding shows what the invite gives, makes it with consent, and prints the one line to send', async () => {
  const flags = { label: 'Ann, laptop', team: 'acme', expires: '24h' };
  const plan = await run(tenantOnboard, [], flags);
  expect(plan.text).toBe(
    [
      `An invite to ${served.url} for "Ann, laptop"`,
      '  becomes     a tenant of its own',
      '  reads       what is its own, what team acme has, and writes it, what subscribers read, what is public',
      '  redeemable  once, for 24 hours',
      '  makes       the team acme, which is not there yet',
    ].join('\n'),
  );
  expect(plan.unchanged).toBe('this was the plan; add --apply to carry it out');
  expect(changes()).toEqual([]);
  const made = await run(tenantOnboard, [], { ...flags, ...done });
  const { line, url } = made.data as { line: string; url: string };
  expect(line).toBe(`npx snappy-os --invite "${url}"`);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invite\/[\w-]{22}#[\w-]{22}$/);
  expect(made.text.split('\n')).toContain(`  ${line}`);
  expect(made.changed).toBe('the team acme is made, and an invite');
});

test.each([
  [{}, 'the invite has no label'],
  [{ label: '' }, '--label is no name'],
  [{ label: 'x', expires: 'soon' }, '--expires is "soon"'],
  [{ label: 'x', expires: '91d' }, '--expires is 91d'],
  [{ label: 'x', team: 'Not A Slug' }, '"Not A Slug" is no name of a team'],
  [{ sameTenant: true, team: 'acme' }, '--team does not go with --same-tenant'],
  [{ label: 'x', uses: '0' }, '--uses is "0"'],
])('what cannot be an invite is wrong usage, and asks the gateway nothing: %j', async (flags, message) => {
  await expect(run(tenantOnboard, [], { ...flags, ...done })).rejects.toMatchObject({ code: 'usage', message });
  expect(asked).toEqual([]);
});

test('an invite for another machine of a tenant says before it is made that there is no such tenant', async () => {
  for (const body of [tenantOnboard, inviteMint])
    await expect(run(body, [], { tenant: 'ffffffffffff' })).rejects.toMatchObject({
      code: 'usage',
      message: 'the gateway has no tenant ffffffffffff',
    });
  expect(changes()).toEqual([]);
});

test('an invite is redeemed with consent alone, and then says who the tree is', async () => {
  const { url } = (await run(inviteMint, [], { label: 'Ben', subscriber: false, ...done })).data as { url: string };
  const tree = served.makeTree();
  const plan = await run(inviteRedeem, [url], { tree });
  expect(plan.text).toContain(`would join the gateway ${served.url}`);
  expect(changes()).toEqual(['POST /invite/mint']);
  const joined = await run(inviteRedeem, [url], { tree, ...done });
  const { tenant } = joined.data as { tenant: string };
  expect(joined.changed).toBe(`this tree is tenant ${tenant} of ${served.url}`);
  expect(joined.text).toContain('reads       its own, the public, and beside them: nothing');
  expect(JSON.stringify(joined)).not.toContain('snappy_');
  expect((await run(inviteRedeem, [url], { tree, ...done })).changed).toBeUndefined();
});

test('tenants are listed with what they were granted, which is given and taken by command', async () => {
  const { tenant } = await onboard({ label: 'Cem', expires: '30m' });
  const rowOf = async (): Promise<string | undefined> =>
    (await run(tenantList, [])).text.split('\n').find((line) => line.startsWith(tenant));
  expect(await rowOf()).toMatch(/^\w{12} {2}Cem +member +1 key +\d{4}-\d\d-\d\d {2}what subscribers read$/);
  // What teams have is not the operator's to read.
  expect((await run(tenantList, [])).text).toMatch(/ operator +\d keys? +\S+ {2}what subscribers read$/m);
  expect((await run(tenantGrant, [tenant], done)).unchanged).toBe(`Cem (${tenant}) reads that already`);
  expect((await run(tenantRevoke, [tenant], { grantOnly: true, ...done })).changed).toBe(
    `Cem (${tenant}) has no grant any more`,
  );
  expect(await rowOf()).toMatch(/nothing$/);
  expect((await run(tenantGrant, [tenant])).changed).toBeUndefined();
  expect((await run(tenantGrant, [tenant], done)).changed).toBe(`Cem (${tenant}) reads what subscribers read`);
  expect((await run(tenantRevoke, [tenant], done)).changed).toBe(`Cem (${tenant}) is revoked`);
  expect(await rowOf()).toContain('revoked');
});

test('the key of a lost machine is ended from another one, and the operator lets in whoever has lost all', async () => {
  const { tree, tenant } = await onboard({ label: 'Eva' });
  const phone = await onboard({ tree, sameTenant: true, label: 'phone' });
  expect(phone.tenant).toBe(tenant);
  const { keys } = (await run(tenantKeys, [], { tree })).data as { keys: { key: string; label: string }[] };
  const lost = keys.find(({ label }) => label === 'phone')?.key ?? '';
  expect((await run(tenantKeys, [], { tree })).text).toMatch(
    /^KEY +LABEL +SINCE\n\w{12} {2}Eva +\d{4}-\d\d-\d\d {2}this machine\n\w{12} {2}phone +\d{4}-\d\d-\d\d\n\n2 keys/,
  );
  expect((await run(tenantRevokeKey, [lost], { tree })).text).toContain(`the key ${lost} ("phone") would stop to work`);
  await expect(run(tenantRevokeKey, [lost], { tree: phone.tree, ...done })).rejects.toMatchObject({ code: 'refused' });
  expect((await run(tenantRevokeKey, [lost], { tree, ...done })).changed).toBe(
    `the key ${lost} ("phone") does not work any more`,
  );
  await expect(run(tenantKeys, [], { tree: phone.tree })).rejects.toMatchObject({ status: 401 });
  await expect(run(tenantRevokeKey, [lost], { tree, ...done })).rejects.toMatchObject({ code: 'usage' });

  const plan = await run(tenantOnboard, [], { tenant });
  expect(plan.text).toContain(`another machine of tenant ${tenant}, with a key of its own`);
  const again = await onboard({ tenant, label: 'new laptop' });
  expect(again.tenant).toBe(tenant);
  expect((await run(tenantKeys, [], { tree: again.tree })).text).toContain('2 keys of this tenant');
});

test('the operator does not lock itself out', async () => {
  const { tenants } = (await run(tenantList, [])).data as { tenants: { tenant: string; role: string }[] };
  const operator = tenants.find(({ role }) => role === 'operator')?.tenant ?? '';
  await expect(run(tenantRevoke, [operator], done)).rejects.toMatchObject({ code: 'refused' });
});

test('a member may run none of the commands of an operator, and is told so', async () => {
  const { tree, tenant } = await onboard({ label: 'Dan' });
  const calls: [Body, string[]][] = [
    [tenantList, []],
    [tenantGrant, [tenant]],
    [tenantRevoke, [tenant]],
    [teamCreate, ['mine']],
    [tenantOnboard, []],
  ];
  for (const [body, args] of calls)
    await expect(run(body, args, { tree, label: 'Eve', ...done }), body.name).rejects.toMatchObject({
      code: 'refused',
      hint: 'nothing was changed; ask the operator of the gateway for the right to do this',
    });
});

describe('a team', () => {
  test('is made once, takes tenants in to read or to write, and lets them go', async () => {
    const { tree, tenant } = await onboard({ label: 'Fay' });
    expect((await run(teamCreate, ['kite'])).changed).toBeUndefined();
    expect((await run(teamCreate, ['kite'], done)).changed).toBe('the team kite is made');
    expect((await run(teamCreate, ['kite'], done)).unchanged).toBe('there is a team kite already');
    await run(teamAdd, ['kite', tenant], { reader: true, ...done });
    const own = await run(teamList, [], { tree });
    expect(own.text).toMatch(new RegExp(`^TEAM +MEMBER +MAY +LABEL\nkite +${tenant} +reads`));
    expect((await run(teamAdd, ['kite', tenant], done)).changed).toBe(
      `Fay (${tenant}) may read and write what team kite has`,
    );
    expect((await run(teamAdd, ['kite', tenant], done)).changed).toBeUndefined();
    expect((await run(teamList, [])).text).toMatch(new RegExp(`kite +${tenant} +writes +Fay`));
    expect((await run(teamRemove, ['kite', tenant], done)).changed).toBe(`Fay (${tenant}) is out of team kite`);
    expect((await run(teamRemove, ['kite', tenant], done)).changed).toBeUndefined();
    expect((await run(teamList, [], { tree })).text).toContain('No teams.');
  });

  test.each([
    [['UPPER', '0123456789ab'], 'is no name of a team'],
    [['kite', 'x'], 'is no id of a tenant'],
    [['nobody-made', '0123456789ab'], 'the gateway has no team nobody-made'],
    [['acme', '0123456789ab'], 'the gateway has no tenant 0123456789ab'],
  ])('that is named wrongly is wrong usage: %j', async (args, message) => {
    await expect(run(teamAdd, args, done)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });
});

test('a new key is made with consent alone', async () => {
  const { tree, tenant } = await onboard({ label: 'Gus' });
  served.asked.length = 0;
  expect((await run(tenantRotate, [], { tree })).text).toContain('The tenant stays the same.');
  expect(changes()).toEqual([]);
  expect((await run(tenantRotate, [], { tree, ...done })).changed).toBe(`Gus (${tenant}) has a new key, in .env.cache`);
});

describe('the four scopes', () => {
  test('name the gateway and the tenant, and what was pulled from whom', async () => {
    const { tree, tenant } = await onboard({ label: 'Joy' });
    const { text, data } = await run(status, [], { tree });
    expect(text).toContain(
      [
        `YOUR TENANT   ${tenant} at ${served.url}`,
        '              nothing of your own is there yet (snappy push)',
        'SHARED STATE  nothing of a team was pulled yet (snappy pull)',
        'GLOBALLY      nothing of everybody was pulled yet (snappy pull)',
      ].join('\n'),
    );
    expect(data).toMatchObject({ 'YOUR TENANT': { gateway: served.url, tenant, tiers: [] } });
  });

  test('say what is wrong with an address that has no key', async () => {
    const tree = served.makeTree();
    storeSecrets(tree, { SNAPPY_GATEWAY: served.url });
    expect((await run(status, [], { tree })).text).toContain(
      `YOUR TENANT   this tree has an address of a gateway, ${served.url}, and no key for it`,
    );
  });
});

describe('an alert', () => {
  test('is noted in the tree and told to its gateway, once', async () => {
    const { tree } = await onboard({ label: 'Hal' });
    served.asked.length = 0;
    expect(await run(alert, ['disk-full'], { tree })).toMatchObject({
      text: `${served.url} was told`,
      data: { noted: true, sent: true },
    });
    expect((await run(alert, ['disk-full'], { tree })).data).toMatchObject({ noted: false, sent: false });
    expect(asked).toEqual(['POST /_alert']);
  });

  test('that the gateway does not take is noted all the same, and the reason is said', async () => {
    const { tree } = await onboard({ label: 'Ida' });
    served.between = async () => new Response('', { status: 503 });
    try {
      expect(await run(alert, ['disk-full'], { tree })).toMatchObject({
        ok: true,
        text: expect.stringContaining('No gateway was told: '),
        data: { noted: true, sent: false },
      });
    } finally {
      served.between = (_request, pass) => pass();
    }
  });
});
