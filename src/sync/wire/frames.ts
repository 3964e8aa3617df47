import { limits } from './limits.ts';
import { codecs } from './manifest.ts';
import type { Codec } from './manifest.ts';
import { WireError } from './wire-error.ts';

/**
 * The bodies of a push and a pull: `SNPK`, a version byte, then records, each a header of 10 bytes and its payload.
 *
 * | bytes | |
 * | --- | --- |
 * | 1 | kind: 0 end, 1 frame, 2 document |
 * | 1 | codec: 0 none, 1 gzip, 2 zstd |
 * | 4 | size of the payload, little-endian |
 * | 4 | its size when uncompressed |
 *
 * A body without its end record was cut off. In a push the frames come first, as they are ready; in a pull the document does.
 */
export const magic = Uint8Array.of(0x53, 0x4e, 0x50, 0x4b, 1);
export const contentType = 'application/vnd.snappy-os.pack';
export const recordHeaderSize = 10;

const kinds = ['end', 'frame', 'document'] as const;

export interface RecordHeader {
  readonly kind: (typeof kinds)[number];
  readonly codec: Codec;
  /** Of the payload. */
  readonly size: number;
  readonly rawSize: number;
}

/** A frame or a document, as it came: still compressed. The payload may be a view into a larger buffer. */
export interface WireRecord {
  readonly header: RecordHeader;
  readonly payload: Uint8Array;
}

/** What is taken of a body. Sizes in bytes. */
export interface BodyLimits {
  readonly total: number;
  /** Of all frames together, uncompressed. */
  readonly raw: number;
  readonly frames: number;
  /** Where the document stands. */
  readonly document: 'first' | 'last' | 'none';
  /** What it may have, uncompressed. */
  readonly documentSize: number;
}

const framesOfBody = 4_096;
export const pushLimits: BodyLimits = {
  total: limits.body,
  raw: limits.rawBody,
  frames: framesOfBody,
  document: 'last',
  documentSize: limits.pushDocument,
};
/** Of `POST /_push/part`. */
export const partLimits: BodyLimits = { ...pushLimits, document: 'none' };
/** A pull may bring all that a tenant can read, and is written away as it comes: what one record may have is the bound. */
export const pullLimits: BodyLimits = {
  total: 2 ** 36,
  raw: 2 ** 38,
  frames: 2 ** 20,
  document: 'first',
  documentSize: limits.document,
};

/** A record as it is sent. `payload` is compressed by `codec`, and has `rawSize` bytes when it is not. */
export function encodeRecord(
  kind: 'frame' | 'document',
  codec: Codec,
  payload: Uint8Array,
  rawSize: number,
): readonly [header: Uint8Array, payload: Uint8Array] {
  return [encodeHeader({ kind, codec, size: payload.length, rawSize }), payload];
}

/** The record that ends a body. */
export function endRecord(): Uint8Array {
  return encodeHeader({ kind: 'end', codec: 'none', size: 0, rawSize: 0 });
}

/** The header of a record alone: for a payload that is passed on in pieces. */
export function encodeHeader({ kind, codec, size, rawSize }: RecordHeader): Uint8Array {
  const bytes = new Uint8Array(recordHeaderSize);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds.indexOf(kind));
  view.setUint8(1, codecs.indexOf(codec));
  view.setUint32(2, size, true);
  view.setUint32(6, rawSize, true);
  return bytes;
}

function decodeHeader(bytes: Uint8Array): RecordHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = kinds[view.getUint8(0)];
  const codec = codecs[view.getUint8(1)];
  if (kind === undefined) throw new WireError('malformed', `a record is of an unknown kind, ${view.getUint8(0)}`);
  if (codec === undefined) throw new WireError('malformed', `a record is of an unknown codec, ${view.getUint8(1)}`);
  return { kind, codec, size: view.getUint32(2, true), rawSize: view.getUint32(6, true) };
}

/** What a payload is copied into at first, when it comes in pieces: nobody is given memory for a size that he only said. */
const firstBuffer = 64 * 1024;

/**
 * Takes a body apart as it comes, in pieces of any size. Throws a WireError as soon as something is wrong: `malformed`,
 * `too_large`, and at the end `torn`. Payloads are neither uncompressed nor looked at.
 */
export class RecordReader {
  readonly #limits: BodyLimits;
  #state: 'magic' | 'header' | 'payload' | 'end' = 'magic';
  #wanted = magic.length;
  #buffer = new Uint8Array(recordHeaderSize);
  #filled = 0;
  #header: RecordHeader | undefined;
  #total = 0;
  #raw = 0;
  #frames = 0;
  #documents = 0;

  constructor(bodyLimits: BodyLimits) {
    this.#limits = bodyLimits;
  }

  /** The records that these bytes complete. */
  feed(chunk: Uint8Array): readonly WireRecord[] {
    this.#total += chunk.length;
    if (this.#total > this.#limits.total)
      throw new WireError('too_large', `it has more than ${this.#limits.total} bytes`);
    const records: WireRecord[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'end') throw new WireError('malformed', 'it goes on after its end');
      const missing = this.#wanted - this.#filled;
      const piece = chunk.subarray(at, at + missing);
      at += piece.length;
      const whole = this.#filled === 0 && piece.length === missing ? piece : this.#gather(piece);
      if (whole === undefined) break;
      const record = this.#advance(whole);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** To be called when there is no more: throws where the end record has not come. */
  finish(): void {
    if (this.#state !== 'end') throw new WireError('torn', 'it ends before its end record');
  }

  /** Keeps a piece; the whole once nothing is missing. */
  #gather(piece: Uint8Array): Uint8Array | undefined {
    const filled = this.#filled + piece.length;
    if (filled > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#wanted, Math.max(firstBuffer, 2 * filled)));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#filled);
    this.#filled = filled;
    return filled === this.#wanted ? this.#buffer.subarray(0, filled) : undefined;
  }

  #advance(bytes: Uint8Array): WireRecord | undefined {
    if (this.#state === 'magic') {
      if (magic.some((byte, at) => bytes[at] !== byte)) {
        throw new WireError('malformed', 'it does not begin as a body of this version does');
      }
      this.#expect('header', recordHeaderSize);
      return undefined;
    }
    if (this.#header !== undefined) return this.#complete(this.#header, bytes);
    const header = decodeHeader(bytes);
    this.#check(header);
    if (header.kind === 'end') this.#expect('end', 0);
    else if (header.size === 0) return this.#complete(header, new Uint8Array(0));
    else {
      this.#header = header;
      this.#expect('payload', header.size);
    }
    return undefined;
  }

  #complete(header: RecordHeader, payload: Uint8Array): WireRecord {
    this.#header = undefined;
    // The payload is the caller's now.
    this.#buffer = new Uint8Array(recordHeaderSize);
    this.#expect('header', recordHeaderSize);
    return { header, payload };
  }

  #expect(state: 'header' | 'payload' | 'end', size: number): void {
    this.#state = state;
    this.#wanted = size;
    this.#filled = 0;
  }

  #check({ kind, codec, size, rawSize }: RecordHeader): void {
    const { document, documentSize, frames, raw } = this.#limits;
    if (kind === 'end') {
      if (size !== 0 || rawSize !== 0) throw new WireError('malformed', 'its end record has a payload');
      if (document !== 'none' && this.#documents === 0) throw new WireError('malformed', 'it has no document');
      return;
    }
    const wantsDocument = document === 'first' && this.#documents === 0;
    const wantsEnd = document === 'last' && this.#documents > 0;
    if (kind === 'document' ? document === 'none' || this.#documents > 0 : wantsDocument || wantsEnd) {
      throw new WireError('malformed', `a ${kind} stands where none may`);
    }
    const atMost = kind === 'document' ? documentSize : limits.frameAtMost;
    if (rawSize > atMost) throw new WireError('too_large', `a ${kind} has more than ${atMost} bytes`);
    // What does not get smaller is sent as it is; the rest is what a codec adds at most, with much to spare.
    if (codec === 'none' ? size !== rawSize : size > rawSize + rawSize / 64 + 1_024) {
      throw new WireError('malformed', `a ${kind} of ${rawSize} bytes takes ${size} as ${codec}`);
    }
    if (kind === 'document') this.#documents += 1;
    else {
      this.#frames += 1;
      this.#raw += rawSize;
    }
    if (this.#frames > frames) throw new WireError('too_large', `it has more than ${frames} frames`);
    if (this.#raw > raw) throw new WireError('too_large', `its frames have more than ${raw} bytes`);
  }
}

/**
 * The records of a body as they come. Throws a WireError as `RecordReader` does. A stream that is left before its end is not
 * cancelled: whether the rest is still read is for the caller to say.
 */
export async function* readRecords(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  bodyLimits: BodyLimits,
): AsyncGenerator<WireRecord, void, undefined> {
  const reader = new RecordReader(bodyLimits);
  for await (const chunk of 'getReader' in source ? chunksOf(source) : source) yield* reader.feed(chunk);
  reader.finish();
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.releaseLock();
  }
}
