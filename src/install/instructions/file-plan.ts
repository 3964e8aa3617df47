import path from 'node:path';
import { sha256 } from '../../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../../core/errors.ts';
import type { Change } from '../../core/system.ts';
import { TextBlockFault } from '../../wiring/text-block.ts';
import { emptyFolders } from '../folders.ts';
import { shownPath } from './files.ts';
import type { InstructionEntry } from './record.ts';

/** A file that was left as it is, why, and what a person can do. */
export interface InstructionFault {
  readonly file: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What would be done, in order. */
export interface InstructionPlan {
  /** Outside the tree. */
  readonly changes: readonly Change[];
  /** Copies in the tree of what is edited; to be made before the changes. */
  readonly copies: readonly Change[];
  readonly notes: readonly string[];
  readonly faults: readonly InstructionFault[];
  /** All that the record shall hold after it. */
  readonly entries: readonly InstructionEntry[];
}

/** What is planned for one file. */
export interface FilePlan {
  readonly changes: readonly Change[];
  readonly copies: readonly Change[];
  readonly notes: readonly string[];
  readonly fault?: InstructionFault;
  /** What the record shall say of the file; absent: nothing any more. */
  readonly entry?: InstructionEntry;
  /** Folders made for the file, outermost first, that go with it when nothing else is in them. */
  readonly folders?: readonly string[];
}

/** An error as a fault of one file. Throws what is not about the file. */
export function faultOf(file: string, cause: unknown): InstructionFault {
  if (cause instanceof SnappyError) return { file, message: cause.message, hint: cause.hint };
  if (!(cause instanceof TextBlockFault)) throw cause;
  const hint = 'take out what is left of the block, marks and all, then run this again';
  return { file, message: `${file} was left alone: ${cause.message}`, hint };
}

/** The plan of one file, or the fault that keeps it as it is. */
export function planOrFault(file: string, plan: () => FilePlan): FilePlan {
  try {
    return plan();
  } catch (cause) {
    return { changes: [], copies: [], notes: [], fault: faultOf(file, cause) };
  }
}

/** Whether what stands between our marks is not what we wrote there, as far as the record knows. */
export function isEdited(block: string | undefined, entry: InstructionEntry | undefined): boolean {
  return block !== undefined && (entry === undefined || sha256(block) !== entry.sha256);
}

/** What a person is told whose edit of our block was replaced. */
export function editedNote({ home }: { readonly home: string }, file: string, copy: string): string {
  return `${shownPath(file, home)}: our block there had been edited; the file as it was is kept in ${shownPath(copy, home)}`;
}

/** A copy of a file as it is, below `backups` by its whole path, so that no two share a name. */
export function planCopy(backups: string, file: string, bytes: Buffer): Change & { kind: 'write' } {
  const { root } = path.parse(file);
  const copy = path.join(backups, 'instructions', root.replaceAll(/[^A-Za-z0-9]/g, ''), path.relative(root, file));
  // Only the owner may read it: nobody knows what a person keeps there.
  return { kind: 'write', path: copy, before: undefined, after: bytes, mode: 0o600 };
}

/**
 * One plan of those of single files. `entries` is the record as it was: it keeps what was not planned for, and what
 * could not be done. `removed` are paths that go with other changes of the same run.
 */
export function joinPlans(
  entries: readonly InstructionEntry[],
  plans: ReadonlyMap<string, FilePlan>,
  removed: readonly string[] = [],
): InstructionPlan {
  const all = [...plans.values()];
  const changes = all.flatMap((plan) => plan.changes);
  const gone = [...removed, ...changes.flatMap((change) => (change.kind === 'remove' ? [change.path] : []))];
  const kept = entries.filter(({ file }) => !plans.has(file) || plans.get(file)?.fault !== undefined);
  return {
    changes: [
      ...changes,
      ...emptyFolders(
        all.flatMap((plan) => plan.folders ?? []),
        gone,
      ),
    ],
    copies: all.flatMap((plan) => plan.copies),
    notes: [...new Set(all.flatMap((plan) => plan.notes))],
    faults: all.flatMap((plan) => plan.fault ?? []),
    entries: [...kept, ...all.flatMap((plan) => plan.entry ?? [])].toSorted((a, b) => (a.file < b.file ? -1 : 1)),
  };
}
