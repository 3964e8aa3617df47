import fs from 'node:fs';
import path from 'node:path';
import type { System } from '../../core/system.ts';
import { entryAt, eventualPath } from './eventual-path.ts';
import { shownPath, usesOf, type InstructionRequest, type Use } from './files.ts';
import { expandImports } from './imports.ts';
import { joinPlans, planOrFault, type FilePlan, type InstructionPlan } from './file-plan.ts';
import { planPutFile, type Group, type Making } from './put.ts';
import type { InstructionEntry } from './record.ts';
import { readSource } from './source.ts';
import { planTakeFile } from './take.ts';

/** The record with each file by the real path it has now; what was moved to one place is one. */
function resolvedEntries(entries: readonly InstructionEntry[]): InstructionEntry[] {
  const byFile = new Map<string, InstructionEntry>();
  for (const entry of entries) {
    const file = eventualPath(entry.file);
    const first = byFile.get(file);
    const runtimes = [...new Set([...(first?.runtimes ?? []), ...entry.runtimes])];
    byFile.set(file, { ...(first ?? entry), file, runtimes });
  }
  return [...byFile.values()];
}

/** By real paths, so that two names of one file are one. */
function resolved(request: InstructionRequest): InstructionRequest {
  return {
    ...request,
    home: eventualPath(request.home),
    project: request.project === undefined ? undefined : eventualPath(request.project),
    entries: resolvedEntries(request.entries),
  };
}

/** Each file that is read, with all that read it: those that are asked for, and those it was written for before. */
function groupsOf(system: System, request: InstructionRequest): Group[] {
  const asked = usesOf(system, request.runtimes, request);
  const all = [...asked, ...usesOf(system, request.table, request)];
  return [...new Set(asked.map(({ file }) => file))].map((file) => {
    const entry = request.entries.find((known) => known.file === file);
    const ids = new Set([...(entry?.runtimes ?? []), ...request.runtimes.map(({ id }) => id)]);
    const readers = new Map(
      all.filter((use) => use.file === file && ids.has(use.row.id)).map((use) => [use.row.id, use]),
    );
    return { file, uses: [...readers.values()], entry };
  });
}

/** By what they are and not by their names: a hard link is the same file, too. */
function isSameFile(a: string, b: string): boolean {
  try {
    const [one, other] = [fs.statSync(a), fs.statSync(b)];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

const isLink = (file: string): boolean => entryAt(file)?.isSymbolicLink() === true;

const namesOf = (uses: readonly Use[]): string => uses.map(({ row }) => row.name).join(', ');

/** For a file that is the source under another name: whoever reads it has the source, and what is in it is the user's. */
function planSourceItself(making: Making, group: Group, origin: string): FilePlan {
  const { system, request } = making;
  const taken = planTakeFile(system, request, group.file, { entry: group.entry, linked: true });
  const note = `${shownPath(group.file, request.home)} is ${origin} itself: ${namesOf(group.uses)} reads it as it is, nothing is put in`;
  return { ...taken, notes: [...taken.notes, note] };
}

/**
 * Files in whose place a runtime now reads another, and that nobody else reads: a block left there would come back to
 * life some day.
 */
function leftOver({ system, request, source }: Making, groups: readonly Group[]): string[] {
  const readers = usesOf(system, request.table, request);
  const unread = new Set(groups.flatMap(({ uses }) => uses.flatMap((use) => use.unread)));
  return [...unread].filter((file) => {
    const entry = request.entries.find((known) => known.file === file);
    const isRead = readers.some((use) => use.file === file && (entry?.runtimes.includes(use.row.id) ?? true));
    return !isRead && !(source !== undefined && isSameFile(file, source.file));
  });
}

/**
 * What `install` would change in the files of standing instructions that runtimes read by themselves: a block of ours
 * at the end of each, made from the one CLAUDE.md of the user or of a project. All outside the block stays. A file that
 * cannot be edited safely is a fault of its own and keeps no other from it. Changes nothing itself.
 */
export function planInstructions(system: System, given: InstructionRequest): InstructionPlan {
  const { source, fault } = readSource(system, given);
  if (fault !== undefined) return { changes: [], copies: [], notes: [], faults: [fault], entries: given.entries };
  const request = resolved(given);
  const groups = groupsOf(system, request);
  const own = groups.filter(({ file }) => source !== undefined && isSameFile(file, source.file));
  const targets = new Set(groups.filter((group) => !own.includes(group)).map(({ file }) => file));
  const scope = { home: request.home, within: request.project, targets };
  const expanded = source === undefined ? undefined : expandImports(system, source.file, source.text, scope);
  const making: Making = { system, request, source, targets, expanded };
  const plans = new Map<string, FilePlan>();
  for (const group of groups) {
    const plan = (): FilePlan =>
      own.includes(group) ? planSourceItself(making, group, source?.origin ?? '') : planPutFile(making, group);
    plans.set(group.file, planOrFault(group.file, plan));
  }
  for (const file of leftOver(making, groups)) {
    const entry = request.entries.find((known) => known.file === file);
    plans.set(
      file,
      planOrFault(file, () => planTakeFile(system, request, file, { entry })),
    );
  }
  return joinPlans(request.entries, plans);
}

/**
 * What `uninstall` would change: the blocks of these runtimes go, of a project where one is named, else all that the
 * record knows, and with them the files and folders that were made for them; a block that another runtime still reads
 * stays. What is left is the user's to the byte. `removed` are paths that go with other changes of the same run.
 */
export function planTakeInstructions(
  system: System,
  given: InstructionRequest,
  removed: readonly string[] = [],
): InstructionPlan {
  const request = resolved(given);
  const { project } = request;
  const asked = new Set(request.runtimes.map(({ id }) => id));
  const links = new Set([
    ...usesOf(system, request.table, request).flatMap(({ file, linked }) => (linked ? [file] : [])),
    ...given.entries.flatMap(({ file }) => (isLink(file) ? [eventualPath(file)] : [])),
  ]);
  const plans = new Map<string, FilePlan>();
  const take = (file: string, entry: InstructionEntry | undefined, head?: string): void => {
    const linked = links.has(file);
    plans.set(
      file,
      planOrFault(file, () => planTakeFile(system, request, file, { entry, head, linked })),
    );
  };
  for (const entry of request.entries) {
    if (project !== undefined && !entry.file.startsWith(`${project}${path.sep}`)) continue;
    const others = entry.runtimes.filter((id) => !asked.has(id));
    if (others.length === 0) take(entry.file, entry);
    else if (others.length < entry.runtimes.length)
      plans.set(entry.file, { changes: [], copies: [], notes: [], entry: { ...entry, runtimes: others } });
  }
  // Without the record, which may be lost: by what is recognised where these runtimes read.
  const known = new Set(request.entries.map(({ file }) => file));
  for (const { file, unread, spec } of usesOf(system, request.runtimes, request)) {
    for (const name of [file, ...unread]) if (!known.has(name) && !plans.has(name)) take(name, undefined, spec.head);
  }
  return joinPlans(request.entries, plans, removed);
}
