import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from './base64url.ts';

test('bytes are written in base64url as Node writes them, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(text)).toEqual(new Uint8Array(bytes));
    }),
  );
});

test('what is no base64url is refused', () => {
  for (const text of ['a+b', 'a/b', 'ab=', 'a', 'ä']) expect(fromBase64Url(text)).toBeUndefined();
});
