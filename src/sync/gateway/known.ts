import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readPartName, writeAtomic } from '../../core/atomic.ts';
import { layout } from '../../core/paths.ts';
import { isAlive } from '../../core/process.ts';
import { manifestText } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import { isCount, isTier, tenantIdPattern } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { Damaged, formatLook, readLook } from './known-seen.ts';
import type { SeenFile } from './known-seen.ts';
import { LazyMap } from './lazy-map.ts';
import type { SeenFolder } from './scan-folders.ts';

export type { SeenFile } from './known-seen.ts';

/** What this machine knows of one tier: the last revision it has seen, and all of it. The base of merges. */
export interface KnownTier {
  readonly rev: number;
  /** sha256 of `manifestText`. */
  readonly digest: string;
  readonly writable: boolean;
  /** The key may no longer read it: what is here of it stays as it is. */
  readonly isLost?: boolean | undefined;
  /** By path, in the order of a manifest. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  /**
   * Paths of which this machine has not taken in what the manifest says, be it a file or its removal (out of scope, denied
   * here, in the way of something else), each with what it had taken in before: the base of its merge. That they are missing
   * here is no removal, and what is here of them is not sent.
   */
  readonly behind: ReadonlyMap<string, TakenFile | undefined>;
}

/** A file as it was taken in here, with the revision of its tier: by that the gateway finds its content again. */
export interface TakenFile extends ManifestFile {
  readonly rev: number;
}

/**
 * What a machine remembers of a repo and its gateway, in `state/log/gateway/<repo>.known`: made anew when it is lost, by a
 * pull that merges. Of this machine alone: never synced.
 */
export interface Known {
  /** Of the gateway, so that another one is not taken for it. */
  readonly url: string;
  readonly tenant: string;
  readonly tiers: ReadonlyMap<Tier, KnownTier>;
  readonly seen: ReadonlyMap<string, SeenFile>;
  /** When the look at the files of `seen` began, in milliseconds: what changed about then is read again. */
  readonly written: number;
  /**
   * `hashOfRules` of those by which all of `seen` travels and had nothing that was to be pushed: while neither has changed
   * there is no need to compare. Absent where nobody has looked.
   */
  readonly quietBy?: string | undefined;
  /**
   * A pull was cut off when its files had come, and before what it knew was written: some of what is here is newer than this
   * says, and is not to be taken for a change of this machine. The next pull knows.
   */
  readonly isOutrun?: boolean | undefined;
  /** The folders that the files of `seen` lie in, where they were all looked at; without them each is listed anew. */
  readonly folders?: ReadonlyMap<string, SeenFolder> | undefined;
}

/**
 * The file: a first line, then a line of JSON, then for each tier its `manifestText`, whose sha256 is the tier's digest, then
 * what was seen, as `formatLook` writes it. Not JSON, which takes longer to read.
 */
const firstLine = 'snappy-os known v1';

interface Header {
  readonly url: string;
  readonly tenant: string;
  readonly written: number;
  readonly quietBy?: string | undefined;
  readonly isOutrun?: boolean | undefined;
  readonly tiers: readonly {
    readonly tier: Tier;
    readonly rev: number;
    readonly digest: string;
    readonly writable: boolean;
    readonly isLost?: boolean | undefined;
    readonly behind: readonly (readonly [path: string, taken: TakenFile | null])[];
    /** Characters of its text. */
    readonly length: number;
  }[];
  readonly seen: number;
  readonly folders?: number | undefined;
}

/** A path, and what was taken in of it before: a file, or nothing. */
function isBehind(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') return false;
  const taken: unknown = value[1];
  if (taken === null) return true;
  if (typeof taken !== 'object') return false;
  const { path: name, sha256, size, exec, rev } = taken as Record<string, unknown>;
  return name === value[0] && typeof sha256 === 'string' && isCount(size) && typeof exec === 'boolean' && isCount(rev);
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const { url, tenant, written, quietBy, tiers, seen } = value as Record<string, unknown>;
  if (quietBy !== undefined && typeof quietBy !== 'string') return false;
  if (typeof url !== 'string' || typeof tenant !== 'string' || !tenantIdPattern.test(tenant)) return false;
  const { folders, isOutrun } = value as Record<string, unknown>;
  if (isOutrun !== undefined && typeof isOutrun !== 'boolean') return false;
  if (folders !== undefined && !isCount(folders)) return false;
  if (typeof written !== 'number' || !isCount(seen) || !Array.isArray(tiers)) return false;
  return tiers.every((row: unknown) => {
    if (typeof row !== 'object' || row === null) return false;
    const { tier, rev, digest, writable, isLost, behind, length } = row as Record<string, unknown>;
    if (isLost !== undefined && typeof isLost !== 'boolean') return false;
    return (
      typeof tier === 'string' &&
      isTier(tier) &&
      typeof digest === 'string' &&
      typeof writable === 'boolean' &&
      Array.isArray(behind) &&
      behind.every(isBehind) &&
      [rev, length].every(isCount)
    );
  });
}

/** The file of what is known of a repo, in a tree. */
export function knownFile(tree: string, repo: Repo): string {
  return path.join(tree, layout.gateway, `${repo}.known`);
}

/** The lines of a tier. The text is ours: its sha256 is the tier's digest. */
function readTier(text: string): Map<string, ManifestFile> {
  const files = new Map<string, ManifestFile>();
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const space = text.indexOf(' ', at + 65);
    const filePath = text.slice(space + 3, end);
    files.set(filePath, {
      path: filePath,
      sha256: text.slice(at, at + 64),
      size: Number(text.slice(at + 65, space)),
      exec: text[space + 1] === 'x',
    });
    at = end + 1;
  }
  return files;
}

/** The text of a known; `tiers` and `seen` are written in the order they are in. */
export function formatKnown(known: Known): string {
  const tiers = [...known.tiers].map(([tier, { rev, digest, writable, isLost, behind, files }]) => ({
    head: {
      tier,
      rev,
      digest,
      writable,
      isLost,
      behind: [...behind].map(([file, taken]) => [file, taken ?? null] as const),
    },
    text: manifestText([...files.values()]),
  }));
  const header: Header = {
    url: known.url,
    tenant: known.tenant,
    written: known.written,
    quietBy: known.quietBy,
    isOutrun: known.isOutrun,
    tiers: tiers.map(({ head, text }) => ({ ...head, length: text.length })),
    seen: known.seen.size,
    folders: known.folders?.size,
  };
  let text = `${firstLine}\n${JSON.stringify(header)}\n`;
  for (const tier of tiers) text += tier.text;
  return text + formatLook(known);
}

/** Reads what `formatKnown` wrote; `undefined` for anything else: a digest that does not fit, a cut end, another version. */
export function parseKnown(text: string): Known | undefined {
  try {
    const start = firstLine.length + 1;
    const end = text.indexOf('\n', start);
    if (end === -1 || text.slice(0, start) !== `${firstLine}\n`) return undefined;
    const header: unknown = JSON.parse(text.slice(start, end));
    if (!isHeader(header)) return undefined;
    const tiers = new Map<Tier, KnownTier>();
    let at = end + 1;
    for (const { tier, rev, digest, writable, isLost, behind, length } of header.tiers) {
      const part = text.slice(at, at + length);
      if (createHash('sha256').update(part).digest('hex') !== digest) return undefined;
      const taken = new Map(behind.map(([file, before]) => [file, before ?? undefined]));
      tiers.set(tier, { rev, digest, writable, isLost, behind: taken, files: new LazyMap(() => readTier(part)) });
      at += length;
    }
    const { seen, folders } = readLook(text, at, header);
    const { url, tenant, written, quietBy, isOutrun } = header;
    return { url, tenant, written, quietBy, isOutrun, tiers, seen, folders };
  } catch (cause) {
    if (cause instanceof Damaged || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** What was found where a known was looked for. `note` is for a person: why what is there is not used. */
export interface LoadedKnown {
  readonly known: Known | undefined;
  readonly note?: string;
}

/**
 * Reads what is known of a repo and of this gateway. What is damaged, of another gateway or of another tenant counts as
 * missing, and the note says so. `tenant` is compared where the caller knows it.
 */
export function loadKnown(
  tree: string,
  repo: Repo,
  gateway: { readonly url: string; readonly tenant?: string },
): LoadedKnown {
  let text: string;
  try {
    text = fs.readFileSync(knownFile(tree, repo), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { known: undefined };
    if (code !== 'EISDIR') throw cause;
    // As any other text that is none of ours.
    text = '';
  }
  const known = parseKnown(text);
  const again = 'the gateway is asked for all of it again';
  if (known === undefined)
    return { known, note: `${layout.gateway}/${repo}.known, which is of this machine alone, is damaged: ${again}` };
  if (known.url !== gateway.url)
    return { known: undefined, note: `what was known here is of another gateway, ${known.url}: ${again}` };
  if (gateway.tenant !== undefined && known.tenant !== gateway.tenant)
    return { known: undefined, note: `what was known here is of another tenant, ${known.tenant}: ${again}` };
  return { known };
}

/** Tells one writing of what is known from the next; `undefined` where nothing is. */
export function stampOfKnown(tree: string, repo: Repo): string | undefined {
  const stat = fs.lstatSync(knownFile(tree, repo), { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

/** Writes what is known, in one step: a reader finds the old or the new. The caller holds the lock of the gateway. */
export function saveKnown(tree: string, repo: Repo, known: Known): void {
  readyToSave(tree, repo, known)();
}

/** As `saveKnown`, which the result does: all but the writing is done before that. */
export function readyToSave(tree: string, repo: Repo, known: Known): () => void {
  const text = formatKnown(known);
  return () => writeAtomic(knownFile(tree, repo), text, 0o600);
}

/** Removes what runs that were killed had begun to write beside these records. The caller holds the lock of the gateway. */
export function removeLeftParts(tree: string): void {
  const folder = path.join(tree, layout.gateway);
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch {
    // There are none.
    return;
  }
  for (const name of names) {
    const pid = readPartName(name)?.pid;
    if (pid !== undefined && !isAlive(pid)) fs.rmSync(path.join(folder, name), { force: true });
  }
}

/** What tells rules from others. */
export function hashOfRules(rules: object): string {
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

/** Nothing, as known of a gateway that was never asked. */
export function emptyKnown(url: string, tenant: string): Known {
  return { url, tenant, tiers: new Map(), seen: new Map(), written: 0 };
}
