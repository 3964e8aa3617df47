import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { applyDelta } from '../wire/delta.ts';
import { contentType, encodeRecord, endRecord, magic } from '../wire/frames.ts';
import type { SignedHead } from '../wire/head.ts';
import { limits } from '../wire/limits.ts';
import { manifestText } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { PushDocument, SyncRules } from '../wire/messages.ts';
import { sha256Pattern } from '../wire/names.ts';
import type { Repo } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { readHead } from './fetch-pull-document.ts';
import type { KnownTier } from './known.ts';
import type { PlannedFile, TierPlan } from './plan-push.ts';
import { isBlob } from './push-gather.ts';
import { compressDocument } from './push-frames.ts';
import type { FrameMaker, ReadyFrame, ReadyFrames } from './push-frames.ts';
import { ask, askAddress, askJson, readAll } from './request.ts';

/** A push of one tier, ready to be sent. */
export interface TierPush {
  readonly gateway: Gateway;
  readonly root: string;
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly rules: SyncRules;
  readonly machineId: string;
  readonly plan: TierPlan;
  readonly known: KnownTier | undefined;
  readonly frames: FrameMaker | undefined;
}

/** What the gateway has taken. */
export interface Pushed {
  /** Not verified. */
  readonly head: SignedHead;
  /** What the tier has now, as it was computed here: by path, in the order of a manifest. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  readonly digest: string;
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

async function* bodyOf(frames: readonly ReadyFrame[], document?: ReadyFrame): AsyncGenerator<Uint8Array> {
  yield magic;
  for (const { codec, payload, rawSize } of frames) yield* encodeRecord('frame', codec, payload, rawSize);
  if (document !== undefined) yield* encodeRecord('document', document.codec, document.payload, document.rawSize);
  yield endRecord();
}

const packed = { 'content-type': contentType };

/** Sends frames ahead of a push; gives the name the gateway has for them. */
async function sendPart({ gateway, repo, plan }: TierPush, frames: readonly ReadyFrame[]): Promise<string> {
  const { part } = await askJson(
    gateway,
    {
      method: 'POST',
      path: '/_push/part',
      query: { repo, tier: plan.tier },
      headers: packed,
      body: () => bodyOf(frames),
      idempotent: true,
    },
    (value) => {
      const name: unknown = (value as { part?: unknown }).part;
      if (typeof name !== 'string' || !sha256Pattern.test(name)) throw new TypeError('no name of a part');
      return { part: name };
    },
  );
  return part;
}

interface BlobPlace {
  readonly sha256: string;
  readonly put?: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

function parseBlobs(value: unknown): readonly BlobPlace[] {
  const { blobs } = value as { blobs?: unknown };
  if (!Array.isArray(blobs)) throw new TypeError('no list of places');
  return blobs.map((row: unknown) => {
    const { sha256, put } = row as { sha256?: unknown; put?: { url?: unknown; headers?: unknown } };
    if (typeof sha256 !== 'string') throw new TypeError('no sha256');
    if (put === undefined) return { sha256 };
    const { url, headers } = put;
    if (typeof url !== 'string' || typeof headers !== 'object' || headers === null) throw new TypeError('no address');
    const pairs = Object.entries(headers).map(([name, given]) => [name, String(given)] as const);
    return { sha256, put: { url, headers: Object.fromEntries(pairs) } };
  });
}

/** The bytes of a file, of which there must be as many as was said: else the line would wait for what never comes. */
async function* bytesOf(file: string, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const piece of fs.createReadStream(file, { end: Math.max(0, size - 1) })) {
    left -= (piece as Buffer).length;
    yield piece as Buffer;
  }
  if (left === 0) return;
  throw new SnappyError('failure', `${file} was changed while it was sent`, { hint: 'run this again' });
}

const blobsAtOnce = 100;

/** Puts the large files where the gateway wants them. What it has already is not sent. */
async function sendBlobs({ gateway, root, repo, plan }: TierPush): Promise<void> {
  const bySha = new Map(plan.files.filter(isBlob).map((file) => [file.sha256, file]));
  const all = [...bySha.values()];
  for (let at = 0; at < all.length; at += blobsAtOnce) {
    const blobs = all.slice(at, at + blobsAtOnce).map(({ sha256, size }) => ({ sha256, size }));
    const places = await askJson(
      gateway,
      { method: 'POST', path: '/_blobs', json: { repo, tier: plan.tier, blobs }, idempotent: true },
      parseBlobs,
      limits.json * 16,
    );
    for (const { sha256, put } of places) {
      const file = bySha.get(sha256);
      if (put !== undefined && file !== undefined) await sendBlob(gateway, path.join(root, file.path), file, put);
    }
  }
}

async function sendBlob(
  gateway: Gateway,
  absolute: string,
  { size }: PlannedFile,
  { url, headers }: NonNullable<BlobPlace['put']>,
): Promise<void> {
  const answer = await askAddress(gateway, url, {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: () => bytesOf(absolute, size),
  });
  await readAll(answer, limits.json);
}

function documentOf(push: TierPush, { places }: ReadyFrames, digest: string): PushDocument {
  const { repo, scope, rules, machineId, plan } = push;
  return {
    repo,
    tier: plan.tier,
    base: plan.base,
    push_id: randomBytes(16).toString('hex'),
    machine_id: machineId,
    scope,
    rules,
    files: plan.files.map(({ path: name, sha256, size, exec }) => ({
      path: name,
      sha256,
      size,
      exec,
      ...places.get(sha256),
    })),
    gone: [...plan.gone],
    digest,
  };
}

function parsePushed(value: unknown): SignedHead {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object');
  return readHead((value as { head?: unknown }).head);
}

/**
 * Sends a push of one tier: large files, frames that are too much for one body, then the rest with the document. It lands
 * whole or not at all. The same request is sent again where the answer is lost: the gateway knows it by its id. Throws a
 * `GatewayError`: `stale_base` where somebody else was first.
 */
export async function sendTier(push: TierPush): Promise<Pushed> {
  const { gateway, repo, plan, known } = push;
  const bare = plan.files.map(({ path: name, sha256, size, exec }) => ({ path: name, sha256, size, exec }));
  const after = applyDelta([...(known?.files.values() ?? [])], bare, plan.gone);
  const digest = createHash('sha256').update(manifestText(after)).digest('hex');
  await sendBlobs(push);
  const ready = (await push.frames?.finish()) ?? { frames: [], places: new Map() };
  const draft = documentOf(push, ready, digest);
  const first = await compressDocument(JSON.stringify(draft));
  // Names of parts are added to it: 70 bytes each, for at most 64.
  const bodies = splitFrames(ready.frames, first.payload.length + 4_500);
  const parts: string[] = [];
  for (const frames of bodies.slice(0, -1)) parts.push(await sendPart(push, frames));
  const document = parts.length === 0 ? first : await compressDocument(JSON.stringify({ ...draft, parts }));
  const query = { repo, tier: plan.tier, base: plan.base, push_id: draft.push_id };
  const answer = await ask(gateway, {
    method: 'POST',
    path: '/_push',
    query,
    headers: packed,
    body: () => bodyOf(bodies.at(-1) ?? [], document),
    idempotent: true,
  });
  const text = (await readAll(answer, limits.json)).toString('utf8');
  return { head: parseAnswer(gateway, text), files: new Map(after.map((file) => [file.path, file])), digest };
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
