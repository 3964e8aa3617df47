import type { SignedHead } from '../wire/head.ts';
import { limits } from '../wire/limits.ts';
import { codecs } from '../wire/manifest.ts';
import type { PullDocument, PulledFile, PulledFrame, PulledTier } from '../wire/messages.ts';
import {
  isCount,
  isoTimePattern,
  isTier,
  repos,
  sha256Pattern,
  signaturePattern,
  tenantIdPattern,
} from '../wire/names.ts';

/**
 * The document of a pull, read by hand: it takes what `pullDocument` of the messages takes, at a tenth of the time that a
 * schema needs for the entries of 5,000 files. Whoever asks for nothing new does not wait for a schema to be loaded, either.
 */

type Fields = Readonly<Record<string, unknown>>;

class Unfit extends TypeError {}

/** Others are passed over: the gateway may be newer than this client. */
function fields(value: unknown, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unfit('no object');
  for (const name of names) if (!Object.hasOwn(value, name)) throw new Unfit(`no field ${name}`);
  return value as Fields;
}

function count(value: unknown): number {
  if (!isCount(value)) throw new Unfit('no count');
  return value;
}

function optionalCount(value: unknown): number | undefined {
  return value === undefined ? undefined : count(value);
}

function text(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Unfit('no text of its form');
  return value;
}

function short(value: unknown, most: number, least = 0): string {
  if (typeof value !== 'string' || value.length > most || value.length < least) throw new Unfit('a text of no length');
  return value;
}

function yesOrNo(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Unfit('neither true nor false');
  return value;
}

function list<T>(value: unknown, read: (item: unknown) => T, most = Number.POSITIVE_INFINITY): T[] {
  if (!Array.isArray(value) || value.length > most) throw new Unfit('no list, or too long a one');
  return value.map(read);
}

const headFields = ['repo', 'tier', 'rev', 'digest', 'files', 'bytes', 'issued', 'expires', 'signature'];

function readRepo(value: unknown): SignedHead['repo'] {
  const found = repos.find((repo) => repo === value);
  if (found === undefined) throw new Unfit('no repo');
  return found;
}

/** A signed head, as `signedHead` of the messages takes it. Throws a TypeError. */
export function readHead(value: unknown): SignedHead {
  const head = fields(value, headFields);
  return {
    repo: readRepo(head['repo']),
    tier: short(head['tier'], 64),
    rev: count(head['rev']),
    digest: text(head['digest'], sha256Pattern),
    files: count(head['files']),
    bytes: count(head['bytes']),
    issued: text(head['issued'], isoTimePattern),
    expires: text(head['expires'], isoTimePattern),
    signature: text(head['signature'], signaturePattern),
  };
}

const readPath = (value: unknown): string => short(value, limits.path, 1);

function readFile(value: unknown): PulledFile {
  const file = fields(value, ['path', 'sha256', 'size', 'exec']);
  const [frame, at] = [optionalCount(file['frame']), optionalCount(file['at'])];
  return {
    path: readPath(file['path']),
    sha256: text(file['sha256'], sha256Pattern),
    size: count(file['size']),
    exec: yesOrNo(file['exec']),
    ...(frame === undefined ? {} : { frame }),
    ...(at === undefined ? {} : { at }),
  };
}

function readFrame(value: unknown): PulledFrame {
  const frame = fields(value, ['codec', 'size', 'rawSize']);
  const codec = codecs.find((one) => one === frame['codec']);
  if (codec === undefined) throw new Unfit('no codec');
  const [range, at] = [optionalCount(frame['range']), optionalCount(frame['at'])];
  return {
    codec,
    size: count(frame['size']),
    rawSize: count(frame['rawSize']),
    ...(range === undefined ? {} : { range }),
    ...(at === undefined ? {} : { at }),
  };
}

function readRange(value: unknown): PullDocument['ranges'][number] {
  const range = fields(value, ['url', 'at', 'size']);
  return { url: short(range['url'], 4_096), at: count(range['at']), size: count(range['size']) };
}

function readTier(value: unknown): PulledTier {
  const tier = fields(value, ['tier', 'head', 'full', 'writable', 'files', 'gone']);
  const name = tier['tier'];
  if (typeof name !== 'string' || !isTier(name)) throw new Unfit('no tier');
  return {
    tier: name,
    head: readHead(tier['head']),
    full: yesOrNo(tier['full']),
    writable: yesOrNo(tier['writable']),
    files: list(tier['files'], readFile),
    gone: list(tier['gone'], readPath),
  };
}

/** What a gateway answers to a pull. Throws a TypeError on anything else. */
export function readPullDocument(value: unknown): PullDocument {
  const document = fields(value, ['repo', 'tenant', 'tiers', 'frames', 'ranges']);
  return {
    repo: readRepo(document['repo']),
    tenant: text(document['tenant'], tenantIdPattern),
    tiers: list(document['tiers'], readTier, 200),
    frames: list(document['frames'], readFrame),
    ranges: list(document['ranges'], readRange, limits.ranges),
  };
}
