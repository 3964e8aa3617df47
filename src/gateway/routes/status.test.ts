import { expect, test } from 'vitest';
import { statusAnswer } from '../../sync/wire/messages.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeTestHome, operatorKey } from '../test-home.ts';

test('the status tells of the canonical what the caller may read', async () => {
  const gateway = makeTestGateway(await makeTestHome());
  const heads = [
    ['os', 'public', 3],
    ['os', 'subscriber', 9],
    ['os', 'private:000000000000', 70],
    ['os', 'team:acme', 80],
    ['kernel', 'subscriber', 2],
  ];
  await gateway.home.ledger.batch(
    heads.map((values) => ({
      sql: "INSERT INTO heads SELECT ?, ?, ?, '', '', 0, 0, '', ''",
      values: values.map((value) => value),
    })),
  );
  await gateway.join(testKey(1));
  await gateway.join(testKey(2), { subscriber: true });
  const canonicalFor = async (key?: string): Promise<unknown> =>
    (await gateway.ask('GET /_status', { key })).json()['canonical'];
  expect(await canonicalFor()).toEqual({ os: 3, kernel: 0 });
  expect(await canonicalFor(testKey(1))).toEqual({ os: 3, kernel: 0 });
  expect(await canonicalFor(testKey(2))).toEqual({ os: 12, kernel: 2 });
  expect(await canonicalFor(operatorKey)).toEqual({ os: 12, kernel: 2 });
  expect(statusAnswer.safeParse((await gateway.ask('GET /_status')).json()).success).toBe(true);
});
