import { groupBy } from '../../core/group-by.ts';
import { limits } from '../../sync/wire/limits.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import type { PulledFrame, PullDocument } from '../../sync/wire/messages.ts';
import type { Home } from '../ports.ts';
import { runsOf } from './frame-runs.ts';
import type { Run } from './frame-runs.ts';

/** How long an address of the store can be read from, in seconds: a slow line takes its time with a pack. */
const addressHolds = 3_600;

/** Frames of a pull, and how each of them comes to the client. */
export interface PulledFrames {
  readonly listed: readonly PulledFrame[];
  readonly ranges: PullDocument['ranges'];
  /** Those that follow the document, in its order. */
  readonly inline: readonly Frame[];
}

/** The frames that a pull needs, each once, in the order in which they were asked for. */
export class FrameList {
  readonly #numbers = new Map<Frame, number>();

  /** What the document calls a frame of a manifest. */
  number(frame: Frame): number {
    const known = this.#numbers.get(frame);
    if (known !== undefined) return known;
    const made = this.#numbers.size;
    this.#numbers.set(frame, made);
    return made;
  }

  /** Says which are put into the answer, and which a client fetches from the store, where that gives addresses for it. */
  async place(home: Home, takesZstd: boolean): Promise<PulledFrames> {
    const presign = home.store.presignGet?.bind(home.store);
    const frames = [...this.#numbers.keys()];
    const runs = presign === undefined ? [] : runsToFetch(frames.filter(({ codec }) => codec !== 'zstd' || takesZstd));
    const ranges = await Promise.all(
      runs.map(async ({ pack, at, size }) => {
        return { url: (await presign?.(pack, addressHolds, { at, length: size })) ?? '', at, size };
      }),
    );
    const rangeOf = new Map(runs.flatMap((run, index) => run.frames.map((frame) => [frame, index] as const)));
    const listed = frames.map((frame): PulledFrame => {
      const { codec, size, rawSize, at } = frame;
      const range = rangeOf.get(frame);
      return range === undefined ? { codec, size, rawSize } : { codec, size, rawSize, range, at };
    });
    return { listed, ranges, inline: frames.filter((frame) => !rangeOf.has(frame)) };
  }
}

/** The smallest packs go into the answer as long as it has room, so that few requests are left. Empty frames need none. */
function runsToFetch(frames: readonly Frame[]): readonly Run[] {
  let room = limits.inline;
  const runs: Run[] = [];
  for (const { size, frames: own } of byPack(frames)) {
    if (size > room) runs.push(...runsOf(own.toSorted((a, b) => a.at - b.at)).filter((run) => run.size > 0));
    else room -= size;
  }
  return runs.slice(0, limits.ranges);
}

function byPack(frames: readonly Frame[]): { readonly frames: readonly Frame[]; readonly size: number }[] {
  const packs = [...groupBy(frames, ({ pack }) => pack).values()];
  const sized = packs.map((own) => ({ frames: own, size: own.reduce((sum, { size }) => sum + size, 0) }));
  return sized.toSorted((a, b) => a.size - b.size);
}
