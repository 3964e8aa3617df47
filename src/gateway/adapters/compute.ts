import * as crypto from 'node:crypto';
import zlib from 'node:zlib';
import type { Codec } from '../../sync/wire/manifest.ts';
import type { Platform } from '../ports.ts';

/** zstd-3 makes a pack 4 x faster than gzip does, and smaller; level 1 of gzip is the one that keeps up. */
const zstdLevel = 3;
const gzipLevel = 1;
const outputStep = 1024 * 1024;

// zstd came with Node 22.15, `hash` with 20.12; Workers have them or not by their date of compatibility.
const hasZstd = typeof zlib.zstdCompressSync === 'function';
const hasHash = typeof crypto.hash === 'function';

/** What Node and Workers compute alike. */
export const compute: Pick<Platform, 'sha256' | 'hasher' | 'compress' | 'decompress'> = {
  sha256,
  hasher() {
    const hash = crypto.createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
  compress,
  decompress,
};

function sha256(bytes: Uint8Array): string {
  return hasHash ? crypto.hash('sha256', bytes, 'hex') : crypto.createHash('sha256').update(bytes).digest('hex');
}

function compress(bytes: Uint8Array): { codec: Codec; bytes: Uint8Array } {
  if (!hasZstd) return { codec: 'gzip', bytes: plain(zlib.gzipSync(bytes, { level: gzipLevel })) };
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevel };
  return { codec: 'zstd', bytes: plain(zlib.zstdCompressSync(bytes, { params })) };
}

function decompress(codec: Codec, bytes: Uint8Array, rawSize: number): Uint8Array {
  const made = codec === 'none' ? bytes : inflate(codec, bytes, rawSize);
  if (made.length !== rawSize) throw new Error(`${made.length} bytes came of what was to have ${rawSize}`);
  return made;
}

function inflate(codec: 'gzip' | 'zstd', bytes: Uint8Array, rawSize: number): Uint8Array {
  // One byte more than needed spares zlib a second buffer, which it makes where the first is full to the brim.
  const options = { maxOutputLength: Math.max(rawSize, 1), chunkSize: Math.max(64, Math.min(rawSize + 1, outputStep)) };
  if (codec === 'gzip') return plain(zlib.gunzipSync(bytes, options));
  if (!hasZstd) throw new Error('zstd cannot be read here; Node >= 22.15 can');
  return plain(zlib.zstdDecompressSync(bytes, options));
}

/** The same bytes as what they are to the rest: `slice` of a Buffer is no copy, and no two of them are equal to a Uint8Array. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
