import { diffArrays } from 'diff';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';

/** A loader that a session wrote, and what came before it. */
export interface LateWrite {
  /** As the session was shown it. */
  readonly shown: string;
  /** As it was before the session wrote. */
  readonly last: string;
  readonly written: string;
  /** The lines that the session knows of by other ways than having been shown them. */
  readonly own: OwnLines;
}

/** Lines by their keys (`keyOf`). */
export interface OwnLines {
  /** Those it has added itself, and those that were put back for it once. */
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** A line without what changes when others come before it: blanks, and the number of a list's item. */
function keyOf(line: string): string {
  return line
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^\d+([.)] )/, '#$1');
}

const keysOf = (text: string): Set<string> => new Set(text.split('\n').map(keyOf));

/** What a session has done to a skill's loader by these edits of the skill. */
export function ownLines(session: string, edits: readonly EditRow[]): OwnLines {
  const [added, removed] = [new Set<string>(), new Set<string>()];
  for (const { skill, changes } of edits.filter((row) => row.session === session)) {
    for (const { diff } of changes.filter(({ file }) => isLoaderFile(skill, file))) {
      const lines = changedLines(diff);
      for (const line of lines.added) added.add(keyOf(line));
      for (const line of lines.removed) removed.add(keyOf(line));
    }
  }
  return { added, removed };
}

/** The lines that others had added since the session was shown the loader, and that are gone with its write. */
export function lostByLateWrite({ shown, last, written, own }: LateWrite): string[] {
  const [before, now] = [keysOf(shown), keysOf(written)];
  return last.split('\n').filter((line) => {
    const key = keyOf(line);
    return key !== '' && !before.has(key) && !now.has(key) && !own.added.has(key);
  });
}

/** Whether a write only takes lines away. Who does that by a command, or by hand, has the text as it is before them. */
export function onlyRemoves({ last, written }: Pick<LateWrite, 'last' | 'written'>): boolean {
  const before = keysOf(last);
  return [...keysOf(written)].every((key) => before.has(key));
}

/**
 * The loader as the session knew it when it wrote: as it was shown it, with what it has done itself since. Held against
 * this its text shows what it meant to change.
 */
export function knownToSession({ shown, last, own }: Omit<LateWrite, 'written'>): string {
  const parts = diffArrays(shown.split('\n'), last.split('\n'));
  return parts
    .flatMap(({ value, added, removed }) => {
      if (added) return value.filter((line) => own.added.has(keyOf(line)));
      return removed ? value.filter((line) => !own.removed.has(keyOf(line))) : value;
    })
    .join('\n');
}
