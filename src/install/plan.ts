import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { Change, System } from '../core/system.ts';
import { claudeCode } from '../runtimes/claude-code.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { runtimes as table } from '../runtimes/table.ts';
import { removedBy, sweepFolders } from './folders.ts';
import { planInstructions, planTakeInstructions } from './instructions/plan.ts';
import type { InstructionPlan } from './instructions/file-plan.ts';
import type { InstructionRow } from './instructions/files.ts';
import {
  planLinks,
  planUnlink,
  type LinkFault,
  type LinksMode,
  type LinksPlan,
  type ServedRoot,
} from './links/plan.ts';
import { readPinned } from './links/pinned.ts';
import { planRuntime, planRuntimeRemoval, type RuntimePlan, type Setting } from './plan-runtime.ts';
import {
  encodeRecord,
  readRecord,
  type InstallRecord,
  type InstallTarget,
  type StoredRecord,
  type TrustRecord,
} from './record.ts';
import { skillRoots } from './skill-roots.ts';

/** What is asked for: these runtimes, wired to this tree, on this person's machine. */
export interface PlanRequest {
  readonly tree: string;
  readonly place: Place;
  readonly runtimes: readonly Runtime[];
  /** Names the folder of the backups. */
  readonly now: Date;
  /** Which skills are linked; `undefined` for as many as the runtimes' listings hold. */
  readonly links?: LinksMode | undefined;
  /** The project whose instruction files are meant, absolute; without it those of the user. */
  readonly project?: string | undefined;
  /** Runtime -> what its program says of our hooks, where the person wants them trusted; else what the record has. */
  readonly trust?: readonly TrustRecord[];
  /** Whether the machine can make links. Default: all but Windows can. */
  readonly symlinks?: boolean;
}

/** A part that was left alone, and what can be done about it. */
export interface Fault {
  readonly message: string;
  readonly hint?: string | undefined;
  /** `refused`: a file that is not safe to edit; `failure`: a skill or a folder that cannot be served. */
  readonly code: 'refused' | 'failure';
}

/** What would be done in one of the steps. */
export interface PlanPart {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  readonly faults: readonly Fault[];
}

/** Everything that would be done; no `changes` is a machine that is already as asked. */
export interface Plan {
  readonly runtimes: readonly RuntimePlan[];
  readonly skills: PlanPart;
  readonly instructions: PlanPart;
  /** Where each folder of skills stands once the plan is carried out. */
  readonly served: readonly ServedRoot[];
  /** In the tree: copies of what is edited, and the record. */
  readonly bookkeeping: readonly Change[];
  /** All of it, in the order it is done. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** The bytes of the record that it was made from: when they have changed, another run has come in between. */
  readonly recordBefore: Buffer | undefined;
  /** How long each part took to plan, in milliseconds. */
  readonly ms: Readonly<Record<'hooks' | 'skills' | 'instructions', number>>;
}

type Times = Plan['ms'];

interface Parts {
  readonly ms: Times;
  readonly notes?: readonly string[];
  readonly runtimes: readonly RuntimePlan[];
  readonly links: LinksPlan;
  readonly texts: InstructionPlan;
  /** Folders that become empty: the last to go. */
  readonly folders?: readonly Change[];
  readonly trust: readonly TrustRecord[];
}

function timed<T>(body: () => T): [T, number] {
  const begin = performance.now();
  const value = body();
  return [value, Math.round(performance.now() - begin)];
}

/** The tree by its real path, so that one tree gives one command and one set of links whatever it was called by. */
function settingOf({ tree, place, now }: PlanRequest): Setting {
  const real = fs.realpathSync(tree);
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  return { tree: real, place, backups: path.join(real, layout.backups, stamp) };
}

function nextTargets(known: readonly InstallTarget[], plans: readonly RuntimePlan[]): InstallTarget[] {
  const next = new Map(known.map((target) => [target.file, target]));
  for (const plan of plans) {
    for (const [file, target] of plan.record) {
      if (target === undefined) next.delete(file);
      else next.set(file, target);
    }
  }
  return [...next.values()];
}

/** The record as it shall be. One that is damaged is all that still names what was moved away: it is copied first. */
function recordChange(
  system: System,
  { tree, backups }: Setting,
  known: InstallRecord,
  record: StoredRecord,
): Change[] {
  const file = path.join(tree, layout.installs);
  const before = system.read(file);
  const copy = path.join(backups, path.basename(file));
  const next = nextRecord(file, before, record);
  if (known.fault === undefined || before === undefined || next.length === 0) return next;
  return [{ kind: 'write', path: copy, before: undefined, after: before, mode: 0o600 }, ...next];
}

function nextRecord(file: string, before: Buffer | undefined, record: StoredRecord): Change[] {
  const after = encodeRecord(record);
  if (after === undefined) return before === undefined ? [] : [{ kind: 'remove', path: file }];
  return before?.equals(after) === true ? [] : [{ kind: 'write', path: file, before, after, mode: undefined }];
}

function assemble(system: System, setting: Setting, known: InstallRecord, parts: Parts): Plan {
  const { runtimes, links, texts, trust, ms } = parts;
  const edits = [
    ...runtimes.flatMap(({ changes }) => changes),
    ...links.changes,
    ...texts.changes,
    ...(parts.folders ?? []),
  ];
  const kept = [...runtimes.flatMap(({ copies }) => copies), ...texts.copies];
  const record: StoredRecord = {
    version: 2,
    targets: nextTargets(known.targets, runtimes),
    links: [...links.record],
    instructions: [...texts.entries],
    trust: [...trust],
  };
  const bookkeeping = [...kept, ...recordChange(system, setting, known, record)];
  return {
    runtimes,
    skills: { ...links, faults: failures(links.faults) },
    instructions: { ...texts, faults: refusals(texts.faults) },
    served: links.served,
    bookkeeping,
    changes: [...bookkeeping, ...edits],
    notes: [...(known.fault === undefined ? [] : [known.fault]), ...(parts.notes ?? [])],
    recordBefore: known.bytes,
    ms,
  };
}

const failures = (faults: readonly LinkFault[]): Fault[] =>
  faults.map(({ skill, message }) => ({
    message: skill === undefined ? message : `the skill ${skill}: ${message}`,
    code: 'failure',
  }));
const refusals = (faults: readonly { readonly message: string; readonly hint: string | undefined }[]): Fault[] =>
  faults.map(({ message, hint }) => ({ message, hint, code: 'refused' }));

function byFile(targets: readonly InstallTarget[]): Map<string, InstallTarget> {
  return new Map(targets.map((target) => [target.file, target]));
}

function instructionRow({ id, name, context, instructions }: Runtime, place: Place): InstructionRow {
  return { id, name, context, instructions: { ...instructions, user: instructions.user(place) } };
}

function instructionRequest(request: PlanRequest, setting: Setting, known: InstallRecord) {
  const { place, project, runtimes } = request;
  return {
    tree: setting.tree,
    home: place.home,
    project,
    claudeFolder: claudeCode.folder(place),
    runtimes: runtimes.map((row) => instructionRow(row, place)),
    table: table.map((row) => instructionRow(row, place)),
    entries: known.instructions,
    backups: setting.backups,
  };
}

function planHooks(
  system: System,
  setting: Setting,
  runtimes: readonly Runtime[],
  known: InstallRecord,
  trust: readonly TrustRecord[],
): RuntimePlan[] {
  const targets = byFile(known.targets);
  return runtimes.map((runtime) => {
    const trusted = trust.filter(({ granted, runtime: id }) => granted && id === runtime.id);
    return planRuntime(system, setting, runtime, { targets, trusted: trusted.flatMap(({ hooks }) => hooks) });
  });
}

/**
 * What `install` would change: our hooks in the settings of each runtime, links to the skills, a block in the files of
 * instructions, a backup of each edited file and a record of what was there, both in the tree. Changes nothing itself.
 * What cannot be edited safely is a fault of its part, and stays as it is. Throws `refused` when the tree has no hook.
 */
export function planInstall(system: System, request: PlanRequest): Plan {
  const setting = settingOf(request);
  const hook = path.join(setting.tree, layout.hook);
  if (!fs.existsSync(hook)) {
    throw new SnappyError('refused', `the tree has no hook to wire: ${hook} is missing`, {
      hint: 'bring it back with: snappy init --refresh-seed',
    });
  }
  const known = readRecord(system, setting.tree);
  const trust = request.trust ?? known.trust;
  const [runtimes, hooksMs] = timed(() => planHooks(system, setting, request.runtimes, known, trust));
  const wired = runtimes.filter(({ fault }) => fault === undefined).map(({ runtime }) => runtime);
  const [links, skillsMs] = timed(() =>
    planLinks({
      tree: setting.tree,
      record: known.links,
      backups: setting.backups,
      roots: skillRoots(wired, request.place),
      mode: request.links,
      pinned: readPinned(setting.tree),
      symlinks: request.symlinks ?? process.platform !== 'win32',
      adopt: known.fault !== undefined,
    }),
  );
  const [texts, textsMs] = timed(() =>
    planInstructions(system, {
      ...instructionRequest(request, setting, known),
      runtimes: wired.map((row) => instructionRow(row, request.place)),
    }),
  );
  return assemble(system, setting, known, {
    ms: { hooks: hooksMs, skills: skillsMs, instructions: textsMs },
    runtimes,
    links,
    texts,
    trust,
  });
}

/** The runtimes that an install has wired, as the record knows them. */
export function wiredRuntimes(system: System, tree: string, place: Place): Runtime[] {
  const known = readRecord(system, tree);
  return table.filter((row) => isWired(row, place, known));
}

/** What puts back the hooks that a runtime has dropped from its settings: of an install, the hooks alone. */
export function planRewire(system: System, request: PlanRequest): Plan {
  const setting = settingOf(request);
  const known = readRecord(system, setting.tree);
  const [runtimes, hooks] = timed(() => planHooks(system, setting, request.runtimes, known, known.trust));
  const none = { changes: [], notes: [], faults: [] };
  return assemble(system, setting, known, {
    ms: { hooks, skills: 0, instructions: 0 },
    runtimes,
    links: { ...none, record: known.links, served: [] },
    texts: { ...none, copies: [], entries: known.instructions },
    trust: known.trust,
  });
}

/** Folders of skills that no runtime outside of `request` is served by, as the record knows it. */
function rootsToLeave(request: PlanRequest, known: InstallRecord): string[] {
  const others = table.filter((row) => !request.runtimes.includes(row) && isWired(row, request.place, known));
  const needed = new Set(skillRoots(others, request.place).map(({ root }) => root));
  return [
    ...new Set([
      ...skillRoots(request.runtimes, request.place).map(({ root }) => root),
      ...(request.runtimes.length === table.length ? known.links.map(({ root }) => root) : []),
    ]),
  ].filter((root) => !needed.has(root));
}

function filesOf(runtime: Runtime, place: Place): string[] {
  return runtime.targets({ place, tree: '/', trusted: [], seedText: () => '' }).map(({ file }) => file);
}

function isWired(runtime: Runtime, place: Place, known: InstallRecord): boolean {
  const files = new Set(known.targets.map(({ file }) => file));
  return filesOf(runtime, place).some((file) => files.has(file));
}

/** Files that the tree is wired by, and that no runtime of this home, in this environment, has. */
function elsewhere({ place }: PlanRequest, known: InstallRecord): string[] {
  const here = new Set(table.flatMap((row) => filesOf(row, place)));
  const files = known.targets.map(({ file }) => file).filter((file) => !here.has(file));
  if (files.length === 0) return [];
  const why = 'of another home (--home), or found by a variable (CODEX_HOME, say) that is not set now';
  return [`still wired to this tree: ${files.join(', ')}: ${why}; uninstall with the same takes ours out`];
}

/** The folders that were made for files which go now. */
function foldersOf({ targets, links, instructions }: InstallRecord, plans: readonly RuntimePlan[]): string[] {
  const leaving = new Set(plans.flatMap((plan) => [...plan.record.keys()]));
  return [
    ...targets.filter(({ file }) => leaving.has(file)).flatMap(({ folders }) => folders),
    // Those above the links and the texts may have been made for a runtime's settings first.
    ...links.flatMap(({ made }) => made),
    ...instructions.flatMap(({ folders }) => folders),
  ];
}

/**
 * What `uninstall` would change: our hooks, our links, our blocks and the files and folders made for them go; the bytes of
 * all the rest stay, and are those from before the install if nobody has edited them since. With a project, its blocks
 * alone. Faults as `planInstall`.
 */
export function planUninstall(system: System, request: PlanRequest): Plan {
  const setting = settingOf(request);
  const known = readRecord(system, setting.tree);
  const targets = byFile(known.targets);
  // Of a project it is the blocks alone that go: hooks and links are the user's, and serve other projects.
  const rows = request.project === undefined ? request.runtimes : [];
  const [runtimes, hooksMs] = timed(() =>
    rows.map((runtime) => planRuntimeRemoval(system, setting, runtime, { targets, trusted: [] })),
  );
  const [links, skillsMs] = timed(() =>
    planUnlink({
      tree: setting.tree,
      record: known.links,
      backups: setting.backups,
      roots: rootsToLeave({ ...request, runtimes: rows }, known),
      gone: removedBy(runtimes.flatMap(({ changes }) => changes)),
      // A record that is lost while hooks of ours are there: links of exactly our form count as ours.
      adopt:
        known.fault !== undefined || (known.bytes === undefined && runtimes.some(({ changes }) => changes.length > 0)),
    }),
  );
  const others = new Set(runtimes.flatMap((plan) => (plan.otherTree === undefined ? [] : [plan.runtime])));
  const ours = request.runtimes.filter((runtime) => !others.has(runtime));
  const gone = [...runtimes.flatMap(({ changes }) => changes), ...links.changes];
  const [texts, textsMs] = timed(() =>
    planTakeInstructions(system, instructionRequest({ ...request, runtimes: ours }, setting, known), removedBy(gone)),
  );
  const taken = [...gone, ...texts.changes];
  return assemble(system, setting, known, {
    ms: { hooks: hooksMs, skills: skillsMs, instructions: textsMs },
    runtimes,
    links,
    texts,
    folders: sweepFolders(foldersOf(known, runtimes), taken),
    notes: request.project === undefined ? elsewhere(request, known) : [],
    trust: known.trust.filter(({ runtime }) => !rows.some(({ id }) => id === runtime)),
  });
}
