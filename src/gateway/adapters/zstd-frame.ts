const magic = 0xfd2fb528;
const sizesOfDictionaryId = [0, 1, 2, 4] as const;
const sizesOfContentSize = [0, 2, 4, 8] as const;
const rleBlock = 1;
const reservedBlock = 3;

/**
 * Whether the bytes are one whole frame of zstd: all its blocks, its checksum if it has one, and nothing after it; and it says
 * no other size than `rawSize` of its content. By RFC 8878 3.1.1; what is in the blocks is for the decoder to say.
 */
export function isWholeZstdFrame(bytes: Uint8Array, rawSize: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 6 || view.getUint32(0, true) !== magic) return false;
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const sizeFlag = descriptor >> 6;
  const fieldSize = sizeFlag === 0 && isSingleSegment ? 1 : (sizesOfContentSize[sizeFlag] ?? 0);
  const field = 5 + (isSingleSegment ? 0 : 1) + (sizesOfDictionaryId[descriptor & 0x03] ?? 0);
  let at = field + fieldSize;
  if (at > bytes.length || (fieldSize > 0 && contentSize(view, field, fieldSize) !== rawSize)) return false;
  for (;;) {
    if (at + 3 > bytes.length) return false;
    const header = view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 0x03;
    if (type === reservedBlock) return false;
    at += 3 + (type === rleBlock ? 1 : header >> 3);
    if ((header & 0x01) !== 0) return at + (hasChecksum ? 4 : 0) === bytes.length;
  }
}

function contentSize(view: DataView, at: number, size: number): number {
  if (size === 1) return view.getUint8(at);
  if (size === 2) return view.getUint16(at, true) + 256;
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
