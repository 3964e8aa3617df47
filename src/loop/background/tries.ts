import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { appendJsonRow, readRows } from '../../../seed/state/lib/log.ts';
import { writeAtomic } from '../../core/atomic.ts';
import { readTail } from '../../core/log-tail.ts';
import { layout } from '../../core/paths.ts';

/** Where the background keeps what is its own, relative to the tree: copies of skills, its lock, what it has tried. */
export const workFolder = `${layout.revisions}/.work`;
const triesFile = `${workFolder}/tries.ndjson`;
/** Beyond this the file is cut to its newer half, in bytes. */
const mostBytes = 256 * 1024;

const schema = z.object({
  _v: z.literal(1),
  ts: z.iso.datetime(),
  skill: z.string(),
  kind: z.string(),
  about: z.string(),
  runtime: z.string(),
  session: z.string(),
  end: z.enum(['started', 'taken', 'refused', 'failed']),
  why: z.array(z.string()),
});

/** One line of what the background has tried: a start, or how it ended. */
export type Try = Readonly<z.infer<typeof schema>>;

/** What a brief is about, in short: the same reasons are the same work, however often the brief is written. */
export function aboutOf({ reasons }: Pick<Brief, 'reasons'>): string {
  const keys = reasons.map(({ rule, key }) => `${rule}\0${key}`).toSorted();
  return createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16);
}

/** What has been tried, the oldest first; torn lines are passed over. */
export function readTries(tree: string): readonly Try[] {
  const parse = (line: string): Try | undefined => {
    try {
      return schema.parse(JSON.parse(line));
    } catch {
      return undefined;
    }
  };
  return readRows(readTail(tree, triesFile, mostBytes), parse).rows;
}

/** Notes a try. Throws what `fs` throws: a start that cannot be noted must not be made, or it would be made for ever. */
export function noteTry(tree: string, row: Omit<Try, '_v'>): void {
  const file = path.join(tree, triesFile);
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > mostBytes)
    writeAtomic(file, readTail(tree, triesFile, mostBytes / 2));
  appendJsonRow(file, { _v: 1, ...row, why: row.why.slice(0, 20).map((line) => line.slice(0, 500)) });
}

/** How the last try at a brief ended; `undefined` when there was none. */
export function lastTry(tries: readonly Try[], { skill, kind }: Pick<Brief, 'skill' | 'kind'>): Try | undefined {
  return tries.findLast((row) => row.skill === skill && row.kind === kind);
}

const hourMs = 60 * 60 * 1000;
const mostTries = 3;

/**
 * Whether a brief may be tried: not within an hour of the last try, and not a fourth time with the same reasons. `now` in
 * milliseconds since 1970. A try that a wrong clock has put into the future holds nothing up.
 */
export function mayTry(tries: readonly Try[], brief: Brief, now: number): boolean {
  const starts = tries.filter(
    ({ skill, kind, end }) => skill === brief.skill && kind === brief.kind && end === 'started',
  );
  const isRecent = starts.some(({ ts }) => Math.abs(now - Date.parse(ts)) < hourMs);
  const about = aboutOf(brief);
  return !isRecent && starts.filter((row) => row.about === about).length < mostTries;
}
