import type { PulledFile } from '../wire/messages.ts';
import type { Tier } from '../wire/names.ts';

/** A file whose content is wanted, and where in the answer it is. */
export interface WantedFile {
  readonly tier: Tier;
  /** The revision of that tier. */
  readonly rev: number;
  readonly file: PulledFile;
  /** Takes the content, which is what was said of it: size and sha256 were checked. */
  take(bytes: Buffer): void;
}

/** Works at all items, `most` at once. The first that fails is what is thrown; no more are begun then. */
export async function inTurns<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  } finally {
    queue.length = 0;
  }
}
