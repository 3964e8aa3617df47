import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { applyDelta } from '../../sync/wire/delta.ts';
import { encodeRecord, endRecord, magic, pullLimits, readRecords } from '../../sync/wire/frames.ts';
import { manifestText } from '../../sync/wire/manifest.ts';
import type { Codec, ManifestFile } from '../../sync/wire/manifest.ts';
import type { PullDocument, PushDocument, PushedFile } from '../../sync/wire/messages.ts';
import type { Tier } from '../../sync/wire/names.ts';
import { defaultRules } from '../../sync/wire/rules.ts';
import { createApp } from '../app.ts';
import type { App } from '../app.ts';
import type { Home } from '../ports.ts';

/** The files of a tier by path. */
export type Files = Readonly<Record<string, string>>;

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

let made = 0;
export function newPushId(): string {
  made += 1;
  return sha256Of(`push ${made}`).slice(0, 32);
}

export interface TestPush {
  readonly tier?: Tier;
  readonly repo?: 'os' | 'kernel';
  readonly base: number;
  /** What the tier has at `base`. */
  readonly before?: Files;
  readonly changed?: Files;
  readonly gone?: readonly string[];
  readonly pushId?: string;
  readonly document?: Partial<PushDocument>;
  /** Files of one frame; default all in one. */
  readonly filesOfFrame?: number;
  readonly codec?: Codec;
}

function manifestFile([path, content]: readonly [string, string]): ManifestFile {
  return { path, sha256: sha256Of(content), size: Buffer.byteLength(content), exec: false };
}

function compress(codec: Codec, bytes: Buffer): Uint8Array {
  if (codec === 'none') return bytes;
  return codec === 'gzip' ? zlib.gzipSync(bytes) : zlib.zstdCompressSync(bytes);
}

/** The frames and the document of a push as a client makes them. */
export function makePush(push: TestPush): { readonly body: Uint8Array<ArrayBuffer>; readonly query: string } {
  const { tier = 'private', repo = 'os', base, before = {}, changed = {}, gone = [] } = push;
  const pushId = push.pushId ?? newPushId();
  const rows = Object.entries(changed);
  const step = push.filesOfFrame ?? Math.max(1, rows.length);
  const frames: Uint8Array[] = [];
  const files: PushedFile[] = [];
  for (let from = 0; from < rows.length; from += step) {
    const frame = from / step;
    let at = 0;
    const pieces = rows.slice(from, from + step).map((row) => {
      files.push({ ...manifestFile(row), frame, at });
      at += Buffer.byteLength(row[1]);
      return Buffer.from(row[1]);
    });
    const codec = push.codec ?? 'zstd';
    frames.push(...encodeRecord('frame', codec, compress(codec, Buffer.concat(pieces)), at));
  }
  const after = applyDelta(
    Object.entries(before)
      .map(manifestFile)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    Object.entries(changed).map(manifestFile),
    gone,
  );
  const document: PushDocument = {
    repo,
    tier,
    base,
    push_id: pushId,
    machine_id: 'test-machine',
    scope: 'all',
    rules: defaultRules,
    files,
    gone: [...gone],
    digest: sha256Of(manifestText(after)),
    ...push.document,
  };
  const raw = Buffer.from(JSON.stringify(document));
  const body = Buffer.concat([
    magic,
    ...frames,
    ...encodeRecord('document', 'gzip', zlib.gzipSync(raw), raw.length),
    endRecord(),
  ]);
  return {
    body: new Uint8Array(body),
    query: `repo=${repo}&tier=${encodeURIComponent(tier)}&base=${base}&push_id=${pushId}`,
  };
}

export interface TestPull {
  readonly status: number;
  readonly document: PullDocument;
  /** Contents that came along, by tier and path. */
  readonly contents: Readonly<Record<string, Files>>;
  readonly bytes: number;
}

/** A client of a gateway with one key. */
export class TestClient {
  readonly app: App;
  readonly #key: string | undefined;

  constructor(home: Home, key?: string) {
    this.app = createApp(home);
    this.#key = key;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#key !== undefined) headers.set('authorization', `Bearer ${this.#key}`);
    return this.app.fetch(new Request(`http://gateway.test${path}`, { ...init, headers }));
  }

  push(push: TestPush): Promise<Response> {
    const { body, query } = makePush(push);
    return this.send(`/_push?${query}`, body);
  }

  send(path: string, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Promise<Response> {
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    return this.fetch(path, init);
  }

  async pull(query = 'repo=os&since=0&scope=all&accept=zstd'): Promise<TestPull> {
    const response = await this.fetch(`/_pull?${query}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(new TextDecoder().decode(bytes));
    return { status: response.status, ...(await readPull(bytes)), bytes: bytes.length };
  }
}

function decompress(codec: Codec, payload: Uint8Array): Buffer {
  if (codec === 'none') return Buffer.from(payload);
  return codec === 'gzip' ? zlib.gunzipSync(payload) : zlib.zstdDecompressSync(payload);
}

/** Bytes of a range of a pack: `size` of them from `at` on of what `url` names. */
export type FetchRange = (url: string, at: number, size: number) => Promise<Uint8Array>;

/** Takes a pull apart, and holds each content to its sha256. Frames that are elsewhere are left out where nothing fetches them. */
export async function readPull(
  bytes: Uint8Array,
  fetchRange?: FetchRange,
): Promise<Pick<TestPull, 'document' | 'contents'>> {
  const inline: Buffer[] = [];
  let document: PullDocument | undefined;
  for await (const { header, payload } of readRecords(new Blob([new Uint8Array(bytes)]).stream(), pullLimits)) {
    const raw = decompress(header.codec, payload);
    if (header.kind === 'document') document = JSON.parse(raw.toString()) as PullDocument;
    else inline.push(raw);
  }
  if (document === undefined) throw new Error('no document came');
  const raws = await framesOf(document, inline, fetchRange);
  const contents: Record<string, Record<string, string>> = {};
  for (const { tier, files } of document.tiers) {
    const own: Record<string, string> = {};
    for (const { path, sha256, size, frame, at } of files) {
      const raw = frame === undefined ? undefined : raws[frame];
      if (raw === undefined || at === undefined) continue;
      const content = raw.subarray(at, at + size);
      if (sha256Of(content) !== sha256) throw new Error(`${path} has another content`);
      own[path] = content.toString();
    }
    contents[tier] = own;
  }
  return { document, contents };
}

/** All frames in the order of the document, uncompressed. */
async function framesOf(
  { frames, ranges }: PullDocument,
  inline: Buffer[],
  fetchRange: FetchRange | undefined,
): Promise<(Buffer | undefined)[]> {
  const came = inline.length;
  const raws: (Buffer | undefined)[] = [];
  const fetched = await Promise.all(ranges.map(async ({ url, at, size }) => fetchRange?.(url, at, size)));
  for (const { range = -1, at = 0, size, codec } of frames) {
    const from = at - (ranges[range]?.at ?? 0);
    const bytes = fetched[range]?.subarray(from, from + size);
    if (range === -1) raws.push(inline.shift());
    else raws.push(bytes === undefined ? undefined : decompress(codec, bytes));
  }
  const expected = frames.filter(({ range }) => range === undefined).length;
  if (came !== expected) throw new Error(`${came} frames came of ${expected}`);
  return raws;
}
