import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SnappyError } from '../../core/errors.ts';
import { contentType, encodeRecord, endRecord, magic } from '../wire/frames.ts';
import type { SignedHead } from '../wire/head.ts';
import { limits } from '../wire/limits.ts';
import { sha256Pattern } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { readHead } from './fetch-pull-document.ts';
import { documentAtMost, draftDocument } from './push-document.ts';
import type { Drafted, TierPush } from './push-document.ts';
import type { ComingFrame, ReadyFrame } from './push-frames.ts';
import { isBlob } from './push-gather.ts';
import { ask, askJson, readAll } from './request.ts';

/** What the gateway has taken. */
export interface Pushed<T> extends Pick<Drafted, 'digest'> {
  /** Not verified. */
  readonly head: SignedHead;
  readonly prepared: T;
}

/** Bytes of a record beside its payload, and of what is around all records. */
const overhead = 64;

function sizeOf(frames: readonly ReadyFrame[]): { size: number; raw: number } {
  let [size, raw] = [overhead, 0];
  for (const { payload, rawSize } of frames) {
    size += payload.length + overhead;
    raw += rawSize;
  }
  return { size, raw };
}

/**
 * Frames in as many bodies as they need: all but the last go ahead as parts, the last one with the document, which has
 * `documentSize` bytes.
 */
export function splitFrames(frames: readonly ReadyFrame[], documentSize: number): readonly (readonly ReadyFrame[])[] {
  const bodies: ReadyFrame[][] = [[]];
  for (const frame of frames) {
    const last = bodies.at(-1) ?? [];
    const { size, raw } = sizeOf([...last, frame]);
    if (last.length > 0 && (size > limits.body || raw > limits.rawBody)) bodies.push([frame]);
    else last.push(frame);
  }
  if (sizeOf(bodies.at(-1) ?? []).size + documentSize + overhead > limits.body) bodies.push([]);
  return bodies;
}

async function* bodyOf(
  frames: Iterable<ReadyFrame | Promise<ReadyFrame>>,
  makeDocument?: () => Promise<ReadyFrame>,
): AsyncGenerator<Uint8Array> {
  yield magic;
  for (const frame of frames) {
    const { codec, payload, rawSize } = await frame;
    yield* encodeRecord('frame', codec, payload, rawSize);
  }
  if (makeDocument !== undefined) {
    const { codec, payload, rawSize } = await makeDocument();
    yield* encodeRecord('document', codec, payload, rawSize);
  }
  yield endRecord();
}

const packed = { 'content-type': contentType };

/** Sends frames ahead of a push; gives the name the gateway has for them. */
function sendPart({ gateway, repo, plan }: TierPush, frames: readonly ReadyFrame[]): Promise<string> {
  return askJson(
    gateway,
    {
      method: 'POST',
      path: '/_push/part',
      query: { repo, tier: plan.tier },
      headers: packed,
      body: () => bodyOf(frames),
      idempotent: true,
    },
    { parse: parsePart },
  );
}

function parsePart(value: unknown): string {
  const { part } = value as { part?: unknown };
  if (typeof part !== 'string' || !sha256Pattern.test(part)) throw new TypeError('no name of a part');
  return part;
}

function parsePushed(value: unknown): SignedHead {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object');
  return readHead((value as { head?: unknown }).head);
}

/** Whether all frames go into one body with the document. Mostly known before all are compressed. */
async function fitOneBody(frames: readonly ComingFrame[], documentSize: number): Promise<boolean> {
  const raw = frames.reduce((sum, { rawSize }) => sum + rawSize, 0);
  let size = raw + documentSize + (frames.length + 2) * overhead;
  for (const { rawSize, ready } of frames) {
    if (size <= limits.body) break;
    size += (await ready).payload.length - rawSize;
  }
  return size <= limits.body && raw <= limits.rawBody;
}

/** What is left for the last body, after parts of these names. */
interface Rest {
  readonly parts: readonly string[];
  readonly frames: Iterable<ReadyFrame | Promise<ReadyFrame>>;
}

/** Sends ahead what is too much for one body. */
async function sendParts(push: TierPush): Promise<Rest> {
  const coming = push.frames?.finish() ?? [];
  const documentSize = documentAtMost(push);
  const frames = coming.map(({ ready }) => ready);
  if (await fitOneBody(coming, documentSize)) return { parts: [], frames };
  const bodies = splitFrames(await Promise.all(frames), documentSize);
  const parts: string[] = [];
  for (const body of bodies.slice(0, -1)) parts.push(await sendPart(push, body));
  return { parts, frames: bodies.at(-1) ?? [] };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Sends a push of one tier: large files, frames that are too much for one body, then the rest with the document. It lands
 * whole or not at all. The same request is sent again where the answer is lost: the gateway knows it by its id. `prepare` is
 * called with what comes of the push when all of it is on its way. Throws a `GatewayError`: `stale_base` where somebody else
 * was first.
 */
export async function sendTier<T>(push: TierPush, prepare: (drafted: Drafted) => T): Promise<Pushed<T>> {
  const { gateway, repo, plan } = push;
  // Most pushes have none, and wait for no schemas to be loaded.
  if (plan.files.some(isBlob)) await (await import('./push-blobs.ts')).sendBlobs(push);
  const { parts, frames } = await sendParts(push);
  const pushId = randomBytes(16).toString('hex');
  // When the gateway has something to be at work on.
  const making = once(async () => {
    const drafted = await draftDocument(push, { pushId, parts });
    const prepared = nextTurn(drafted).then(prepare);
    // Thrown where it is waited for.
    prepared.catch(() => undefined);
    return { drafted, prepared };
  });
  const answer = await ask(gateway, {
    method: 'POST',
    path: '/_push',
    query: { repo, tier: plan.tier, base: plan.base, push_id: pushId },
    headers: packed,
    body: () => bodyOf(frames, async () => (await making()).drafted.document),
    idempotent: true,
  });
  const text = (await readAll(answer, limits.json)).toString('utf8');
  const { drafted, prepared } = await making();
  return { head: parseAnswer(gateway, text), digest: drafted.digest, prepared: await prepared };
}

function parseAnswer(gateway: Gateway, text: string): SignedHead {
  try {
    return parsePushed(JSON.parse(text));
  } catch (cause) {
    throw new SnappyError('failure', `${gateway.url} did not answer the push as a gateway does`, {
      hint: 'it may have been taken: run this again, which finds out',
      cause,
    });
  }
}
