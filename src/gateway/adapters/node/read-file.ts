import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StoreError } from '../../ports.ts';
import type { ByteRange } from '../bodies.ts';
import { explained } from './disk.ts';

const pieceSize = 256 * 1024;
/** What is read where it is asked for at most: for more, another thread waits for the disk. */
export const readAtOnce = 256 * 1024;

/**
 * Just the bytes of a short `range`; throws when the file has ended before. As SQLite reads its own file beside it: what is
 * small mostly is in the system's memory, and another thread takes ten times as long to open it, read it and close it again.
 */
export function readHere(name: string, key: string, range: ByteRange): Uint8Array {
  const bytes = new Uint8Array(range.length);
  const fd = fs.openSync(name, 'r');
  try {
    for (let done = 0; done < bytes.length;) {
      const read = fs.readSync(fd, bytes, done, bytes.length - done, range.at + done);
      if (read === 0) throw ended(key);
      done += read;
    }
    return bytes;
  } finally {
    fs.closeSync(fd);
  }
}

function ended(key: string): StoreError {
  return new StoreError(`${key} has become shorter while it was read`, { retryable: true });
}

/** Just the bytes of `range`; throws when the file has ended before. Leaves it open. */
export async function readAll(file: FileHandle, key: string, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.length);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, range.at + done);
    if (bytesRead === 0) throw ended(key);
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
