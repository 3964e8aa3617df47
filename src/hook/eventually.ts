import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds, for five seconds at most: what the hook starts in the background tells nobody of its end. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    if (condition()) return true;
    await pause(20);
  }
  return false;
}
