import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnappyError } from '../../core/errors.ts';
import { fingerprintOf, formatInviteLink, parseInviteLink } from './invite-link.ts';

const code = 'abcdefghijklmnopqrst-_';
const fingerprint = 'ABCDEFGHIJKLMNOPQRST01';

describe('an invite', () => {
  test.for([
    'https://x.example',
    'https://x.example/base/more',
    'http://127.0.0.1:3180',
    'https://[::1]:8443',
    'https://x/invite',
  ])('of %s is read back as it was written', (url) => {
    const link = { url, code, fingerprint };
    expect(parseInviteLink(formatInviteLink(link))).toEqual(link);
    expect(parseInviteLink(`  ${formatInviteLink(link)}\n`)).toEqual(link);
  });

  test('names its gateway in one way, however a person writes it', () => {
    for (const url of ['https://X.example', 'https://x.example:443', 'https://x.example/', 'https://x.example/a/..']) {
      expect(parseInviteLink(formatInviteLink({ url, code, fingerprint })).url).toBe('https://x.example');
    }
  });

  test('without what comes after its # is refused with what to do', () => {
    expect(() => parseInviteLink(`https://x.example/invite/${code}`)).toThrow(/not whole/);
  });

  test.for([
    '',
    'x.example',
    `ftp://x.example/invite/${code}#${fingerprint}`,
    `https://user:pass@x.example/invite/${code}#${fingerprint}`,
    `https://x.example/invite/${code}x#${fingerprint}`,
    `https://x.example/invite/${code}#${fingerprint}x`,
    `https://x.example/invite/${code}?a#${fingerprint}`,
    `https:////invite/${code}#${fingerprint}`,
    `https://:x@x.example/invite/${code}#${fingerprint}`,
    `https://x .example/invite/${code}#${fingerprint}`,
    `https:///invite/${code}#${fingerprint}`,
    `https://x.example/redeem/${code}#${fingerprint}`,
  ])('%j is none, and its code is not repeated', (text) => {
    const [, error] = attempt(text);
    expect(error).toBeInstanceOf(SnappyError);
    expect(String(error)).not.toContain(code);
  });

  test('never costs more than a SnappyError, whatever is pasted', () => {
    const parts = fc.array(
      fc.oneof(fc.constantFrom('https://', '/invite/', code, '#', fingerprint, 'x', '@'), fc.string()),
    );
    fc.assert(
      fc.property(parts, (words) => {
        const [link, error] = attempt(words.join(''));
        expect(error ?? new SnappyError('usage', '')).toBeInstanceOf(SnappyError);
        expect(link === undefined || URL.canParse(link.url)).toBe(true);
      }),
    );
  });
});

function attempt(text: string): readonly [{ url: string } | undefined, unknown] {
  try {
    return [parseInviteLink(text), undefined];
  } catch (error) {
    return [undefined, error];
  }
}

test('a fingerprint is the beginning of the sha256 of the key', async () => {
  const key = Uint8Array.from({ length: 32 }, (_, at) => at);
  expect(await fingerprintOf(Buffer.from(key).toString('base64url'))).toBe(
    createHash('sha256').update(key).digest('base64url').slice(0, 22),
  );
});
