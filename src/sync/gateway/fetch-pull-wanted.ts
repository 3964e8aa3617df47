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

/**
 * Works at all items, `most` at once. What the first that fails throws is thrown when all have ended that had begun, and no
 * more are begun: whoever catches it may take away what they work with.
 */
export async function inTurns<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    } finally {
      queue.length = 0;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
