import { expect, test } from 'vitest';
import { findCredentials, maskCredentials } from './credentials.ts';

// Put together here, so that no scanner takes this file for one that holds credentials.
const github = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
const slack = ['xoxb', '123456789012', '1234567890123', 'abcdefghijklmnopqrstuvwx'].join('-');

test('a credential is found with its place and its kind, and is not in what is told of it', async () => {
  const found = await findCredentials(`# a\n\n- token: ${github}\n- hook ${slack}\n`);
  expect(found).toEqual([
    { line: 3, column: 10, kind: 'github' },
    { line: 4, column: 8, kind: 'slack' },
  ]);
});

test('credentials are masked, and every other byte stays', async () => {
  expect(await maskCredentials(`ä ${github} and ${slack}.\n`)).toBe('ä [github removed] and [slack removed].\n');
  expect(await maskCredentials('- pass --token $TOKEN\n')).toBe('- pass --token $TOKEN\n');
});

test('a key of a gateway and an invite are credentials too', async () => {
  const key = ['snappy', 'aB3-_'.repeat(9).slice(0, 43)].join('_');
  const invite = ['https://gateway.example/base', 'invite', 'aB3-_'.repeat(5).slice(0, 22)].join('/');
  expect(await maskCredentials(`SNAPPY_MASTER_KEY=${key}\n<${invite}#${'x'.repeat(22)}> ${key}x\n${invite}`)).toBe(
    `SNAPPY_MASTER_KEY=[snappy-key removed]\n<[snappy-invite removed]> ${key}x\n[snappy-invite removed]`,
  );
  expect(await findCredentials('https://gateway.example/invite/<code> and snappy_os')).toEqual([]);
});
