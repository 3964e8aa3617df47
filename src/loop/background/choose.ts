import type { Brief } from '../../../seed/state/lib/brief.ts';
import { readBriefs } from '../briefs/queue.ts';
import { mayTry, readTries } from './tries.ts';

/**
 * Rules whose briefs are left to an agent that somebody watches: which of two machines is right, whether a revision goes,
 * and what to do about a credential, which is not to be sent anywhere by itself.
 */
const attendedOnly: readonly string[] = ['conflict', 'credential', 'regressed'];

/** Whether a brief is one that an agent may work off by itself. A row answers a brief whole, so all its reasons must be. */
export function isForBackground({ reasons }: Brief): boolean {
  return reasons.every(({ rule }) => !attendedOnly.includes(rule));
}

/** The open brief that is worked off next: of those that may be tried the one that was opened first. Only reads. */
export function chooseBrief(tree: string, now: number): Brief | undefined {
  const tries = readTries(tree);
  return readBriefs(tree)
    .flatMap(({ brief }) => brief ?? [])
    .filter((brief) => isForBackground(brief) && mayTry(tries, brief, now))
    .toSorted((a, b) => Date.parse(a.opened) - Date.parse(b.opened))[0];
}
