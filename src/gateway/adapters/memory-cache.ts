import { LeastRecentlyUsed } from '../least-recently-used.ts';
import type { Cache } from '../ports.ts';

interface Entry {
  readonly value: Uint8Array;
  readonly until: number;
}

/** A cache in the memory of one process, of at most `capacity` bytes. `now` gives milliseconds. */
export function makeMemoryCache(capacity = 16 * 1024 * 1024, now: () => number = Date.now): Cache {
  const entries = new LeastRecentlyUsed<Entry>(capacity);
  return {
    async get(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.until > now() ? entry.value.slice() : undefined;
    },
    async put(key, value, seconds) {
      entries.set(key, { value: value.slice(), until: now() + seconds * 1_000 }, value.length);
    },
  };
}
