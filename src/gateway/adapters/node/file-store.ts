import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { ObjectStore } from '../../ports.ts';
import { checkRange, exactly } from '../bodies.ts';
import { byKey, checkKey, splitPrefix } from '../keys.ts';
import type { ByteRange } from '../bodies.ts';
import { explained, isMissing, syncFolder } from './disk.ts';
import { readAll, readAtOnce, readHere, readInPieces } from './read-file.ts';

/** Where objects grow before they get their name. One folder for all, so that what a kill has left is found at once. */
const incomingFolder = '.incoming';

/**
 * A store whose keys are files below `root`, each under its own path. Makes the folder, and removes what a killed writer
 * left: one process at a time may use it. A key and another one below it, `a` and `a/b`, cannot both be there.
 */
export async function openFileStore(root: string): Promise<ObjectStore> {
  const incoming = path.join(root, incomingFolder);
  await explained('the store', async () => {
    await fs.mkdir(root, { recursive: true, mode: 0o700 });
    await fs.rm(incoming, { recursive: true, force: true });
    await fs.mkdir(incoming);
  });
  const fileOf = (key: string): string => {
    // Some disks take two names for one that differ in case alone.
    const isIncoming = key.split('/', 1)[0]?.toLowerCase() === incomingFolder;
    checkKey(isIncoming ? '' : key);
    return path.join(root, ...key.split('/'));
  };
  const write = (key: string, fill: (part: fs.FileHandle) => Promise<unknown>): Promise<void> =>
    explained(key, async () => replace(path.join(incoming, randomUUID()), fileOf(key), root, fill));
  return {
    get: (key, range) => explained(key, async () => readWhole(fileOf(key), key, range)),
    stream: (key, range) => explained(key, async () => readPieces(fileOf(key), key, range)),
    put: (key, body) => write(key, (part) => part.writeFile(body)),
    putStream: (key, body, size) => write(key, (part) => writePieces(part, body.pipeThrough(exactly(key, size)))),
    size: (key) => explained(key, async () => sizeOf(fileOf(key))),
    remove: (key) => explained(key, async () => removeFile(fileOf(key), root)),
    list: (prefix, limit) =>
      explained(prefix, async () => {
        const { folder, start } = splitPrefix(prefix);
        const keys: string[] = [];
        await collect({ root, start, limit, keys }, folder);
        return keys;
      }),
  };
}

interface OpenFile {
  readonly file: fs.FileHandle;
  readonly size: number;
}

/** Opens an object; `undefined` where there is none. Whoever asked closes it. */
async function open(name: string): Promise<OpenFile | undefined> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(name);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
  return await closedUnless(file, async () => {
    const stat = await file.stat();
    if (stat.isFile()) return { file, size: stat.size };
    await file.close();
    return undefined;
  });
}

async function closedUnless<T>(file: fs.FileHandle, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

async function readWhole(name: string, key: string, range: ByteRange | undefined): Promise<Uint8Array | undefined> {
  const stat = statSync(name, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  const wanted = checkRange(key, stat.size, range);
  if (wanted.length <= readAtOnce) return readHere(name, key, wanted);
  const found = await open(name);
  if (found === undefined) return undefined;
  try {
    return await readAll(found.file, key, wanted);
  } finally {
    await found.file.close();
  }
}

async function readPieces(
  name: string,
  key: string,
  range: ByteRange | undefined,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const found = await open(name);
  if (found === undefined) return undefined;
  const { file, size } = found;
  return closedUnless(file, () => readInPieces(file, key, checkRange(key, size, range)));
}

async function writePieces(part: fs.FileHandle, body: ReadableStream<Uint8Array>): Promise<void> {
  for await (const piece of body) await part.writeFile(piece);
}

/** Fills `part`, waits until the disk has it, and gives it the name `file`: readers see all of it or nothing. */
async function replace(
  part: string,
  file: string,
  root: string,
  fill: (handle: fs.FileHandle) => Promise<unknown>,
): Promise<void> {
  try {
    const handle = await fs.open(part, 'wx', 0o600);
    try {
      await fill(handle);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await moveTo(part, file, root);
    await syncFolder(path.dirname(file));
  } catch (cause) {
    await fs.rm(part, { force: true });
    throw cause;
  }
}

async function moveTo(part: string, file: string, root: string): Promise<void> {
  const attempts = 10;
  for (let attempt = 1; ; attempt++) {
    try {
      await fs.rename(part, file);
      return;
    } catch (cause) {
      // A `remove` beside us may have taken the folder away again, since it was empty.
      if (!isMissing(cause) || attempt === attempts) throw cause;
    }
    await makeFolder(path.dirname(file), root);
  }
}

/** A new folder is on the disk when the one above it is, and so on up to the first that was there before. */
async function makeFolder(folder: string, root: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const upTo = path.dirname(first);
  for (
    let above = path.dirname(folder);
    above.length >= Math.max(upTo.length, root.length);
    above = path.dirname(above)
  ) {
    await syncFolder(above);
  }
}

async function sizeOf(name: string): Promise<number | undefined> {
  try {
    const stat = await fs.stat(name);
    return stat.isFile() ? stat.size : undefined;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

/** Folders that become empty go too: S3 has none, and a file may come to stand where one was. */
async function removeFile(file: string, root: string): Promise<void> {
  if ((await sizeOf(file)) === undefined) return;
  await fs.rm(file, { force: true });
  for (let folder = path.dirname(file); folder.length > root.length; folder = path.dirname(folder)) {
    try {
      await fs.rmdir(folder);
    } catch {
      return;
    }
  }
}

interface Search {
  readonly root: string;
  readonly start: string;
  readonly limit: number;
  readonly keys: string[];
}

/** Adds the keys below `folder` whose rest begins with `start`, in the order of whole keys: `a-b` comes before `a/b`. */
async function collect(search: Search, folder: string): Promise<void> {
  const { root, start, limit, keys } = search;
  let entries;
  try {
    entries = await fs.readdir(path.join(root, ...folder.split('/')), { withFileTypes: true });
  } catch (cause) {
    if (isMissing(cause)) return;
    throw cause;
  }
  const names = entries
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && entry.name.startsWith(start))
    .filter((entry) => folder !== '' || entry.name !== incomingFolder)
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .toSorted(byKey);
  for (const name of names) {
    if (keys.length >= limit) return;
    const key = folder === '' ? name : `${folder}/${name}`;
    if (key.endsWith('/')) await collect({ ...search, start: '' }, key.slice(0, -1));
    else keys.push(key);
  }
}
