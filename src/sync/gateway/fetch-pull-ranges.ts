import type { PullDocument, PulledFrame } from '../wire/messages.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Gateway } from './connection.ts';
import { inTurns } from './fetch-pull-wanted.ts';
import type { WantedFile } from './fetch-pull-wanted.ts';
import { askAddress, readAll } from './request.ts';

/** A frame that lies in a pack of the store, and the files of it that are wanted. */
export interface WantedFrame {
  readonly frame: PulledFrame;
  readonly files: readonly WantedFile[];
}

/** Consecutive frames of one pack: one request. */
interface Range {
  readonly pack: number;
  readonly at: number;
  end: number;
  readonly frames: WantedFrame[];
}

/** Connections to the store at once: what a Worker may have, too. */
const atOnce = 6;
/** What one request brings at most, and what may lie between two frames that it brings both, in bytes. */
const rangeAtMost = 8 * 1024 * 1024;
const gapAtMost = 16 * 1024;

/** Ranges that bring all frames, in few requests and none too large. Pure. */
export function coalesce(wanted: readonly WantedFrame[]): readonly Range[] {
  const ranges: Range[] = [];
  const placed = wanted.map((one) => ({ one, pack: one.frame.pack ?? 0, at: one.frame.at ?? 0 }));
  for (const { one, pack, at } of placed.toSorted((a, b) => a.pack - b.pack || a.at - b.at)) {
    const end = at + one.frame.size;
    const last = ranges.at(-1);
    const fits = last?.pack === pack && at >= last.end && at - last.end <= gapAtMost && end - last.at <= rangeAtMost;
    if (last === undefined || !fits) ranges.push({ pack, at, end, frames: [one] });
    else {
      last.end = end;
      last.frames.push(one);
    }
  }
  return ranges;
}

/**
 * Fetches frames from the packs they lie in, from the addresses that the gateway has signed for them, several at once. What a
 * store answers is only ever held against sizes here; `take` holds it against its sha256.
 */
export async function fetchRanges(
  gateway: Gateway,
  { packs }: PullDocument,
  wanted: readonly WantedFrame[],
  take: (frame: PulledFrame, payload: Uint8Array, files: readonly WantedFile[]) => Promise<void>,
): Promise<void> {
  await inTurns(coalesce(wanted), atOnce, async ({ pack, at, end, frames }) => {
    const url = packs[pack]?.url ?? '';
    const headers = { range: `bytes=${at}-${end - 1}` };
    const answer = await askAddress(gateway, url, { method: 'GET', headers });
    const bytes = await readAll(answer, end - at);
    if (answer.status !== 206 || bytes.length !== end - at)
      throw new WireError('malformed', 'its store does not give the range of a pack that was asked for');
    for (const { frame, files } of frames) {
      const from = (frame.at ?? 0) - at;
      await take(frame, bytes.subarray(from, from + frame.size), files);
    }
  });
}
