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

/** A frame on its way to be compressed: it will have at most `rawSize` bytes. */
export interface ComingFrame {
  readonly rawSize: number;
  readonly ready: Promise<ReadyFrame>;
}

/** So many frames are compressed at once; until one is done, nothing more is to be read. */
const atOnce = 4;

/**
 * Puts contents into frames as they are read, and compresses each frame in the thread pool as soon as it is full, while
 * others are read. The same few pieces of memory hold one frame after the other: to get it fresh takes longer than to fill it.
 */
export class FrameMaker {
  private readonly places = new Map<string, FramePlace>();
  private readonly coming: ComingFrame[] = [];
  /** How many of these are not there yet. */
  private underway = 0;
  private readonly free: Buffer[] = [];
  /** The frame that is being filled. */
  private raw: Buffer | undefined;
  private filled = 0;

  /** Where a content lies that was added. */
  placeOf(sha256: string): FramePlace | undefined {
    return this.places.get(sha256);
  }

  /** Takes a copy of a content; one that it has already is not taken again. Gives what is to be waited for before the next, if anything is. */
  add(sha256: string, bytes: Buffer): Promise<void> | undefined {
    if (this.places.has(sha256)) return undefined;
    if (this.filled + bytes.length > limits.frame) this.flush();
    this.raw ??= this.memoryFor(bytes.length);
    this.places.set(sha256, { frame: this.coming.length, at: this.filled });
    this.filled += bytes.copy(this.raw, this.filled);
    if (this.underway < atOnce) return undefined;
    return this.coming.at(-atOnce)?.ready.then(
      () => undefined,
      () => undefined,
    );
  }

  private memoryFor(size: number): Buffer {
    if (size > limits.frame) return Buffer.allocUnsafeSlow(size);
    return this.free.pop() ?? Buffer.allocUnsafeSlow(limits.frame);
  }

  private flush(): void {
    const { raw } = this;
    if (raw === undefined) return;
    this.underway += 1;
    const ready = compress(raw.subarray(0, this.filled)).finally(() => (this.underway -= 1));
    // A failure is thrown where the frame is waited for.
    ready.then(
      ({ codec }) => codec !== 'none' && raw.length === limits.frame && this.free.push(raw),
      () => undefined,
    );
    this.coming.push({ rawSize: this.filled, ready });
    this.raw = undefined;
    this.filled = 0;
  }

  /** All frames, in their order. Nothing may be added any more. */
  finish(): readonly ComingFrame[] {
    this.flush();
    return this.coming;
  }
}
