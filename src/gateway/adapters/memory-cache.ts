import type { Cache } from '../ports.ts';

interface Entry {
  readonly value: Uint8Array;
  readonly until: number;
}

/**
 * A cache in the memory of one process, of at most `capacity` bytes: what was put in first is forgotten first. `now` gives
 * milliseconds.
 */
export function makeMemoryCache(capacity = 16 * 1024 * 1024, now: () => number = Date.now): Cache {
  const entries = new Map<string, Entry>();
  let held = 0;
  const forget = (key: string): void => {
    held -= entries.get(key)?.value.length ?? 0;
    entries.delete(key);
  };
  return {
    async get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.until > now()) return entry.value.slice();
      forget(key);
      return undefined;
    },
    async put(key, value, seconds) {
      forget(key);
      if (value.length > capacity) return;
      entries.set(key, { value: value.slice(), until: now() + seconds * 1_000 });
      held += value.length;
      for (const oldest of entries.keys()) {
        if (held <= capacity) break;
        forget(oldest);
      }
    },
  };
}
