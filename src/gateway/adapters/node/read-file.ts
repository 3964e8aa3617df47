import type { FileHandle } from 'node:fs/promises';
import { StoreError } from '../../ports.ts';
import type { ByteRange } from '../bodies.ts';
import { explained } from './disk.ts';

const pieceSize = 256 * 1024;

/** Just the bytes of `range`; throws when the file has ended before. Leaves it open. */
export async function readAll(file: FileHandle, key: string, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.length);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, range.at + done);
    if (bytesRead === 0) throw new StoreError(`${key} has become shorter while it was read`, { retryable: true });
    done += bytesRead;
  }
  return bytes;
}

/** The bytes of `range` as they are asked for. The file is closed at the end, at an error, and when the reader gives up. */
export function readInPieces(file: FileHandle, key: string, range: ByteRange): ReadableStream<Uint8Array> {
  let { at, length } = range;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const size = Math.min(length, pieceSize);
          if (size > 0) controller.enqueue(await explained(key, () => readAll(file, key, { at, length: size })));
          at += size;
          length -= size;
        } catch (cause) {
          await file.close();
          throw cause;
        }
        if (length > 0) return;
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}
