import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import { piecesOf, streamOf } from './bytes.ts';
import { blobKey, incomingKey } from './keys.ts';
import type { RepoTier } from './reach.ts';
import { makeUploadToken, uploadHolds } from './upload-token.ts';
import type { LargeFile, Upload } from './upload-token.ts';

/** Requests to the store under way at once: a Worker has six connections. */
const atOnce = 6;

/** Does `work` for each, a few at a time; in order. */
export async function mapFew<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const made: To[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    made.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  }
  return made;
}

export async function hasBlob(home: Home, { repo, tier }: RepoTier, { sha256, size }: LargeFile): Promise<boolean> {
  return (await home.store.size(blobKey(repo, tier, sha256))) === size;
}

/** Keeps a large file that comes in pieces. Throws `mismatch`, and keeps nothing, when it is not what was said. */
export async function keepBlob(
  home: Home,
  { repo, tier }: RepoTier,
  blob: LargeFile,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  let fault: unknown;
  const checked = checkedPieces(home, blob, piecesOf(body), (cause) => (fault = cause));
  try {
    await home.store.putStream(blobKey(repo, tier, blob.sha256), streamOf(checked), blob.size);
  } catch (error) {
    // A store tells of a stream that failed in words of its own.
    throw fault ?? error;
  }
}

/**
 * Makes sure that a large file which a push names is there and is what it says. One that was put to an address of the store
 * itself was seen by nobody yet: it is read, checked and kept under its name in one go. Says whether it is there.
 */
export async function settleBlob(home: Home, place: RepoTier, blob: LargeFile): Promise<boolean> {
  if (await hasBlob(home, place, blob)) return true;
  if (home.store.presignPut === undefined) return false;
  const key = incomingKey(place.repo, place.tier, blob.sha256);
  const body = await home.store.stream(key);
  if (body === undefined) return false;
  await keepBlob(home, place, blob, body);
  await home.store.remove(key).catch(() => undefined);
  return true;
}

/**
 * The same pieces; fails instead of giving the last one when the whole is not `blob`. So a store that waits for all the bytes
 * it was promised never keeps a wrong one. `onFault` is told whatever is thrown.
 */
async function* checkedPieces(
  home: Home,
  { sha256, size }: LargeFile,
  pieces: AsyncIterable<Uint8Array>,
  onFault: (cause: unknown) => void,
): AsyncGenerator<Uint8Array, void> {
  const hasher = home.platform.hasher();
  let seen = 0;
  let last: Uint8Array | undefined;
  try {
    for await (const piece of pieces) {
      if (piece.length === 0) continue;
      seen += piece.length;
      if (seen > size) throw new GatewayProblem('mismatch', `more than the ${size} bytes of the file came`);
      hasher.update(piece);
      if (last !== undefined) yield last;
      last = piece;
    }
    if (seen !== size) throw new GatewayProblem('mismatch', `${seen} bytes came of a file that has ${size}`);
    if (hasher.hex() !== sha256) throw new GatewayProblem('mismatch', 'the file has another sha256 than was said');
    if (last !== undefined) yield last;
  } catch (cause) {
    onFault(cause);
    throw cause;
  }
}

/** Where a client puts a large file: an address of the store where it gives such, else one of the gateway, below `baseUrl`. */
export async function addressOfBlob(
  home: Home,
  upload: Upload,
  baseUrl: string,
): Promise<{ readonly url: string; readonly headers: Record<string, string> }> {
  const { store } = home;
  const { place, blob } = upload;
  if (store.presignPut !== undefined) {
    const key = incomingKey(place.repo, place.tier, blob.sha256);
    const { url, headers } = await store.presignPut(key, uploadHolds, blob.size);
    return { url, headers: { ...headers } };
  }
  const token = await makeUploadToken(home, upload);
  return { url: `${baseUrl}/_blobs/up/${token}`, headers: { 'content-length': String(blob.size) } };
}
