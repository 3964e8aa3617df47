import { isUtf8 } from 'node:buffer';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile, listSkill } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { mergeMarkdown } from '../../core/merge/markdown.ts';
import type { System } from '../../core/system.ts';
import { writeConflict } from '../conflicts.ts';
import { knownToSession, lostByLateWrite, onlyRemoves, ownLines } from './late-write.ts';
import type { LateWrite, OwnLines } from './late-write.ts';
import { lookAt } from './look.ts';
import { applyOwnEdit, planOwnEdit } from './own-edit.ts';
import { readEdits } from './queue.ts';
import { shownLoaders } from './session-ledger.ts';
import { loadRevision } from './store.ts';

/** The loader among a skill's files: its name and its text. Bytes that are no UTF-8 would not come back out of a merge. */
function loaderOf(skill: string, files: SkillFiles | undefined): { name: string; text: string } | undefined {
  for (const [name, { bytes }] of files ?? []) {
    if (isLoaderFile(skill, name)) return isUtf8(bytes) ? { name, text: bytes.toString('utf8') } : undefined;
  }
  return undefined;
}

const nothing: OwnLines = { added: new Set(), removed: new Set() };

/** A loader as it lies on the disk. */
interface Written {
  readonly name: string;
  readonly text: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * The loader that a session knew when it wrote: the last one that it was shown before. Where it was shown something since
 * the write, the last one may be what it has written itself.
 */
function shownBefore(tree: string, { skill, session }: EditRow, written: Written): string | undefined {
  const { texts, at } = shownLoaders(tree, session, skill);
  return at < written.at ? texts.at(-1) : texts.findLast((text) => text !== written.text);
}

/** The write as it is to be judged; `undefined` where it loses nothing, or nothing tells what its author knew. */
function lateWriteOf(tree: string, row: EditRow, loader: Written): LateWrite | undefined {
  const { skill, session, before } = row;
  const written = loader.text;
  const shown = shownBefore(tree, row, loader);
  const last = before === null ? undefined : loaderOf(skill, loadRevision(tree, skill, before))?.text;
  if (shown === undefined || last === undefined) return undefined;
  // The ledger had bytes that are no UTF-8: what the session knew cannot be told.
  if (shown.includes('\uFFFD')) return undefined;
  if (row.how === 'watched' && onlyRemoves({ last, written })) return undefined;
  // The history is long, and most writes are not late.
  if (lostByLateWrite({ shown, last, written, own: nothing }).length === 0) return undefined;
  const edits = readEdits(tree, skill).filter(({ id }) => id !== row.id);
  const write = { shown, last, written, own: ownLines(session, edits) };
  return lostByLateWrite(write).length === 0 ? undefined : write;
}

const isSessionsOwn = ({ how, session }: EditRow): boolean => session !== '' && (how === 'tool' || how === 'watched');

/**
 * Puts back what a session has lost by writing a loader that had changed since it was shown: it cannot have meant to take
 * away lines that it did not know. What of them cannot be merged goes to the skill's conflicts. A line that the session
 * takes away once more stays away. Gives the edit that was made, if any. Lock held, `row` noticed.
 */
export async function healLateWrite(
  system: System,
  tree: string,
  row: EditRow,
  now: Date,
): Promise<EditRow | undefined> {
  if (!isSessionsOwn(row)) return undefined;
  const { skill, runtime, session } = row;
  const listing = listSkill(tree, skill);
  const look = lookAt(tree, skill, listing);
  // Somebody has written it since: the next look tells who.
  if (look === undefined || look.rev !== row.after) return undefined;
  const loader = loaderOf(skill, look.files);
  if (loader === undefined) return undefined;
  const at = listing?.files.find(({ name }) => name === loader.name)?.stat.mtimeMs ?? 0;
  const write = lateWriteOf(tree, row, { ...loader, at });
  if (write === undefined) return undefined;
  const { text, conflicts } = mergeMarkdown(knownToSession(write), write.written, write.last);
  if (conflicts.length > 0) {
    const parts = conflicts.map((conflict) => ({ file: loader.name, conflict }));
    writeConflict(system, tree, skill, row.machine_id, parts);
  }
  const mode = look.files.get(loader.name)?.mode ?? 0o644;
  const patch = new Map([[loader.name, { bytes: Buffer.from(text, 'utf8'), mode }]]);
  try {
    const edit = await planOwnEdit(tree, { skill, look, patch, by: { runtime, session, how: 'merge' } }, now);
    if (edit === undefined) return undefined;
    applyOwnEdit(system, tree, edit);
    return edit.row;
  } catch (cause) {
    // An agent writes just now: what it lost is found when that write is noticed.
    if (cause instanceof SnappyError) return undefined;
    throw cause;
  }
}
