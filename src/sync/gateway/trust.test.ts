import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { headText } from '../wire/head.ts';
import type { Head, SignedHead } from '../wire/head.ts';
import { verifyAnswer } from './trust.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const trust = {
  url: 'https://gateway.example',
  tenant: '0123456789ab',
  public_key: publicKey.export({ format: 'jwk' }).x ?? '',
};
const head: Head = {
  repo: 'os',
  tier: 'private:0123456789ab',
  rev: 7,
  digest: 'ab'.repeat(32),
  files: 3,
  bytes: 12,
  issued: '2026-11-21T10:00:00.000Z',
  expires: '2026-11-21T10:10:00.000Z',
};
const signed: SignedHead = {
  ...head,
  signature: sign(undefined, Buffer.from(headText(head)), privateKey).toString('base64url'),
};
const expected = { repo: 'os', tier: 'private' } as const;
const now = Date.parse('2026-11-21T10:00:05.000Z');

describe('an answer', () => {
  test('that the pinned key has signed is taken', () => {
    expect(() => verifyAnswer(trust, signed, expected, now)).not.toThrow();
  });

  test('that another key has signed is refused', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
    expect(() => verifyAnswer({ ...trust, public_key: other }, signed, expected, now)).toThrow(/not of the key/);
  });

  test.for([
    { repo: 'kernel' },
    { tier: 'public' },
    { rev: 8 },
    { digest: 'ac'.repeat(32) },
    { files: 4 },
    { bytes: 13 },
    { issued: '2026-11-21T10:00:01.000Z' },
    { expires: '2027-11-21T10:10:00.000Z' },
    { signature: 'A'.repeat(86) },
  ] as const)('that was changed in %j is refused', (change) => {
    expect(() => verifyAnswer(trust, { ...signed, ...change }, expected, now)).toThrow(/not of the key/);
  });

  test('to a push is held against what the push should come to', () => {
    const right = { rev: 7, digest: head.digest };
    expect(() => verifyAnswer(trust, signed, { ...expected, expect: right }, now)).not.toThrow();
    const rev = { ...expected, expect: { ...right, rev: 8 } };
    expect(() => verifyAnswer(trust, signed, rev, now)).toThrow(/revision 7 of private, where 8 is right/);
    const digest = { ...expected, expect: { ...right, digest: 'ac'.repeat(32) } };
    expect(() => verifyAnswer(trust, signed, digest, now)).toThrow(/another content than what was sent/);
  });
});
