import { createHash } from 'node:crypto';
import { SnappyError } from '../../core/errors.ts';
import type { SignedHead } from '../wire/head.ts';
import { limits } from '../wire/limits.ts';
import { applyDelta } from '../wire/delta.ts';
import { manifestText } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { PullDocument, PulledFile, PulledTier } from '../wire/messages.ts';
import { byPrecedence } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { whyNever } from '../wire/never.ts';
import { collisions, faultOfPath } from '../wire/safe-path.ts';
import type { Known } from './known.ts';
import { howToGoBack, verifyAnswer } from './trust.ts';
import type { Trust } from './trust.ts';

/** A tier of an answer that was held against its signature and found right. */
export interface VerifiedTier {
  readonly tier: Tier;
  readonly head: SignedHead;
  readonly writable: boolean;
  /** All that the tier holds now, sorted by path. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** Where the content of those is that the answer tells of. */
  readonly pulled: ReadonlyMap<string, PulledFile>;
  /** Paths that may differ from what was known of the tier. */
  readonly touched: readonly string[];
}

/** What an answer is held against. */
export interface Standard {
  readonly trust: Trust;
  readonly repo: Repo;
  readonly known: Known | undefined;
  readonly now: number;
}

const howToAsk = 'tell its operator; if this is the first pull from it, ask whether the address is right';

function refused(url: string, why: string, hint = howToAsk): SnappyError {
  return new SnappyError('refused', `the answer of ${url} is refused: ${why}; nothing was changed`, { hint });
}

const quoted = (path: string): string => JSON.stringify(path.slice(0, 200));

/** Why a file must not be written here, whoever has signed it. */
function faultOfFile({ path, size, frame, at }: PulledFile, { frames }: PullDocument): string | undefined {
  const fault = faultOfPath(path);
  if (fault !== undefined) return `it names ${quoted(path)}, and that ${fault}`;
  const never = whyNever(path);
  if (never !== undefined) return `it names ${quoted(path)}: ${never}`;
  if (size > limits.file) return `${quoted(path)} has ${size} bytes, and a file may have ${limits.file}`;
  if (frame === undefined) return undefined;
  // A frame that is not there has no place for an empty file either.
  const { rawSize = -1 } = frames[frame] ?? {};
  return (at ?? 0) + size > rawSize ? `${quoted(path)} lies beyond the end of its frame` : undefined;
}

function checkFiles({ tier, files, gone }: PulledTier, document: PullDocument, url: string): void {
  const names = new Set<string>();
  for (const file of files) {
    const fault = faultOfFile(file, document);
    if (fault !== undefined) throw refused(url, fault);
    names.add(file.path);
  }
  for (const path of gone) names.add(path);
  if (names.size < files.length + gone.length) throw refused(url, `it names a path of ${tier} twice`);
}

function checkFrames({ frames, ranges }: PullDocument, url: string): void {
  for (const { size } of ranges) {
    if (size === 0 || size > limits.frameAtMost * 2) throw refused(url, 'a range of a pack is empty, or too large');
  }
  for (const { size, rawSize, range, at = 0 } of frames) {
    if (rawSize > limits.frameAtMost || size > limits.frameAtMost * 2) throw refused(url, 'a frame of it is too large');
    const around = range === undefined ? undefined : ranges[range];
    const isInside = around !== undefined && at >= around.at && at + size <= around.at + around.size;
    if (range !== undefined && !isInside) throw refused(url, 'a frame of it is in no range of a pack');
  }
}

/** The manifest that comes of a delta; held against the digest, the number and the size that were signed. */
function manifestOf(
  answered: PulledTier,
  before: ReadonlyMap<string, ManifestFile>,
  url: string,
): ReadonlyMap<string, ManifestFile> {
  const { tier, head } = answered;
  const changed = answered.files.map(({ path, sha256, size, exec }) => ({ path, sha256, size, exec }));
  const base = answered.full ? [] : [...before.values()];
  const files = applyDelta(base, changed, answered.full ? [] : answered.gone);
  const digest = createHash('sha256').update(manifestText(files)).digest('hex');
  let bytes = 0;
  for (const { size } of files) bytes += size;
  if (digest !== head.digest || files.length !== head.files || bytes !== head.bytes) {
    // One that was put back from a backup may have come past what was seen of it by other revisions of the same numbers.
    if (!answered.full && before.size > 0)
      throw refused(url, `what it tells of ${tier} does not go with what this tree has seen of it`, howToGoBack);
    throw refused(url, `what it tells of ${tier} is not what its signature is for`);
  }
  if (files.length > limits.files) throw refused(url, `${tier} has more than ${limits.files} files`);
  // What was there before is known to go together; a new content under an old name changes nothing in that.
  const hasNewNames = answered.full || changed.some(({ path }) => !before.has(path));
  const [twins] = hasNewNames ? collisions(files.map(({ path }) => path)) : [];
  if (twins !== undefined)
    throw refused(url, `${quoted(twins[0])} and ${quoted(twins[1])} of ${tier} cannot both be in one tree`);
  return new Map(files.map((file) => [file.path, file]));
}

function verifyTier(answered: PulledTier, document: PullDocument, standard: Standard): VerifiedTier {
  const { trust, repo, known: all, now } = standard;
  const { tier, head, writable, full } = answered;
  const known = all?.tiers.get(tier);
  verifyAnswer(trust, head, { repo, tier, known }, now);
  checkFiles(answered, document, trust.url);
  const pulled = new Map(answered.files.map((file) => [file.path, file]));
  const isNews = full || answered.files.length > 0 || answered.gone.length > 0;
  if (known !== undefined && known.digest === head.digest && known.rev === head.rev && !isNews)
    return { tier, head, writable, files: known.files, pulled, touched: [] };
  const before = known?.files ?? new Map<string, ManifestFile>();
  const files = manifestOf(answered, before, trust.url);
  const touched = full ? [...new Set([...files.keys(), ...before.keys()])] : [...pulled.keys(), ...answered.gone];
  return { tier, head, writable, files, pulled, touched };
}

/**
 * Holds a whole answer against the pinned key and what is known: signatures, revisions, digests, and every path. Gives its
 * tiers, the one that counts first in front. Throws `refused` on the first thing that is not right.
 */
export function verifyDocument(document: PullDocument, standard: Standard): readonly VerifiedTier[] {
  const { trust, repo } = standard;
  if (document.repo !== repo) throw refused(trust.url, `it is of ${document.repo}, and ${repo} was asked for`);
  if (document.tenant !== trust.tenant)
    throw refused(trust.url, `it is for the tenant ${document.tenant}, and this tree is ${trust.tenant}`);
  checkFrames(document, trust.url);
  const names = new Set(document.tiers.map(({ tier }) => tier));
  if (names.size < document.tiers.length) throw refused(trust.url, 'it names a tier twice');
  return document.tiers
    .toSorted((a, b) => byPrecedence(a.tier, b.tier))
    .map((answered) => verifyTier(answered, document, standard));
}
