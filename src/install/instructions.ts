import fs from 'node:fs';
import path from 'node:path';
import type { System } from '../core/system.ts';
import { eventualPath } from './eventual-path.ts';
import { shownPath, usesOf, type InstructionRequest, type Use } from './instructions-files.ts';
import { joinPlans, planOrFault, type FilePlan, type InstructionPlan } from './instructions-plan.ts';
import { planPutFile, type Group, type Making } from './instructions-put.ts';
import { readSource } from './instructions-source.ts';
import { planTakeFile } from './instructions-take.ts';

/** By real paths, so that two names of one file are one. */
function resolved(request: InstructionRequest): InstructionRequest {
  const { home, project } = request;
  return { ...request, home: eventualPath(home), project: project === undefined ? undefined : eventualPath(project) };
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

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

const namesOf = (uses: readonly Use[]): string => uses.map(({ row }) => row.name).join(', ');

/** For a file that is the source under another name: whoever reads it has the source, and what is in it is the user's. */
function planSourceItself(making: Making, group: Group, origin: string): FilePlan {
  const { system, request } = making;
  const taken = planTakeFile(system, request, group.file, group.entry, '');
  const note = `${shownPath(group.file, request.home)} is ${origin} itself: ${namesOf(group.uses)} reads it as it is, nothing is put in`;
  return { ...taken, notes: [...taken.notes, note] };
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
  const making: Making = { system, request, source, targets };
  const plans = new Map<string, FilePlan>();
  for (const group of groups) {
    const plan = (): FilePlan =>
      own.includes(group) ? planSourceItself(making, group, source?.origin ?? '') : planPutFile(making, group);
    plans.set(group.file, planOrFault(group.file, plan));
  }
  // Where a runtime now reads another file of a pair, the block in the first would come back to life some day.
  for (const file of groups.flatMap(({ uses }) => uses.flatMap(({ unread }) => unread))) {
    if (plans.has(file) || (source !== undefined && isSameFile(file, source.file))) continue;
    const entry = request.entries.find((known) => known.file === file);
    plans.set(
      file,
      planOrFault(file, () => planTakeFile(system, request, file, entry, '')),
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
  const plans = new Map<string, FilePlan>();
  for (const entry of request.entries) {
    if (project !== undefined && !entry.file.startsWith(`${project}${path.sep}`)) continue;
    const others = entry.runtimes.filter((id) => !asked.has(id));
    if (others.length === entry.runtimes.length) continue;
    const plan =
      others.length > 0
        ? { changes: [], copies: [], notes: [], entry: { ...entry, runtimes: others } }
        : planOrFault(entry.file, () => planTakeFile(system, request, entry.file, entry, ''));
    plans.set(entry.file, plan);
  }
  // Without the record, which may be lost: by what is recognised where these runtimes read.
  const known = new Set(request.entries.map(({ file }) => file));
  for (const { file, unread, spec } of usesOf(system, request.runtimes, request)) {
    for (const name of [file, ...unread]) {
      if (known.has(name) || plans.has(name)) continue;
      plans.set(
        name,
        planOrFault(name, () => planTakeFile(system, request, name, undefined, spec.head ?? '')),
      );
    }
  }
  return joinPlans(request.entries, plans, removed);
}
