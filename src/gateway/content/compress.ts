import type { Codec } from '../../sync/wire/manifest.ts';
import type { Home } from '../ports.ts';

/** Less goes in three packets as it is: to set a codec up takes longer. */
const tooSmall = 4_096;

/** Bytes as they are sent to a client, which reads gzip, and zstd where it says so. */
export function compressFor(
  { platform }: Pick<Home, 'platform'>,
  raw: Uint8Array,
  what: 'contents' | 'list',
  takesZstd: boolean,
): { readonly codec: Codec; readonly bytes: Uint8Array } {
  return raw.length < tooSmall ? { codec: 'none', bytes: raw } : platform.compress(raw, what, takesZstd);
}
