import fs from 'node:fs/promises';
import process from 'node:process';
import { StoreError } from '../../ports.ts';

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than the limit for files here',
  EACCES: 'the gateway may not write there',
  EPERM: 'the gateway may not write there',
  EROFS: 'the disk is read-only',
  EIO: 'the disk has failed',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};
const inTheWay: Readonly<Record<string, string>> = {
  ENOTDIR: 'an object stands where it needs a folder',
  EEXIST: 'an object stands where it needs a folder',
  EISDIR: 'there are objects below its name',
  ENOTEMPTY: 'there are objects below its name',
};

export function isMissing(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Does `work` and says of an error of the disk what it means for `key`. */
export async function explained<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    if (cause instanceof StoreError || code === undefined) throw cause;
    const standing = inTheWay[code];
    const reason = standing ?? words[code] ?? 'the disk does not answer';
    throw new StoreError(`${key} in the gateway's store: ${reason} (${code})`, {
      retryable: standing === undefined,
      cause,
    });
  }
}

/**
 * Waits until the names in a folder are on the disk. A folder that is gone again has none. Windows has no such thing, and
 * keeps names by itself.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(folder);
  } catch (cause) {
    if (isMissing(cause)) return;
    throw cause;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
