import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import type { Change, System } from '../../core/system.ts';
import { findBlock, takeBlock } from '../../wiring/text-block.ts';
import { readTextFile } from '../../wiring/text-block-file.ts';
import { entryAt } from './eventual-path.ts';
import type { InstructionRequest } from './files.ts';
import { editedNote, isEdited, planCopy, type FilePlan } from './file-plan.ts';
import type { InstructionEntry } from './record.ts';

const nothing: FilePlan = { changes: [], copies: [], notes: [] };

// The record may have been edited or come from elsewhere: only folders above the file itself ever go.
function foldersOf(entry: InstructionEntry | undefined): readonly string[] {
  return entry?.folders.filter((dir) => entry.file.startsWith(`${dir}${path.sep}`)) ?? [];
}

/** Whether a file that the record does not know holds a block: where it cannot be told, nothing of it is ours to report. */
function holdsBlock(system: System, file: string): boolean {
  try {
    const { text } = readTextFile(system, file, 'read');
    return text !== undefined && findBlock(text) !== undefined;
  } catch (cause) {
    if (cause instanceof SnappyError) return false;
    throw cause;
  }
}

/** What is known of a file beside its text. */
export interface Taking {
  readonly entry: InstructionEntry | undefined;
  /** What a new file was begun with, where the record does not say it. */
  readonly head?: string | undefined;
  /** Whether a link leads to it: a person has moved it there, and theirs it stays. */
  readonly linked?: boolean;
}

/**
 * Takes our block out of a file: what is left is the user's, to the byte. The file goes where there was none before the
 * block and nothing else is in it. Throws as `readTextFile` and `findBlock` do.
 */
export function planTakeFile(
  system: System,
  request: InstructionRequest,
  file: string,
  { entry, head = '', linked = false }: Taking,
): FilePlan {
  if (entry === undefined && !holdsBlock(system, file)) return nothing;
  const folders = foldersOf(entry);
  // A whole project may be gone by now, and something else stand above where it was.
  if (entryAt(file) === undefined) return { ...nothing, folders };
  const { before, text } = readTextFile(system, file);
  if (before === undefined || text === undefined) return { ...nothing, folders };
  const block = findBlock(text);
  if (block === undefined) return { ...nothing, folders };
  const rest = takeBlock(text, entry?.head ?? head);
  const edited = isEdited(block.text, entry);
  const copy = planCopy(request.backups, file, before);
  const change: Change =
    rest === undefined && !linked
      ? { kind: 'remove', path: file }
      : { kind: 'write', path: file, before, after: Buffer.from(rest ?? ''), mode: undefined };
  return {
    changes: [change],
    copies: edited || rest !== undefined ? [copy] : [],
    notes: edited ? [editedNote(request, file, copy.path)] : [],
    folders,
  };
}
