import { createHash, hash } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Codec } from '../wire/manifest.ts';

/** Whether this Node can read zstd (22.15 and later). A gateway is told, and sends gzip where it cannot. */
export const readsZstd = typeof zlib.zstdDecompress === 'function';

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);

function unzstd(bytes: Buffer, options: zlib.ZstdOptions): Promise<Buffer> {
  return promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(bytes, options);
}

/** Each step is a way to the thread pool and back: a frame takes one, where Node by itself makes 16 kB in each. */
const largestStep = 8 * 1024 * 1024;

/**
 * What was compressed, in the thread pool. Never makes more than `rawSize` bytes. Throws a TypeError where it has not exactly
 * as many, or is not of its codec.
 */
export async function decompress(codec: Codec, payload: Uint8Array, rawSize: number): Promise<Buffer> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const options = {
    maxOutputLength: Math.max(1, rawSize),
    chunkSize: Math.max(64, Math.min(rawSize + 1, largestStep)),
  };
  let raw: Buffer;
  try {
    raw = codec === 'none' ? bytes : codec === 'gzip' ? await gunzip(bytes, options) : await unzstd(bytes, options);
  } catch (cause) {
    throw new TypeError(`what was sent as ${codec} of ${rawSize} bytes is none`, { cause });
  }
  if (raw.length !== rawSize) throw new TypeError(`${raw.length} bytes came of what was said to have ${rawSize}`);
  return raw;
}

/** sha256 in hex; in one call where Node has it (20.12), which is twice as fast for small files. */
export function sha256(bytes: Uint8Array): string {
  return typeof hash === 'function' ? hash('sha256', bytes, 'hex') : createHash('sha256').update(bytes).digest('hex');
}
