import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { limits } from '../wire/limits.ts';
import type { Codec } from '../wire/manifest.ts';

/** A frame, compressed. */
export interface ReadyFrame {
  readonly payload: Uint8Array;
  readonly codec: Codec;
  readonly rawSize: number;
}

/** Where a content lies: in a frame, counted from 0, `at` bytes from its uncompressed beginning. */
export interface FramePlace {
  readonly frame: number;
  readonly at: number;
}

/** Fast rather than small: at level 1 a text takes a third of the time of level 3, and a tenth more room. */
const zstdLevel = 1;

/** Each step is a way to the thread pool and back, of which a frame of text takes one; Node by itself makes 16 kB in each. */
const [leastStep, largestStep] = [4 * 1024, 1024 * 1024];

async function compress(raw: Buffer): Promise<ReadyFrame> {
  const rawSize = raw.length;
  const chunkSize = Math.max(leastStep, Math.min(rawSize, largestStep));
  const isZstd = typeof zlib.zstdCompress === 'function';
  const payload = isZstd
    ? await promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)(raw, {
        chunkSize,
        params: { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevel },
      })
    : await promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip)(raw, { level: 1, chunkSize });
  if (payload.length >= rawSize) return { payload: raw, codec: 'none', rawSize };
  return { payload, codec: isZstd ? 'zstd' : 'gzip', rawSize };
}

/** Compresses one run of bytes as frames and documents are: in the thread pool, by what this Node has. */
export function compressDocument(text: string): Promise<ReadyFrame> {
  return compress(Buffer.from(text, 'utf8'));
}

/**
 * Puts contents into frames as they are read, and compresses each frame in the thread pool as soon as it is full, while
 * others are read.
 */
export class FrameMaker {
  private readonly places = new Map<string, FramePlace>();
  private readonly underway: Promise<ReadyFrame>[] = [];
  private pending: Buffer[] = [];
  private pendingSize = 0;

  /** Where a content lies that was added. */
  placeOf(sha256: string): FramePlace | undefined {
    return this.places.get(sha256);
  }

  /** Takes a content; one that it has already is not taken again. The bytes must not be changed afterwards. */
  add(sha256: string, bytes: Buffer): void {
    if (this.places.has(sha256)) return;
    if (this.pendingSize > 0 && this.pendingSize + bytes.length > limits.frame) this.flush();
    this.places.set(sha256, { frame: this.underway.length, at: this.pendingSize });
    this.pending.push(bytes);
    this.pendingSize += bytes.length;
  }

  private flush(): void {
    if (this.pending.length === 0) return;
    const work = compress(Buffer.concat(this.pending, this.pendingSize));
    // Thrown where it is waited for.
    work.catch(() => undefined);
    this.underway.push(work);
    this.pending = [];
    this.pendingSize = 0;
  }

  /** All frames, compressed. Nothing may be added any more. */
  finish(): Promise<readonly ReadyFrame[]> {
    this.flush();
    return Promise.all(this.underway);
  }
}
