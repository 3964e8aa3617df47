import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { syncFolder } from './atomic.ts';
import { fileEntry, type Entry } from './entry.ts';
import { SnappyError } from './errors.ts';
import type { Step } from './steps.ts';

const fileName = 'journal.json';
const partName = 'journal.json.part';
const maximumBytes = 64 * 1024 * 1024;
const maximumSteps = 100_000;

const place = z.string().check(
  z.refine((file) => path.isAbsolute(file) && path.normalize(file) === file && !file.includes('\0'), {
    error: 'not an absolute path',
  }),
);
const mode = z.optional(z.int().check(z.minimum(0), z.maximum(0o7777)));
const entry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('absent') }),
  z.strictObject({ kind: z.literal('link'), target: z.string() }),
  z.strictObject({ kind: z.literal('folder'), mode }),
  z.strictObject({
    kind: z.literal('file'),
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    mode,
    byMode: z.optional(z.boolean()),
    bytes: z.optional(z.base64()),
  }),
]);
const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set'), path: place, before: entry, after: entry }),
  z.strictObject({ kind: z.literal('move'), from: place, to: place, entry }),
]);
const journal = z.strictObject({
  version: z.literal(1),
  /** The file's own inode, which no archive and no clone carries over. */
  inode: z.string(),
  label: z.string().check(z.maxLength(200)),
  since: z.iso.datetime(),
  steps: z.array(step).check(z.maxLength(maximumSteps)),
});

type StoredEntry = z.infer<typeof entry>;

/** What an unfinished run meant to do. */
export interface Journal {
  /** The run in a word: `install`. */
  readonly label: string;
  /** When it began, ISO 8601. */
  readonly since: string;
  readonly steps: readonly Step[];
}

/** Bytes are kept where undoing needs them; what was new can be told by its sha256. */
function packEntry(given: Entry, withBytes: boolean): StoredEntry {
  if (given.kind !== 'file') return given;
  const { bytes, ...rest } = given;
  return withBytes && bytes !== undefined ? { ...rest, bytes: bytes.toString('base64') } : rest;
}

function unpackEntry(stored: StoredEntry): Entry {
  if (stored.kind !== 'file' || stored.bytes === undefined)
    return stored.kind === 'file' ? { ...stored, bytes: undefined } : stored;
  const bytes = Buffer.from(stored.bytes, 'base64');
  if (fileEntry(bytes, stored.mode).sha256 !== stored.sha256) throw new Error('bytes and sha256 differ');
  return { ...stored, bytes };
}

function packStep(given: Step): z.infer<typeof step> {
  return given.kind === 'move'
    ? { ...given, entry: packEntry(given.entry, false) }
    : { ...given, before: packEntry(given.before, true), after: packEntry(given.after, false) };
}

function unpackStep(stored: z.infer<typeof step>): Step {
  return stored.kind === 'move'
    ? { ...stored, entry: unpackEntry(stored.entry) }
    : { ...stored, before: unpackEntry(stored.before), after: unpackEntry(stored.after) };
}

/** Makes the journal's folder, which only its owner may read: what was in settings can be keys. */
function openFolder(dir: string): void {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (!fs.lstatSync(dir).isDirectory()) throw refusal(dir, 'it is no folder');
  fs.chmodSync(dir, 0o700);
}

function writePart(part: string, { label, since, steps }: Journal): void {
  const fd = fs.openSync(part, 'wx', 0o600);
  try {
    const inode = String(fs.fstatSync(fd, { bigint: true }).ino);
    const text = Buffer.from(JSON.stringify({ version: 1, inode, label, since, steps: steps.map(packStep) }));
    if (text.length > maximumBytes || steps.length > maximumSteps) {
      const size = `${steps.length} steps, ${text.length} bytes`;
      throw new SnappyError('refused', `the changes are too many to be undone: ${size}`, {
        hint: 'nothing was changed; do it in parts',
      });
    }
    fs.writeFileSync(fd, text);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Writes the journal and waits until it is on the disk; only then may its first step be done. It comes into being by a
 * rename, so there is a whole one or none. Throws `refused` when an earlier one is still there, or it would be too big.
 */
export function writeJournal(dir: string, { label, since, steps }: Journal): void {
  const file = path.join(dir, fileName);
  const part = path.join(dir, partName);
  if (fs.existsSync(file)) throw refusal(file, 'an earlier run has left it and has to be rolled back first');
  try {
    openFolder(dir);
    fs.rmSync(part, { force: true });
    writePart(part, { label, since, steps });
    fs.renameSync(part, file);
  } catch (cause) {
    removeJournal(dir);
    throw cause;
  }
  syncFolder(dir);
  syncFolder(path.dirname(dir));
}

function refusal(file: string, why: string, cause?: unknown): SnappyError {
  return new SnappyError('refused', `the journal ${file} cannot be used: ${why}`, {
    hint: `look at the files that it names; then remove ${file} and run this again`,
    cause,
  });
}

/** Why the entry cannot be a journal that we wrote; a journal says what to write where, so a foreign one is never followed. */
function foreign(stat: fs.Stats): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (stat.uid !== process.getuid?.()) return 'it belongs to another user';
  if ((stat.mode & 0o077) !== 0) return 'others may read or write it';
  return undefined;
}

function readBounded(file: string): { text: string; inode: string } {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    const stat = fs.fstatSync(fd);
    const why = !stat.isFile() ? 'it is no file' : stat.size > maximumBytes ? 'it is too big' : foreign(stat);
    if (why !== undefined) throw refusal(file, why);
    return { text: fs.readFileSync(fd, 'utf8'), inode: String(fs.fstatSync(fd, { bigint: true }).ino) };
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The journal in a folder; `torn` for one that was not finished being written (nothing had been done then), `undefined`
 * for none. Throws `refused` when it is damaged, or was not written by this user in this very place.
 */
export function readJournal(dir: string): Journal | 'torn' | undefined {
  const folder = fs.lstatSync(dir, { throwIfNoEntry: false });
  if (folder === undefined) return undefined;
  const file = path.join(dir, fileName);
  if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return 'torn';
  const why = folder.isDirectory() ? foreign(folder) : 'its folder is a link';
  if (why !== undefined) throw refusal(file, why);
  try {
    const { text, inode } = readBounded(file);
    const found = journal.parse(JSON.parse(text));
    if (found.inode !== inode) throw refusal(file, 'it was written in another place and copied here');
    return { label: found.label, since: found.since, steps: found.steps.map(unpackStep) };
  } catch (cause) {
    if (cause instanceof SnappyError) throw cause;
    throw refusal(file, 'it is damaged', cause);
  }
}

/** Removes the journal, a torn one too, and its folder when nothing else is in it. */
export function removeJournal(dir: string): void {
  fs.rmSync(path.join(dir, fileName), { force: true });
  syncFolder(dir);
  try {
    fs.rmSync(path.join(dir, partName), { force: true });
    fs.rmdirSync(dir);
  } catch {
    // Something else is in it, or it was not there; without its file it is no journal.
  }
}
