import { expect, test } from 'vitest';
import { issueKey } from './issue-key.ts';

test.each([
  ['Timed out after 30 s', 'timed out after 2.5 s'],
  ['the flag "--force" is missing', "The flag '--force' is missing!"],
  ['cannot read /home/ann/x.txt', 'cannot read /tmp/y/z.json'],
  ['cannot read ~/x.txt', 'cannot read ./deep/er/x.txt'],
  ['commit 9f8e7d6c5b4a not found', 'commit 0a1b2c3 not found'],
  ['session 6f1e0d3c-1111-4222-8333-944445555666 expired', 'session 00000000-0000-4000-8000-000000000000 expired'],
  ['GET https://a.example/x?y=1 failed', 'get http://b.example failed'],
  ['login timeout', 'timeout in the login'],
  ['Größe falsch: 12', 'größe falsch – 7'],
])('%j is the same issue as %j', (one, other) => {
  expect(issueKey(one)).toBe(issueKey(other));
  expect(issueKey(one)).not.toBe('');
});

test.each([
  ['missing flag --force', 'missing flag --quiet'],
  ['login timeout', 'login refused'],
  ['read and/or write fails', 'read /etc/passwd fails'],
  ['ファイルがない', '権限がない'],
])('%j is another issue than %j', (one, other) => {
  expect(issueKey(one)).not.toBe(issueKey(other));
});

test.each(['', '  ', '…!', '404', '/tmp/x', 'it was'])(
  '%j says nothing that could be the same in two runs',
  (issue) => {
    expect(issueKey(issue)).toBe('');
  },
);

test('a very long issue takes no time', () => {
  expect(issueKey(`broken ${'a/'.repeat(20_000)} ${'-'.repeat(20_000)} ${'0'.repeat(20_000)}`)).toContain('broken');
});
