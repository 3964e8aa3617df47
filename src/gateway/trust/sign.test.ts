import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { headText } from '../../sync/wire/head.ts';
import { makeTestHome } from '../test-home.ts';
import { deriveKeys } from './derive.ts';
import { signHead } from './sign.ts';

const head = { repo: 'os', tier: 'private:0123456789ab', rev: 3, digest: 'a'.repeat(64), files: 2, bytes: 10 } as const;

test('a head is signed with the key that the gateway publishes, for ten minutes from now', async () => {
  const home = await makeTestHome();
  const signed = await signHead(home, head);
  const { publicKey } = await deriveKeys(home.config.secret);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const holds = (text: string): boolean =>
    verify(null, Buffer.from(text), key, Buffer.from(signed.signature, 'base64url'));
  expect(holds(headText(signed))).toBe(true);
  expect(holds(headText({ ...signed, rev: 4 }))).toBe(false);
  expect(signed.issued).toBe('2026-11-01T12:00:00.000Z');
  expect(signed.expires).toBe('2026-11-01T12:10:00.000Z');
});

test('a head is signed anew once half a minute has gone, or the clock was set back', async () => {
  const home = await makeTestHome();
  const first = await signHead(home, head);
  home.clock.now = new Date('2026-11-01T12:00:29.000Z');
  expect(await signHead(home, head)).toBe(first);
  home.clock.now = new Date('2026-11-01T12:00:31.000Z');
  expect((await signHead(home, head)).issued).toBe('2026-11-01T12:00:31.000Z');
  home.clock.now = new Date('2026-11-01T11:00:00.000Z');
  expect((await signHead(home, head)).issued).toBe('2026-11-01T11:00:00.000Z');
});

test('another secret makes other keys, and the same secret the same', async () => {
  const [one, two] = await Promise.all([deriveKeys('a'.repeat(32)), deriveKeys('b'.repeat(32))]);
  expect(one.publicKey).not.toBe(two.publicKey);
  expect((await deriveKeys('a'.repeat(32))).publicKey).toBe(one.publicKey);
});
