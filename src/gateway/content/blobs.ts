import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import { piecesOf, streamOf } from './bytes.ts';
import { incomingKeys, incomingNow, waits } from './incoming.ts';
import { blobKey } from './keys.ts';
import type { RepoTier } from './reach.ts';
import { makeUploadToken, uploadHolds } from './upload-token.ts';
import type { LargeFile, Upload } from './upload-token.ts';

async function hasBlob(home: Home, { repo, tier }: RepoTier, { sha256, size }: LargeFile): Promise<boolean> {
  return (await home.store.size(blobKey(repo, tier, sha256))) === size;
}

/** Whether a large file need not be sent: a push had it, or it waits for one, checked. */
export async function needsNoSending(home: Home, place: RepoTier, blob: LargeFile): Promise<boolean> {
  if (await hasBlob(home, place, blob)) return true;
  return home.store.presignPut === undefined && waits(home, place, blob.sha256, blob.size);
}

/** Lets a large file that comes in pieces wait for its push. Throws `mismatch`, and keeps nothing, when it is not what was said. */
export function receiveBlob(
  home: Home,
  place: RepoTier,
  blob: LargeFile,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  return keepChecked(home, incomingNow(home, place, blob.sha256), blob, body);
}

async function keepChecked(home: Home, key: string, blob: LargeFile, body: ReadableStream<Uint8Array>): Promise<void> {
  let fault: unknown;
  const checked = checkedPieces(home, blob, piecesOf(body), (cause) => (fault = cause));
  try {
    await home.store.putStream(key, streamOf(checked), blob.size);
  } catch (error) {
    // A store tells of a stream that failed in words of its own.
    throw fault ?? error;
  }
}

/**
 * Makes sure that a large file which a push names is there and is what it says. One that waits for it is read, checked (by an
 * address of the store itself it came unseen) and kept under its name in one go. Says whether it is there.
 */
export async function settleBlob(home: Home, place: RepoTier, blob: LargeFile): Promise<boolean> {
  if (await hasBlob(home, place, blob)) return true;
  for (const key of incomingKeys(home, place, blob.sha256)) {
    const body = await home.store.stream(key);
    if (body === undefined) continue;
    await keepChecked(home, blobKey(place.repo, place.tier, blob.sha256), blob, body);
    await home.store.remove(key).catch(() => undefined);
    return true;
  }
  return false;
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
    const key = incomingNow(home, place, blob.sha256);
    const { url, headers } = await store.presignPut(key, uploadHolds, blob.size);
    return { url, headers: { ...headers } };
  }
  const token = await makeUploadToken(home, upload);
  return { url: `${baseUrl}/_blobs/up/${token}`, headers: { 'content-length': String(blob.size) } };
}
