import * as crypto from 'node:crypto';
import zlib from 'node:zlib';
import type { Codec } from '../../sync/wire/manifest.ts';
import type { Platform } from '../ports.ts';
import { isWholeZstdFrame } from './zstd-frame.ts';

/**
 * zstd-3 makes a pack 4 x faster than gzip does, and smaller; of digests, in which it looks for what repeats and finds nothing,
 * level 1 makes a tenth less in half the time. Level 1 of gzip is the one that keeps up.
 */
const zstdLevels = { contents: 3, list: 1 } as const;
const gzipLevel = 1;
const outputStep = 1024 * 1024;
/** workerd counts the buffer it has made rather than what is in it, and would refuse what just fits. */
const slack = 128 * 1024;

// zstd came with Node 22.15, `hash` with 20.12; Workers have them or not by their date of compatibility.
const hasZstd = typeof zlib.zstdCompressSync === 'function';
const hasHash = typeof crypto.hash === 'function';

/** What Node and Workers compute alike. */
export const compute: Pick<Platform, 'sha256' | 'hasher' | 'hmac' | 'compress' | 'decompress'> = {
  sha256,
  hasher() {
    const hash = crypto.createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
  hmac,
  compress,
  decompress,
};

function sha256(bytes: Uint8Array): string {
  return hasHash ? crypto.hash('sha256', bytes, 'hex') : crypto.createHash('sha256').update(bytes).digest('hex');
}

/** By the bytes of a key, one made of them: Node takes five times as long where it is given the bytes each time. */
const hmacKeys = new WeakMap<Uint8Array, crypto.KeyObject>();

function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const known = hmacKeys.get(key) ?? crypto.createSecretKey(key);
  hmacKeys.set(key, known);
  return plain(crypto.createHmac('sha256', known).update(bytes).digest());
}

// workerd of July 2026 reads zstd, and fails to make any that has more than 64 kB: from the first failure on it is gzip.
let makesZstd = hasZstd;

function compress(bytes: Uint8Array, what: 'contents' | 'list', takesZstd = true): { codec: Codec; bytes: Uint8Array } {
  if (makesZstd && takesZstd) {
    const params = { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevels[what] };
    try {
      return { codec: 'zstd', bytes: plain(zlib.zstdCompressSync(bytes, { params })) };
    } catch {
      makesZstd = false;
    }
  }
  return { codec: 'gzip', bytes: plain(zlib.gzipSync(bytes, { level: gzipLevel })) };
}

function decompress(codec: Codec, bytes: Uint8Array, rawSize: number): Uint8Array {
  const made = codec === 'none' ? bytes : inflate(codec, bytes, rawSize);
  if (made.length !== rawSize) throw new Error(`${made.length} bytes came of what was to have ${rawSize}`);
  return made;
}

function inflate(codec: 'gzip' | 'zstd', bytes: Uint8Array, rawSize: number): Uint8Array {
  // One byte more than needed spares Node a second buffer, which it makes where the first is full to the brim.
  const chunkSize = Math.max(64, Math.min(rawSize + 1, outputStep));
  const options = { maxOutputLength: rawSize + slack, chunkSize };
  if (codec === 'gzip') return plain(zlib.gunzipSync(bytes, options));
  if (!hasZstd) throw new Error('zstd cannot be read here; Node >= 22.15 can');
  if (!isWholeZstdFrame(bytes, rawSize)) throw new Error(`this is not one whole frame of zstd with ${rawSize} bytes`);
  // Without it workerd takes a result that fills its buffer for one that is cut off.
  const finishFlush = zlib.constants.ZSTD_e_flush;
  return plain(zlib.zstdDecompressSync(bytes, { ...options, finishFlush }));
}

/** The same bytes as what they are to the rest: `slice` of a Buffer is no copy, and no two of them are equal to a Uint8Array. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
