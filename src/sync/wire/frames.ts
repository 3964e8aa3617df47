import type { Codec } from './manifest.ts';

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

export interface RecordHeader {
  readonly kind: 'end' | 'frame' | 'document';
  readonly codec: Codec;
  /** Of the payload. */
  readonly size: number;
  readonly rawSize: number;
}
