import { groupBy } from '../../core/group-by.ts';
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

/** Connections to the store at once: what a Worker may have, too. */
const atOnce = 6;

/**
 * Fetches the ranges of packs that wanted frames lie in, from the addresses that the gateway has signed for them, several at once:
 * each whole, as another range than the signed one is refused. What a store answers is only ever held against sizes here; `take`
 * holds it against its sha256.
 */
export async function fetchRanges(
  gateway: Gateway,
  { ranges }: PullDocument,
  wanted: readonly WantedFrame[],
  take: (frame: PulledFrame, payload: Uint8Array, files: readonly WantedFile[]) => Promise<void>,
): Promise<void> {
  const framesOf = groupBy(wanted, ({ frame }) => frame.range);
  const needed = ranges.flatMap((range, index) => {
    const frames = framesOf.get(index);
    return frames === undefined ? [] : [{ range, frames }];
  });
  await inTurns(needed, atOnce, async ({ range: { url, at, size }, frames }) => {
    const headers = { range: `bytes=${at}-${at + size - 1}` };
    const answer = await askAddress(gateway, url, { method: 'GET', headers });
    const bytes = await readAll(answer, size);
    if (answer.status !== 206 || bytes.length !== size)
      throw new WireError('malformed', 'its store does not give the range of a pack that was asked for');
    for (const { frame, files } of frames) {
      const from = (frame.at ?? 0) - at;
      await take(frame, bytes.subarray(from, from + frame.size), files);
    }
  });
}
