import { groupBy } from '../../core/group-by.ts';
import { limits } from '../../sync/wire/limits.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import type { PulledFrame, PullDocument } from '../../sync/wire/messages.ts';
import type { Home } from '../ports.ts';

/** How long an address of the store can be read from, in seconds: a slow line takes its time with a pack. */
const addressHolds = 3_600;

/** Frames of a pull, and how each of them comes to the client. */
export interface PulledFrames {
  readonly listed: readonly PulledFrame[];
  readonly packs: PullDocument['packs'];
  /** Those that follow the document, in its order. */
  readonly inline: readonly Frame[];
}

interface PackOfPull {
  readonly key: string;
  readonly frames: readonly Frame[];
  readonly size: number;
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
    const frames = [...this.#numbers.keys()];
    const fetched = await this.#fetched(home, frames, takesZstd);
    const numbers = new Map([...fetched.keys()].map((key, index) => [key, index]));
    const listed = frames.map((frame): PulledFrame => {
      const { codec, size, rawSize, at } = frame;
      const pack = numbers.get(frame.pack);
      const isFetched = pack !== undefined && fetched.get(frame.pack)?.frames.has(frame) === true;
      return isFetched ? { codec, size, rawSize, pack, at } : { codec, size, rawSize };
    });
    const inline = frames.filter((_, index) => listed[index]?.pack === undefined);
    return { listed, packs: [...fetched.values()].map(({ url }) => ({ url })), inline };
  }

  /** Packs by key with an address. The smallest go into the answer as long as it has room, so that few requests are left. */
  async #fetched(
    home: Home,
    frames: readonly Frame[],
    takesZstd: boolean,
  ): Promise<ReadonlyMap<string, { readonly url: string; readonly frames: ReadonlySet<Frame> }>> {
    const { store } = home;
    if (store.presignGet === undefined) return new Map();
    let room = limits.inline;
    const left: PackOfPull[] = [];
    for (const pack of byPack(frames.filter(({ codec }) => codec !== 'zstd' || takesZstd))) {
      if (pack.size > room) left.push(pack);
      else room -= pack.size;
    }
    const presign = store.presignGet.bind(store);
    const found = await Promise.all(
      left.map(async ({ key, frames: own }) => {
        return [key, { url: await presign(key, addressHolds), frames: new Set(own) }] as const;
      }),
    );
    return new Map(found);
  }
}

function byPack(frames: readonly Frame[]): PackOfPull[] {
  const packs = Array.from(
    groupBy(frames, ({ pack }) => pack),
    ([key, own]) => {
      return { key, frames: own, size: own.reduce((sum, { size }) => sum + size, 0) };
    },
  );
  return packs.toSorted((a, b) => a.size - b.size);
}
