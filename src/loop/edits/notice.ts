import { setTimeout as sleep } from 'node:timers/promises';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile, listSkill, listSkills } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { ensureMachineId } from '../../core/machine-id.ts';
import type { System } from '../../core/system.ts';
import { acceptArrived, readArrived } from './arrived.ts';
import { makeRow } from './edit-row.ts';
import { endClaims, readClaims, takeClaims } from './claims.ts';
import type { Claims } from './claims.ts';
import type { NoticedBy } from './edit-row.ts';
import { healLateWrite } from './heal.ts';
import { lookAt } from './look.ts';
import type { Look } from './look.ts';
import { queueEdit } from './queue.ts';
import { editTime, isUnchanged, readSeen, writeSeen } from './seen.ts';
import type { Seen, SeenSkill } from './seen.ts';
import { countRevisions, keptRevisions, loadRevision, pruneRevisions, saveRevision } from './store.ts';

/** A skill that is not what was last seen of it. */
interface Changed {
  readonly skill: string;
  readonly before: string | null;
  /** `undefined` when the skill is gone. */
  readonly look: Look | undefined;
}

/** What a look at the tree has found; nothing is written yet. */
export interface Notice {
  readonly rows: readonly EditRow[];
  /** Edits of an earlier look that may not have come into the queue. */
  readonly settle: readonly EditRow[];
  /** What has been seen with this look. */
  readonly seen: Seen;
  /** Whether `seen` is other than what is written down. */
  readonly isNews: boolean;
  /** Revisions to keep. */
  readonly save: readonly { readonly skill: string; readonly files: SkillFiles }[];
}

/** Some programs remove a file and write it anew: what is gone is looked for once more after this long, in milliseconds. */
const settleMs = 40;

function mayBeHalf(tree: string, { skill, before, look }: Changed): boolean {
  if (before === null) return false;
  if (look === undefined) return true;
  const texts = (files: SkillFiles | undefined): number =>
    [...(files?.keys() ?? [])].filter((file) => isLoaderFile(skill, file) || file === 'SKILL.md').length;
  return texts(look.files) < texts(loadRevision(tree, skill, before));
}

/** The change as it is after a moment; `undefined` when there is none any more. */
async function lookAgain(tree: string, changed: Changed): Promise<Changed | undefined> {
  if (!mayBeHalf(tree, changed)) return changed;
  await sleep(settleMs);
  const listing = listSkill(tree, changed.skill);
  const look = lookAt(tree, changed.skill, listing);
  // It is there and cannot be read: not gone, and nothing to compare.
  if (look === undefined && listing !== undefined) return undefined;
  return look?.rev === changed.before ? undefined : { ...changed, look };
}

/** Compares the tree with what was seen, by the times of files where these are enough. */
function compare(
  tree: string,
  known: ReadonlyMap<string, SeenSkill>,
): { skills: Map<string, SeenSkill>; changed: Changed[] } {
  const skills = new Map<string, SeenSkill>();
  const changed: Changed[] = [];
  const asOf = Date.now();
  const listings = listSkills(tree);
  // A folder that cannot be read tells nothing of the skills in it.
  if (listings === undefined) return { skills: new Map(known), changed };
  for (const [skill, listing] of listings) {
    const before = known.get(skill);
    if (before !== undefined && isUnchanged(before, listing, asOf)) {
      skills.set(skill, before);
      continue;
    }
    const look = lookAt(tree, skill, listing);
    if (look === undefined) {
      if (before !== undefined) skills.set(skill, { ...before, stamp: '' });
      continue;
    }
    skills.set(skill, { rev: look.rev, stamp: look.stamp });
    if (look.rev !== before?.rev) changed.push({ skill, before: before?.rev ?? null, look });
  }
  for (const [skill, { rev }] of known) if (!listings.has(skill)) changed.push({ skill, before: rev, look: undefined });
  return { skills, changed };
}

/**
 * Looks at a tree and says which skills are not what was last seen of them; writes nothing. The first look takes all as it
 * is. A look after what was seen got lost takes skills of which nothing is kept as they are. An edit is put down to whom
 * the hook was told of, else to `by`.
 */
export async function planNotice(
  tree: string,
  by: NoticedBy,
  now: Date,
  claims: Claims = readClaims(tree),
): Promise<Notice> {
  const { seen, source } = readSeen(tree);
  const { skills, changed } = compare(tree, seen.skills);
  const arrived = readArrived(tree);
  const at = editTime(seen, now);
  const rows: EditRow[] = [];
  const save: { skill: string; files: SkillFiles }[] = [];
  for (const first of changed) {
    if (arrived.has(first.skill)) continue;
    const isBaseline = first.before === null && source !== 'file';
    const found = isBaseline ? first : await lookAgain(tree, first);
    const { skill } = first;
    if (found === undefined) {
      const before = seen.skills.get(skill);
      if (before !== undefined) skills.set(skill, { ...before, stamp: '' });
      continue;
    }
    const { look } = found;
    if (look === undefined) skills.delete(skill);
    else {
      skills.set(skill, { rev: look.rev, stamp: look.stamp });
      save.push({ skill, files: look.files });
    }
    if (isBaseline) continue;
    const announced = seen.announced.find(
      (row) => row.skill === skill && row.before === found.before && row.after === (look?.rev ?? null),
    );
    const before = found.before === null ? undefined : (loadRevision(tree, skill, found.before) ?? found.before);
    rows.push(announced ?? (await makeRow(tree, { skill, before, after: look?.files }, claims.get(skill) ?? by, at)));
  }
  const isNews = source !== 'file' || rows.length > 0 || !isSame(skills, seen.skills);
  const newest = rows.length === 0 ? seen.newest : at.toISOString();
  return { rows, save, isNews, settle: seen.pending, seen: { skills, pending: rows, announced: [], newest } };
}

function isSame(one: ReadonlyMap<string, SeenSkill>, other: ReadonlyMap<string, SeenSkill>): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([name, { rev, stamp }]) => {
    const found = other.get(name);
    return found?.rev === rev && found.stamp === stamp;
  });
}

/**
 * Writes down what a look has found: the revisions, then in one step that this was seen and what it means, then the queue.
 * Killed before that step, the next look finds the same; killed after it, the next look ends the rest.
 */
export function applyNotice(
  system: System,
  tree: string,
  { rows, settle, save, isNews, seen }: Notice,
  now: Date,
): void {
  for (const row of settle) queueEdit(system, tree, row);
  for (const { skill, files } of save) saveRevision(system, tree, skill, files, now);
  if (isNews) writeSeen(system, tree, seen);
  for (const row of rows) queueEdit(system, tree, row);
  if (save.some(({ skill }) => countRevisions(tree, skill) > keptRevisions + 10)) prune(system, tree);
}

function prune(system: System, tree: string): void {
  const { seen } = readSeen(tree);
  pruneRevisions(system, tree, (skill, rev) => seen.skills.get(skill)?.rev === rev);
}

/**
 * Notices the edits of skills since the last look, whoever made them: each goes to the queue with its diff and becomes a
 * row. What a late write has lost is put back, which is a row too. Killed at any point, the next call ends it, with no edit
 * lost and none twice. Lock held.
 */
export async function noticeEdits(system: System, tree: string, by: NoticedBy, now: Date): Promise<EditRow[]> {
  ensureMachineId(system, tree);
  acceptArrived(system, tree);
  const notice = await planNotice(tree, by, now, takeClaims(system, tree));
  applyNotice(system, tree, notice, now);
  endClaims(system, tree);
  const rows = [...notice.rows];
  const faults: unknown[] = [];
  for (const row of [...notice.settle, ...notice.rows]) {
    try {
      const healed = await healLateWrite(system, tree, row, now);
      if (healed !== undefined) rows.push(healed);
    } catch (cause) {
      // What cannot be put back in one skill must not keep the others, nor the next look, from their work.
      faults.push(cause);
    }
  }
  // Judged once: a session may be shown its own text by the next look, and would seem never to have known the one before.
  if (rows.length + notice.settle.length > 0) writeSeen(system, tree, { ...readSeen(tree).seen, pending: [] });
  if (faults.length > 0) throw faults[0];
  return rows;
}
