import { limits } from '../../sync/wire/limits.ts';
import { manifestText } from '../../sync/wire/manifest.ts';
import type { Frame, Manifest } from '../../sync/wire/manifest.ts';
import type { PushDocument } from '../../sync/wire/messages.ts';
import { nextManifest } from '../../sync/wire/next-manifest.ts';
import { mayWriteNow } from '../access/write-right.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import type { Caller } from '../route.ts';
import { settleBlob } from './blobs.ts';
import { checkBeside, checkContents, checkGone, checkPaths } from './check.ts';
import { commitRevision, storeManifest } from './commit.ts';
import type { Revision, Stored } from './commit.ts';
import { compactPacks } from './compact.ts';
import type { Compacted } from './compact.ts';
import { readHead, readPush } from './heads.ts';
import type { HeadRow } from './heads.ts';
import { readDocument, takeBody } from './intake.ts';
import type { Arrived } from './intake.ts';
import { readManifest } from './manifests.ts';
import { mapFew } from './map-few.ts';
import { readPushDocument } from './push-document.ts';
import { inPushRoom } from './push-room.ts';
import type { PushRoom } from './push-room.ts';
import { noSuchTier } from './reach.ts';
import type { RepoTier } from './reach.ts';
import { answeringFaults } from './wire-problem.ts';

/** Where its home has not said how many: each is up to six calls of the store, of which a Worker has 1,000. */
const fewLargeFiles = 150;

/** What the address of a push says of it, so that it can be refused before its body is read. */
export interface PushIntent {
  readonly place: RepoTier;
  readonly base: number;
  /** Absent where the client does not say it in the address: then a push that is sent again may find its base stale. */
  readonly pushId: string | undefined;
}

export interface Pushed {
  readonly head: HeadRow;
  /** It had come through before: nothing was done now. */
  readonly repeated: boolean;
}

/**
 * Takes a push: whole, or not at all. Packs are put while the body comes, then the manifest, and the ledger's head is swapped
 * last; whatever fails before that has changed nothing for anybody. Throws `stale_base` with the head's revision, and other
 * problems as their codes say.
 */
export async function acceptPush(
  home: Home,
  caller: Caller,
  intent: PushIntent,
  body: ReadableStream<Uint8Array>,
): Promise<Pushed> {
  const { place, base, pushId } = intent;
  const [before, head] = await Promise.all([
    pushId === undefined ? undefined : readPush(home, place, pushId),
    readHead(home, place),
  ]);
  if (before !== undefined) {
    const bytes = await inPushRoom(home, caller.tenant, (room) =>
      answeringFaults(() => readDocument(home, room, body)),
    );
    return repeatedPush(before, parseDocument(bytes, intent));
  }
  checkBase(base, head);
  return inPushRoom(home, caller.tenant, (room) => takePush(home, caller, { intent, head, room }, body));
}

interface Taking {
  readonly intent: PushIntent;
  /** That which the push was made on. */
  readonly head: HeadRow;
  readonly room: PushRoom;
}

async function takePush(
  home: Home,
  caller: Caller,
  { intent, head, room }: Taking,
  body: ReadableStream<Uint8Array>,
): Promise<Pushed> {
  const { place, base, pushId } = intent;
  const reading = readManifest(home, place, head.manifest);
  reading.catch(() => undefined);
  const arrived = await answeringFaults(() => takeBody(home, place, { rev: base + 1, room }, body));
  let landed: Landed;
  try {
    const document = parseDocument(arrived.document, intent);
    const before = pushId === undefined ? await readPush(home, place, document.push_id) : undefined;
    if (before !== undefined) {
      const answer = repeatedPush(before, document);
      await arrived.discard();
      return answer;
    }
    const previous = await reading;
    landed = await answeringFaults(() =>
      land(home, place, document, { arrived, previous, tenant: caller.tenant, room }),
    );
  } catch (error) {
    await arrived.discard();
    throw error;
  }
  const committed = await commitRevision(home, place, landed.revision, landed.stored);
  if (committed.outcome === 'done') return { head: committed.head, repeated: false };
  await Promise.all([arrived.discard(), landed.compacted?.discard()]);
  if (committed.outcome === 'repeated') return { head: committed.head, repeated: true };
  if (committed.outcome === 'taken') throw takenId();
  const newest = await readHead(home, place);
  // Nobody else was first: what was let in before the body came may not be done any more.
  throw newest.rev === base ? noSuchTier('write') : staleBase(newest);
}

/** The answer to a push that was sent again. Throws `taken` where this one is another, and only calls itself the same. */
function repeatedPush(before: HeadRow, { digest }: PushDocument): Pushed {
  if (before.digest !== digest) throw takenId();
  return { head: before, repeated: true };
}

function takenId(): GatewayProblem {
  return new GatewayProblem('taken', 'this push_id was used for another push: make a new one');
}

function checkBase(base: number, head: HeadRow): void {
  if (base > head.rev) {
    throw new GatewayProblem(
      'since_ahead',
      `the push was made on revision ${base}, and the newest here is ${head.rev}`,
      {
        more: { rev: head.rev },
      },
    );
  }
  if (base < head.rev) throw staleBase(head);
}

function staleBase({ rev }: HeadRow): GatewayProblem {
  return new GatewayProblem('stale_base', `the newest revision is ${rev}: pull, and push again`, { more: { rev } });
}

function parseDocument(bytes: Uint8Array, { place, base, pushId }: PushIntent): PushDocument {
  const document = readPushDocument(bytes);
  // Whose private tier it is follows from the key alone.
  const tier = place.tier.startsWith('private:') ? 'private' : place.tier;
  const agrees =
    document.repo === place.repo &&
    document.tier === tier &&
    document.base === base &&
    (pushId === undefined || document.push_id === pushId);
  if (!agrees) throw new GatewayProblem('bad_request', 'the document says something else than the address');
  return document;
}

interface Landing {
  readonly arrived: Arrived;
  readonly previous: Manifest;
  readonly tenant: string;
  readonly room: PushRoom;
}

/** All of a push is in the store, and its head alone is left to be moved. */
interface Landed {
  readonly revision: Revision;
  readonly stored: Stored;
  readonly compacted: Compacted | undefined;
}

async function land(
  home: Home,
  place: RepoTier,
  document: PushDocument,
  { arrived, previous, tenant, room }: Landing,
): Promise<Landed> {
  checkGone(document, previous);
  checkPaths(document);
  const frames = await checkContents(home, place, document, { arrived, room });
  const made = await makeManifest(home, place, document, { previous, frames });
  const digest = home.platform.sha256(new TextEncoder().encode(manifestText(made.files)));
  if (digest !== document.digest) {
    throw new GatewayProblem('mismatch', 'what comes of the push has another digest than the client made of it');
  }
  const compacted = await compactPacks(home, place, made, new Set(arrived.frames.map(({ frame }) => frame.pack)));
  const manifest = compacted?.manifest ?? made;
  const contents = Promise.all([arrived.stored(), compacted?.stored]);
  try {
    const stored = await storeManifest(home, place, manifest, contents);
    const { push_id: pushId, machine_id: machineId, files, gone } = document;
    const changes = files.length + gone.length;
    const when = mayWriteNow(tenant, place.tier);
    return { revision: { manifest, digest, pushId, tenant, when, machineId, changes }, stored, compacted };
  } catch (error) {
    await compacted?.discard();
    throw error;
  }
}

async function makeManifest(
  home: Home,
  place: RepoTier,
  document: PushDocument,
  { previous, frames }: { readonly previous: Manifest; readonly frames: readonly Frame[] },
): Promise<Manifest> {
  const { files, gone } = document;
  const blobs = await settleBlobs(home, place, document, previous);
  const manifest = nextManifest(previous, { files, gone, frames, blobs, rev: previous.rev + 1 });
  if (manifest.files.length > limits.files) {
    throw new GatewayProblem(
      'too_large',
      `a tier has at most ${limits.files} files; this would be ${manifest.files.length}`,
    );
  }
  checkBeside(manifest);
  return manifest;
}

/** Large files that a push names and its tier has not, with their sizes: those that were sent by themselves. */
async function settleBlobs(
  home: Home,
  place: RepoTier,
  { files }: PushDocument,
  previous: Manifest,
): Promise<ReadonlyMap<string, number>> {
  const bare = files.filter(({ frame }) => frame === undefined);
  if (bare.length === 0) return new Map();
  const known = new Set(previous.files.map(({ sha256 }) => sha256));
  const framed = new Set(files.filter(({ frame }) => frame !== undefined).map(({ sha256 }) => sha256));
  const sent = new Map(
    bare.filter(({ sha256 }) => !known.has(sha256) && !framed.has(sha256)).map(({ sha256, size }) => [sha256, size]),
  );
  const { largeFilesAtOnce = fewLargeFiles } = home.config;
  if (sent.size > largeFilesAtOnce) {
    const detail = `a push names at most ${largeFilesAtOnce} files whose content was sent by itself; this has ${sent.size}`;
    throw new GatewayProblem('too_large', detail);
  }
  const isThere = await mapFew([...sent], ([sha256, size]) => settleBlob(home, place, { sha256, size }));
  return new Map([...sent].filter((_, index) => isThere[index]));
}
