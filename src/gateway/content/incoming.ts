import type { Home } from '../ports.ts';
import { dayOfIncoming, incomingKey, incomingPrefix } from './keys.ts';
import { mapFew } from './map-few.ts';
import type { RepoTier } from './reach.ts';

const day = 86_400_000;
/** Days (UTC) that something waits for its push, that on which it came included. */
const daysKept = 3;
/** What is taken away at once where its home has not said how much, and in one turn. */
const [fewAtOnce, turn] = [40, 100];

function dayBefore(home: Home, days: number): string {
  return new Date(home.platform.now().getTime() - days * day).toISOString().slice(0, 10);
}

/** Where something lies that is sent ahead of its push now. */
export function incomingNow(home: Home, place: RepoTier, sha256: string): string {
  return incomingKey(dayBefore(home, 0), place, sha256);
}

/** Where something may lie that was sent ahead: the newest first. */
export function incomingKeys(home: Home, place: RepoTier, sha256: string): string[] {
  return Array.from({ length: daysKept }, (_, days) => incomingKey(dayBefore(home, days), place, sha256));
}

/**
 * Whether something that was sent ahead need not be sent again: it stays for another day at least, by when the push of whoever
 * is told so is long over.
 */
export async function waits(home: Home, place: RepoTier, sha256: string, size: number): Promise<boolean> {
  for (const key of incomingKeys(home, place, sha256).slice(0, -1))
    if ((await home.store.size(key)) === size) return true;
  return false;
}

/**
 * Takes away what was sent ahead of pushes and has waited long enough. A push that lands has made its own of what it names, so
 * that no revision misses it; one that comes later is told what is missing.
 */
export async function forgetIncoming(home: Home): Promise<void> {
  const oldest = dayBefore(home, daysKept - 1);
  let left = home.config.laterAtOnce ?? fewAtOnce;
  for (; left > 0 && home.platform.closing?.() !== true; left -= turn) {
    const asked = Math.min(left, turn);
    // By their names the oldest come first.
    const keys = (await home.store.list(incomingPrefix, asked)).filter((key) => dayOfIncoming(key) < oldest);
    await mapFew(keys, (key) => home.store.remove(key));
    if (keys.length < asked) return;
  }
}
