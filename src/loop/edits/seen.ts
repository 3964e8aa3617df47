import { createHash } from 'node:crypto';
import path from 'node:path';
import fs from 'node:fs';
import * as z from 'zod/mini';
import { formatEditRow, readEditRow } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { SkillListing } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { listRevisions, storedSkills } from './store.ts';

/** What was last seen of one skill. */
export interface SeenSkill {
  readonly rev: string;
  /** Of its files, as `stampOf` makes it; '' when they must be read to be sure. */
  readonly stamp: string;
}

/** What was last seen of a tree's skills: `state/log/revisions/seen.json`. */
export interface Seen {
  readonly skills: ReadonlyMap<string, SeenSkill>;
  /** Edits that belong to this state and may not be in the queue yet: it is written down here that they happened. */
  readonly pending: readonly EditRow[];
  /** Edits that this program is about to make itself; when one is found it is noted as this and not as somebody's. */
  readonly announced: readonly EditRow[];
  /** The time of the newest edit noted here: ISO 8601, UTC; '' before the first. */
  readonly newest: string;
}

/** Where what was seen comes from. With `nothing` no look at the tree was ever ended. */
export type SeenSource = 'file' | 'revisions' | 'nothing';

const seenFile = `${layout.revisions}/seen.json`;
const schema = z.object({
  _v: z.literal(1),
  skills: z.array(z.tuple([z.string(), z.string().check(z.regex(/^[0-9a-f]{12}$/)), z.string()])),
  pending: z.array(z.string()),
  announced: z.array(z.string()),
  newest: z.string(),
});

/**
 * Reads what was last seen. Where the file is torn or missing, the revision of each skill that last came into use counts,
 * and its files will be read.
 */
export function readSeen(tree: string): { readonly seen: Seen; readonly source: SeenSource } {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(tree, seenFile), 'utf8'));
    const { skills, pending, announced, newest } = schema.parse(value);
    const rows = (lines: readonly string[]): EditRow[] => lines.flatMap((line) => readEditRow(line) ?? []);
    const found = new Map(skills.map(([name, rev, stamp]) => [name, { rev, stamp }]));
    return { seen: { skills: found, pending: rows(pending), announced: rows(announced), newest }, source: 'file' };
  } catch {
    const stored = storedSkills(tree).flatMap((name): [string, SeenSkill][] => {
      const [newest] = listRevisions(tree, name);
      return newest === undefined ? [] : [[name, { rev: newest.rev_id, stamp: '' }]];
    });
    const source = stored.length === 0 ? 'nothing' : 'revisions';
    return { seen: { skills: new Map(stored), pending: [], announced: [], newest: '' }, source };
  }
}

/** Writes what was seen, in one step. Lock held. */
export function writeSeen(system: System, tree: string, { skills, pending, announced, newest }: Seen): void {
  const value = {
    _v: 1,
    skills: [...skills].map(([name, { rev, stamp }]) => [name, rev, stamp]),
    pending: pending.map(formatEditRow),
    announced: announced.map(formatEditRow),
    newest,
  };
  system.write(path.join(tree, seenFile), `${JSON.stringify(value)}\n`, 0o600);
}

/**
 * The time to write on an edit of now: after that of the newest one, so that two of one moment keep their order. A clock
 * that was set back by more than a second is believed.
 */
export function editTime({ newest }: Pick<Seen, 'newest'>, now: Date): Date {
  const ahead = Date.parse(newest) - now.getTime();
  return ahead >= 0 && ahead < 1000 ? new Date(Date.parse(newest) + 1) : now;
}

/** A file that was changed this shortly before it is looked at may change again without another time, in milliseconds. */
const coarsestClock = 2000;

/**
 * What tells without reading that files of a skill have changed. '' when the look came so soon after a change that the
 * next one could not be told from it (git's "racy" entries: Documentation/technical/racy-git.txt). `asOf` is in
 * milliseconds since 1970.
 */
export function stampOf({ files, whole }: SkillListing, asOf: number): string {
  if (!whole) return '';
  const hash = createHash('sha1');
  for (const { name, stat } of files) {
    if (Math.abs(asOf - stat.mtimeMs) < coarsestClock || Math.abs(asOf - stat.ctimeMs) < coarsestClock) return '';
    hash.update(`${name}\0${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}:${stat.ino}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whether a skill is sure to be what was seen of it, without a look into its files. `asOf` is in milliseconds since 1970. */
export function isUnchanged(seen: SeenSkill | undefined, listing: SkillListing, asOf: number): boolean {
  return seen !== undefined && seen.stamp !== '' && seen.stamp === stampOf(listing, asOf);
}
