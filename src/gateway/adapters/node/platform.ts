import { createHash, hash } from 'node:crypto';
import zlib from 'node:zlib';
import type { Codec } from '../../../sync/wire/manifest.ts';
import type { Platform } from '../../ports.ts';

export interface NodePlatform extends Platform {
  /** Resolves when nothing of `later` is under way any more: before a process ends, and in tests. */
  idle(): Promise<void>;
}

/** zstd-3 makes a pack 4 x faster than gzip does, and smaller; level 1 of gzip is the one that keeps up. */
const zstdLevel = 3;
const gzipLevel = 1;
const outputStep = 1024 * 1024;

/** The platform on Node; `onError` is told what work of `later` has thrown, since nobody waits for it. */
export function makeNodePlatform(onError: (cause: unknown) => void, now = () => new Date()): NodePlatform {
  const running = new Set<Promise<void>>();
  return {
    sha256: (bytes) => hash('sha256', bytes, 'hex'),
    hasher() {
      const sha256 = createHash('sha256');
      return { update: (bytes) => void sha256.update(bytes), hex: () => sha256.digest('hex') };
    },
    compress,
    decompress,
    later(work) {
      const run = async (): Promise<void> => {
        try {
          await work();
        } catch (cause) {
          onError(cause);
        }
      };
      const promise = run().finally(() => running.delete(promise));
      running.add(promise);
    },
    now,
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

// zstd came with Node 22.15.
const hasZstd = 'zstdCompressSync' in zlib;

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
  if (!hasZstd) throw new Error('this Node cannot read zstd; Node >= 22.15 can');
  return plain(zlib.zstdDecompressSync(bytes, options));
}

/** The same bytes as what they are to the rest: `slice` of a Buffer is no copy, and no two of them are equal to a Uint8Array. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
