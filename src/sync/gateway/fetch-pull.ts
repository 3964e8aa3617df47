import { SnappyError } from '../../core/errors.ts';
import { groupBy } from '../../core/group-by.ts';
import { pullLimits, readRecords } from '../wire/frames.ts';
import type { WireRecord } from '../wire/frames.ts';
import { limits } from '../wire/limits.ts';
import type { PullDocument } from '../wire/messages.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Gateway } from './connection.ts';
import { decompress, readsZstd, sha256 } from './fetch-pull-codec.ts';
import { readPullDocument } from './fetch-pull-document.ts';
import { fetchRanges } from './fetch-pull-ranges.ts';
import { inTurns } from './fetch-pull-wanted.ts';
import type { WantedFile } from './fetch-pull-wanted.ts';
import { GatewayError } from './request-problem.ts';
import { ask, readAll } from './request.ts';
import { howToGoBack } from './trust.ts';

/** What is asked for. */
export interface PullQuestion {
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  /** The revision known of each tier, `private:3,team:acme:12`, or `0`. */
  readonly since: string;
  /** What is new by name alone, without any content of it. */
  readonly contents?: 'none';
}

/** An answer that has begun: its document is there, its frames are still to come. Not verified. */
export interface OpenPull {
  readonly document: PullDocument;
  /** Reads on to the end, and fetches what lies elsewhere. Throws when anything is not what the document says. */
  take(wanted: readonly WantedFile[]): Promise<void>;
  /** Gives up the rest of it. */
  close(): Promise<void>;
}

/** How many frames may wait to be decompressed: as many as threads have work, and no more memory than these. */
const pending = 4;
/** Large files that are fetched at once; each is held whole. */
const blobsAtOnce = 2;

/** An answer that is none, or is cut off, in words. What is no fault of the answer is given back as it is. */
function explainAnswer(url: string, cause: unknown): unknown {
  if (!(cause instanceof WireError) && !(cause instanceof TypeError) && !(cause instanceof SyntaxError)) return cause;
  const isTorn = cause instanceof WireError && cause.code === 'torn';
  return new SnappyError(
    isTorn ? 'failure' : 'refused',
    `the answer of ${url} ${isTorn ? 'was cut off' : 'is refused'}: ${cause.message}; nothing was changed`,
    { hint: isTorn ? 'run this again' : 'run this again; if it stays so, tell the operator', cause },
  );
}

/** Hands out the files of a frame, each held against its sha256. */
function takeFrame(raw: Buffer, files: readonly WantedFile[]): void {
  for (const wanted of files) {
    const { at = 0, size, path, sha256: expected } = wanted.file;
    const bytes = raw.subarray(at, at + size);
    if (bytes.length !== size || sha256(bytes) !== expected)
      throw new WireError('mismatch', `the content of ${JSON.stringify(path)} is not what was said of it`, [path]);
    wanted.take(bytes);
  }
}

class Answer implements OpenPull {
  readonly document: PullDocument;
  private readonly gateway: Gateway;
  private readonly repo: Repo;
  private readonly records: AsyncIterator<WireRecord>;

  constructor(gateway: Gateway, repo: Repo, document: PullDocument, records: AsyncIterator<WireRecord>) {
    this.gateway = gateway;
    this.repo = repo;
    this.document = document;
    this.records = records;
  }

  async take(wanted: readonly WantedFile[]): Promise<void> {
    const byFrame = groupBy(wanted, ({ file }) => file.frame);
    try {
      await this.takeInline(byFrame);
      const ranges = [...byFrame].flatMap(([index, files]) => {
        const frame = this.document.frames[index ?? -1];
        return frame?.range === undefined ? [] : [{ frame, files }];
      });
      await fetchRanges(this.gateway, this.document, ranges, async (frame, payload, files) =>
        takeFrame(await decompress(frame.codec, payload, frame.rawSize), files),
      );
      await inTurns(byFrame.get(undefined) ?? [], blobsAtOnce, (one) => this.takeBlob(one));
    } catch (cause) {
      throw explainAnswer(this.gateway.url, cause);
    }
  }

  async close(): Promise<void> {
    await this.records.return?.();
  }

  /** Frames of the answer itself, in their order; an end record must follow the last. */
  private async takeInline(byFrame: ReadonlyMap<number | undefined, readonly WantedFile[]>): Promise<void> {
    const inline = [...this.document.frames.entries()].filter(([, { range }]) => range === undefined);
    const underway: Promise<void>[] = [];
    try {
      for (const [index, frame] of inline) {
        const { done, value } = await this.records.next();
        if (done === true) throw new WireError('torn', 'it has fewer frames than it names');
        const { header, payload } = value;
        if (header.kind !== 'frame' || header.rawSize !== frame.rawSize)
          throw new WireError('malformed', 'a frame is not what was said of it');
        const files = byFrame.get(index);
        if (files === undefined) continue;
        const work = decompress(header.codec, payload, frame.rawSize).then((raw) => takeFrame(raw, files));
        // Thrown where it is waited for: one that fails while another is waited for is no unhandled rejection.
        work.catch(() => undefined);
        underway.push(work);
        if (underway.length >= pending) await underway.shift();
      }
      await Promise.all(underway);
    } finally {
      // Nothing is laid aside any more once this has thrown.
      await Promise.allSettled(underway);
    }
    if ((await this.records.next()).done !== true) throw new WireError('malformed', 'it has more frames than it names');
  }

  private async takeBlob(wanted: WantedFile): Promise<void> {
    const { tier, rev, file } = wanted;
    const bytes = await fetchContent(this.gateway, {
      repo: this.repo,
      tier,
      rev,
      sha256: file.sha256,
      size: file.size,
    });
    if (bytes === undefined)
      throw new WireError('missing_content', `the gateway has no content for ${JSON.stringify(file.path)}`, [
        file.path,
      ]);
    wanted.take(bytes);
  }
}

/** One content by its sha256, out of what a tier held at a revision; `undefined` where the gateway has no such. Checked. */
export async function fetchContent(
  gateway: Gateway,
  wanted: {
    readonly repo: Repo;
    readonly tier: Tier;
    readonly rev: number;
    readonly sha256: string;
    readonly size: number;
  },
): Promise<Buffer | undefined> {
  const { repo, tier, rev, size } = wanted;
  const path = `/_blobs/${repo}/${encodeURIComponent(tier)}/${wanted.sha256}`;
  const answer = await ask(gateway, { method: 'GET', path, query: { rev }, handled: [404] });
  const bytes = await readAll(answer, answer.status === 404 ? limits.json * 16 : size);
  if (answer.status === 404) return undefined;
  if (bytes.length === size && sha256(bytes) === wanted.sha256) return bytes;
  throw explainAnswer(gateway.url, new WireError('mismatch', 'the content of a file is not what was asked for'));
}

/** A gateway that has lost what this machine has seen of it: elsewhere the same problem is one of two who push. */
function explainProblem(url: string, cause: unknown): unknown {
  if (!(cause instanceof GatewayError) || cause.problem !== 'since_ahead') return cause;
  const { tier, rev } = cause.document;
  const where = typeof tier === 'string' && typeof rev === 'number' ? `: ${tier} is at revision ${rev} there` : '';
  const message = `${url} has gone back behind what this tree has seen of it${where}; nothing was changed`;
  return new SnappyError('refused', message, { hint: howToGoBack, cause });
}

/**
 * Asks what is new, and reads the document of the answer; `onSent` is called when the question is on its way. Throws as `ask`,
 * and `refused` on what no gateway says.
 */
export async function openPull(gateway: Gateway, question: PullQuestion, onSent?: () => void): Promise<OpenPull> {
  const { repo } = question;
  const query = { ...question, accept: readsZstd ? 'zstd' : undefined };
  const asked = { method: 'GET', path: '/_pull', query, ...(onSent ? { onSent } : {}) } as const;
  const answer = await ask(gateway, asked).catch((cause: unknown) => {
    throw explainProblem(gateway.url, cause);
  });
  const records = readRecords(answer.body, pullLimits)[Symbol.asyncIterator]();
  try {
    const { done, value } = await records.next();
    if (done === true || value.header.kind !== 'document') throw new WireError('malformed', 'it has no document');
    const { codec, rawSize } = value.header;
    if (rawSize > limits.document) throw new WireError('too_large', 'its document is too large');
    const text = await decompress(codec, value.payload, rawSize);
    return new Answer(gateway, repo, readPullDocument(JSON.parse(text.toString('utf8'))), records);
  } catch (cause) {
    await records.return?.();
    throw explainAnswer(gateway.url, cause);
  }
}
