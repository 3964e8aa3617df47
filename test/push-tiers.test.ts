import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { layout } from '../src/core/paths.ts';
import { addMember, createTeam, removeMember, whoAmI } from '../src/sync/gateway/admin.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { resumePull } from '../src/sync/gateway/pull.ts';
import { previewPush } from '../src/sync/gateway/push.ts';
import type { PushReport } from '../src/sync/gateway/push.ts';
import { pull, push, read, requestFor, skill, write } from './push-calls.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
const canonical = served.operatorTree;
const operator = findGateway(canonical, {});
const sentOf = ({ sent }: PushReport): string[] =>
  sent.flatMap(({ tier, files, gone }) => [
    ...files.filter((file) => file.path !== layout.syncEvents).map((file) => `${tier} ${file.path}`),
    ...gone.map((file) => `${tier} -${file}`),
  ]);

let member = '';
beforeEach(async () => {
  write(canonical, layout.machineId, '0123456789ab\n');
  write(canonical, layout.migrations, '{"ts":"2026-01-01T00:00:00Z","op":"done","machine_id":"0123456789ab"}\n');
  member = await served.join({ subscriber: true });
});

test("a file of one's own that is removed uncovers the one that it has hidden, and removes nothing else", async () => {
  write(canonical, skill('can'), 'canonical\n');
  await push(canonical);
  await pull(member);
  write(member, skill('can'), 'own\n');
  expect(sentOf(await push(member))).toEqual([`private ${skill('can')}`]);
  fs.rmSync(path.join(member, skill('can')));
  expect(sentOf(await push(member))).toEqual([`private -${skill('can')}`]);
  expect(sentOf(await push(member))).toEqual([]);
  await pull(member);
  expect(read(member, skill('can'))).toBe('canonical\n');
});

test('one who has left a team pushes on, and what is here of the team stays here', async () => {
  const { tenant } = await whoAmI(findGateway(member, {}));
  await createTeam(operator, 'acme');
  await addMember(operator, 'acme', tenant, true);
  write(member, skill('shared'), 'first\n');
  await pull(member);
  expect(sentOf(await push(member, { tier: 'team:acme' }))).toEqual([`team:acme ${skill('shared')}`]);
  await removeMember(operator, 'acme', tenant);
  write(member, skill('own'), 'own\n');
  const { plan } = await previewPush(requestFor(member));
  expect(plan.tiers.flatMap(({ tier, files }) => files.map((file) => `${tier} ${file.path}`))).toContain(
    `private ${skill('own')}`,
  );
  expect(JSON.stringify(plan.tiers)).not.toContain(skill('shared'));
  write(member, skill('shared'), 'second\n');
  expect(sentOf(await push(member)).toSorted()).toEqual([`private ${skill('own')}`, `private ${skill('shared')}`]);
  expect(read(member, skill('shared'))).toBe('second\n');
});

test('a pull finds out that a team was left, although nothing else is new', async () => {
  const { tenant } = await whoAmI(findGateway(member, {}));
  await createTeam(operator, 'other');
  await addMember(operator, 'other', tenant, true);
  await pull(member);
  write(member, skill('others'), 'first\n');
  await push(member, { tier: 'team:other' });
  await removeMember(operator, 'other', tenant);
  await pull(member);
  write(member, skill('others'), 'second\n');
  served.asked.length = 0;
  expect(sentOf(await push(member))).toEqual([`private ${skill('others')}`]);
  expect(served.asked.filter((asked) => asked.startsWith('POST'))).toEqual(['POST /_push']);
});

test("what a killed pull has brought is not pushed as one's own, whatever was run in between", async () => {
  write(canonical, skill('killed'), 'first\n');
  await push(canonical);
  await pull(member);
  write(canonical, skill('fresh'), 'fresh\n');
  await push(canonical);
  const rename = fs.renameSync;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    if (String(to).endsWith('os.known')) throw new Error('killed');
    rename(from, to);
  });
  await expect(pull(member)).rejects.toThrow('killed');
  vi.restoreAllMocks();
  // As another process finds it.
  const staged = path.join(member, layout.gateway, 'staged');
  const [left = ''] = fs.readdirSync(staged);
  fs.renameSync(path.join(staged, left), path.join(staged, `${process.pid}-00000000`));
  expect(read(member, skill('fresh'))).toBe('fresh\n');
  await resumePull(requestFor(member));
  expect(sentOf(await push(member))).toEqual([]);
  write(member, skill('own'), 'own\n');
  expect(sentOf(await push(member))).toEqual([`private ${skill('own')}`]);
});

test("a newer version that has come by another way than a pull is not pushed as one's own", async () => {
  write(canonical, skill('synced'), 'first\n');
  await push(canonical);
  await pull(member);
  write(canonical, skill('synced'), 'second\n');
  await push(canonical);
  write(member, skill('synced'), 'second\n');
  write(member, skill('own'), 'own\n');
  expect(sentOf(await push(member))).toEqual([`private ${skill('own')}`]);
});

test("a file of the canonical that has come by another way before a pull has is not pushed as one's own", async () => {
  await pull(member);
  write(canonical, skill('added'), 'added\n');
  await push(canonical);
  write(member, skill('added'), 'added\n');
  write(member, skill('own'), 'own\n');
  const planned = (await previewPush(requestFor(member))).plan.tiers.flatMap(({ files }) => files);
  expect(planned.map((file) => file.path).filter((file) => file !== layout.syncEvents)).toEqual([skill('own')]);
  expect(sentOf(await push(member))).toEqual([`private ${skill('own')}`]);
  write(canonical, skill('added'), 'changed\n');
  await push(canonical);
  await pull(member);
  expect(read(member, skill('added'))).toBe('changed\n');
});
