import { sha256 } from '../../../seed/state/lib/seed-manifest.ts';
import type { System } from '../../core/system.ts';
import { findBlock, putBlock, takeBlock, type TextBlock } from '../../wiring/text-block.ts';
import { readTextFile } from '../../wiring/text-block-file.ts';
import { missingFolders } from '../folders.ts';
import { shownPath, sizeIn, usedElsewhere, type InstructionRequest, type Use } from './files.ts';
import { escapeImports, expandImports, importsFile, type ExpandedText } from './imports.ts';
import { editedNote, isEdited, planCopy, type FilePlan } from './file-plan.ts';
import type { InstructionEntry } from './record.ts';
import type { InstructionSource } from './source.ts';
import { fitText, ownLines } from './text.ts';

/** One file and all that read it. */
export interface Group {
  readonly file: string;
  readonly uses: readonly Use[];
  readonly entry: InstructionEntry | undefined;
}

/** What all files of one plan are made from. */
export interface Making {
  readonly system: System;
  readonly request: InstructionRequest;
  readonly source: InstructionSource | undefined;
  /** Every file that gets a block, by its real path. */
  readonly targets: ReadonlySet<string>;
  /** The source with its imports, for a file that is none of them. */
  readonly expanded: ExpandedText | undefined;
}

interface Draft {
  readonly block: TextBlock;
  readonly notes: readonly string[];
}

const headOf = (uses: readonly Use[]): string => uses.find(({ spec }) => spec.head !== undefined)?.spec.head ?? '';

/** The source's text as one file gets it: with its imports in place, and none where the runtime imports it by itself. */
function sourceText(making: Making, group: Group, own: string): { text: string; notes: readonly string[] } {
  const { system, request, source, targets, expanded } = making;
  if (source === undefined) return { text: '', notes: [] };
  const { home, project } = request;
  const importing = group.uses.filter(({ spec }) => spec.imports === true);
  if (importing.length === group.uses.length && importsFile(own, group.file, source.file, home)) {
    const note = `${shownPath(group.file, home)} imports ${source.origin} by itself: it is not copied`;
    return { text: '', notes: [note] };
  }
  const { text, notes } =
    expanded?.named.has(group.file) === false
      ? expanded
      : expandImports(system, source.file, source.text, { home, within: project, target: group.file, targets });
  return { text: importing.length > 0 ? escapeImports(text) : text, notes };
}

/** Makes the block for one file, no longer than what each of its readers takes of the whole file. */
function draftBlock(making: Making, group: Group, current: string | undefined): Draft {
  const { system, request, source } = making;
  const { uses } = group;
  const own = ownLines(shownPath(request.tree, request.home), {
    byHook: uses.some(({ row }) => row.context.perTurn),
    byLooking: uses.some(({ row }) => !row.context.perTurn),
    hints: [...new Set(uses.flatMap(({ row }) => row.instructions.hints ?? []))],
  });
  const { text, notes } = sourceText(making, group, current ?? '');
  const limits = uses.flatMap((use) => {
    const limit = use.spec.limit;
    return limit === undefined ? [] : [{ use, limit, room: limit.count - usedElsewhere(system, use, request) }];
  });
  const origin = source?.origin;
  const fits = (body: string): boolean => {
    if (limits.length === 0) return true;
    const whole = putBlock(current, { origin, body }, headOf(uses));
    return limits.every(({ limit, room }) => sizeIn(limit.unit, whole) <= room);
  };
  const { body, kept, sections, tooLong } = fitText(own, text, origin ?? '', fits);
  const shown = shownPath(group.file, request.home);
  const reads = limits.map(
    ({ use, limit }) => `${use.row.name} reads ${limit.count.toLocaleString('en')} ${limit.unit}`,
  );
  const cut = `${shown}: the first ${kept} of ${sections} sections of ${origin} and a pointer to all of it are put in (${reads.join(', ')})`;
  const over = `${shown}: what else is read with it leaves too little room even for our lines (${reads.join(', ')})`;
  return {
    block: { origin, body },
    notes: [...notes, ...(kept < sections ? [cut] : []), ...(tooLong ? [over] : [])],
  };
}

/** What the record shall say of a file as it will be. */
function entryOf({ file, uses, entry }: Group, next: string): InstructionEntry {
  return {
    file,
    runtimes: [...new Set([...(entry?.runtimes ?? []), ...uses.map(({ row }) => row.id)])].toSorted(),
    sha256: sha256(findBlock(next)?.text ?? ''),
    head: entry?.head ?? headOf(uses),
    folders: [...new Set([...(entry?.folders ?? []), ...missingFolders(file)])],
  };
}

/** Puts our block into a file or renews it. Throws as `readTextFile` and `findBlock` do. */
export function planPutFile(making: Making, group: Group): FilePlan {
  const { system, request } = making;
  const { file } = group;
  const { before, text } = readTextFile(system, file);
  const { block, notes } = draftBlock(making, group, text);
  const next = putBlock(text, block, headOf(group.uses));
  const entry = entryOf(group, next);
  const after = Buffer.from(next);
  if (before?.equals(after) === true) return { changes: [], copies: [], notes, entry };
  const changes = [{ kind: 'write' as const, path: file, before, after, mode: undefined }];
  if (before === undefined || text === undefined) return { changes, copies: [], notes, entry };
  const copy = planCopy(request.backups, file, before);
  if (!isEdited(findBlock(text)?.text, group.entry)) {
    // What is ours as a whole needs no copy.
    return { changes, copies: takeBlock(text, entry.head) === undefined ? [] : [copy], notes, entry };
  }
  const kept = editedNote(request, file, copy.path);
  return { changes, copies: [copy], notes: [...notes, kept], entry };
}
