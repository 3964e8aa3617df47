import { faultOfPath } from '../../sync/wire/safe-path.ts';
import { StoreError } from '../ports.ts';

/** What S3 takes of a key, in UTF-8. */
const keyAtMost = 1024;

/**
 * Throws for a key that some store could not keep as it is. A key may be longer than a path, since it has one of these
 * below a prefix; each part is held to the same rules.
 */
export function checkKey(key: string): void {
  const fault =
    new TextEncoder().encode(key).length > keyAtMost
      ? `is longer than ${keyAtMost} bytes`
      : key
          .split('/')
          .map((part) => faultOfPath(part))
          .find((found) => found !== undefined);
  if (fault !== undefined) throw new StoreError(`a key ${fault}: ${key.slice(0, 200)}`, { retryable: false });
}

/** The folder of a prefix, checked as a key is, and what names in it have to begin with. */
export function splitPrefix(prefix: string): { readonly folder: string; readonly start: string } {
  const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')));
  if (prefix.includes('/')) checkKey(folder);
  return { folder, start: prefix.slice(folder === '' ? 0 : folder.length + 1) };
}

/**
 * Orders keys by their bytes in UTF-8, as S3 lists them. It differs from the order of code units for characters beyond the
 * first 65,536: their surrogates stand below U+E000 there, and above U+FFFF here.
 */
export function byKey(a: string, b: string): number {
  const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}
