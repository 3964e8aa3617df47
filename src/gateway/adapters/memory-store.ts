import type { ObjectStore } from '../ports.ts';
import { checkRange, readExactly } from './bodies.ts';
import { byKey, checkKey, splitPrefix } from './keys.ts';

/** Size of the pieces that `stream` gives: what is read of it has to cope with several. */
const pieceSize = 64 * 1024;

/** A store in memory, for tests and trials: it is gone with the process. Gives and keeps copies. */
export function makeMemoryStore(objects = new Map<string, Uint8Array>()): ObjectStore {
  const read: ObjectStore['get'] = async (key, range) => {
    checkKey(key);
    const bytes = objects.get(key);
    if (bytes === undefined) return undefined;
    const { at, length } = checkRange(key, bytes.length, range);
    return bytes.slice(at, at + length);
  };
  return {
    get: read,
    async stream(key, range) {
      const bytes = await read(key, range);
      return bytes === undefined ? undefined : inPieces(bytes);
    },
    async put(key, body) {
      checkKey(key);
      objects.set(key, body.slice());
    },
    async putStream(key, body, size) {
      checkKey(key);
      objects.set(key, await readExactly(body, key, size));
    },
    async size(key) {
      checkKey(key);
      return objects.get(key)?.length;
    },
    async remove(key) {
      checkKey(key);
      objects.delete(key);
    },
    async list(prefix, limit) {
      splitPrefix(prefix);
      const found = [...objects.keys()].filter((key) => key.startsWith(prefix));
      return found.toSorted(byKey).slice(0, limit);
    },
  };
}

function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.subarray(at, at + pieceSize));
      at += pieceSize;
    },
  });
}
