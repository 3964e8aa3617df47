import fs from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation } from 'jsonc-parser';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { Change, System } from '../core/system.ts';
import { isPresent } from '../runtimes/detect.ts';
import { hookCommand, isHookCommand } from '../runtimes/hook-command.ts';
import { parseJson } from '../wiring/json-edit.ts';
import { hasHooks, unwireHooks, wireHooks, type Wanted } from '../wiring/json-hooks.ts';
import { encodeRecord, readRecord, type InstallTarget } from './record.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { readSettings, type SettingsFile } from '../wiring/settings-file.ts';
import { planLinks, planUnlink } from './skill-links.ts';

/** What is asked for: these runtimes, wired to this tree, on this person's machine. */
export interface PlanRequest {
  readonly tree: string;
  readonly place: Place;
  readonly runtimes: readonly Runtime[];
  /** Names the folder of the backups. */
  readonly now: Date;
}

/** What would be done for one runtime. */
export interface PlanPart {
  readonly runtime: Runtime;
  /** Outside the tree: the settings, links and folders of the person. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/** Everything that would be done, in order; an empty `changes` is a machine that is already as asked. */
export interface Plan {
  readonly parts: readonly PlanPart[];
  readonly changes: readonly Change[];
}

interface Draft {
  readonly part: PlanPart;
  readonly settings: SettingsFile;
  /** What the record shall say of this file; `undefined` takes it out. */
  readonly target: InstallTarget | undefined;
}

interface Folders {
  readonly config: string;
  readonly settings: string;
  readonly skills: string;
}

function foldersOf(runtime: Runtime, place: Place): Folders {
  const config = runtime.folder(place);
  return { config, settings: path.join(config, runtime.wiring.file), skills: path.join(config, runtime.skills) };
}

function wantedHooks(runtime: Runtime, tree: string): Wanted {
  const entries = runtime.wiring.entries.map(({ on, matcher, call, timeout }) => {
    const hooks = [{ type: 'command' as const, command: hookCommand(tree, call), timeout }];
    return [on, matcher === undefined ? { hooks } : { matcher, hooks }] as const;
  });
  return Object.fromEntries(entries);
}

function writeSettings(settings: SettingsFile, text: string): Change[] {
  const after = settings.encode(text);
  return settings.before?.equals(after) === true
    ? []
    : [{ kind: 'write', path: settings.path, before: settings.before, after, mode: undefined }];
}

/** A copy of each settings file that will be edited or removed, in the tree: only the owner may read it, it can hold keys. */
function backups(request: PlanRequest, drafts: readonly Draft[]): Change[] {
  const stamp = request.now.toISOString().replaceAll(/[:.]/g, '-');
  return drafts.flatMap(({ part, settings }): Change[] => {
    const touched = part.changes.some((change) => change.path === settings.path);
    if (!touched || settings.before === undefined) return [];
    const file = path.join(request.tree, layout.backups, stamp, part.runtime.id, path.basename(settings.path));
    return [{ kind: 'write', path: file, before: undefined, after: settings.before, mode: 0o600 }];
  });
}

function recordChange(
  system: System,
  tree: string,
  drafts: readonly Draft[],
  known: readonly InstallTarget[],
): Change[] {
  const file = path.join(tree, layout.installs);
  const others = known.filter((target) => !drafts.some((draft) => draft.settings.path === target.file));
  const targets = [...others, ...drafts.flatMap((draft) => (draft.target === undefined ? [] : [draft.target]))];
  const before = system.read(file);
  if (targets.length === 0) return before === undefined ? [] : [{ kind: 'remove', path: file }];
  const after = encodeRecord(targets);
  return before?.equals(after) === true ? [] : [{ kind: 'write', path: file, before, after, mode: undefined }];
}

/** The tree by its real path, so that one tree gives one command and one set of links whatever it was called by. */
function resolved(request: PlanRequest): PlanRequest {
  const tree = fs.realpathSync(request.tree);
  return { ...request, tree };
}

function installNotes(request: PlanRequest, runtime: Runtime, settings: SettingsFile): string[] {
  const off = findNodeAtLocation(parseJson(settings.text), ['disableAllHooks'])?.value === true;
  const absent = `${runtime.name} was not found (no \`${runtime.program}\` on PATH, no settings): it is wired for when it comes`;
  return [
    ...(isPresent(runtime, request.place) ? [] : [absent]),
    ...runtime.warnings(request.place),
    ...(off ? [`disableAllHooks is on in ${settings.path}: no hook fires until it is taken out`] : []),
  ];
}

function draftInstall(system: System, request: PlanRequest, runtime: Runtime, known: readonly InstallTarget[]): Draft {
  const folders = foldersOf(runtime, request.place);
  const settings = readSettings(system, runtime.name, folders.settings);
  // What an earlier install noted is of use only while its hooks are in the file: else somebody has begun it anew.
  const old = hasHooks(settings.text, isHookCommand)
    ? known.find((target) => target.file === settings.path)
    : undefined;
  const wired = wireHooks(settings.text, wantedHooks(runtime, request.tree), isHookCommand, old?.emptied);
  const links = planLinks(folders.skills, path.join(request.tree, layout.skills));
  const made = [folders.config, ...(links.changes.length > 0 ? [folders.skills] : [])].filter(
    (dir) => !fs.existsSync(dir),
  );
  return {
    part: {
      runtime,
      changes: [...writeSettings(settings, wired.text), ...links.changes],
      notes: [...installNotes(request, runtime, settings), ...links.notes],
    },
    settings,
    target: {
      file: settings.path,
      created: settings.before === undefined || old?.created === true,
      emptied: wired.emptied,
      folders: [...new Set([...(old?.folders ?? []), ...made])],
    },
  };
}

/** Folders that install made and that hold nothing once `removed` are gone, innermost first. */
function emptyFolders(folders: readonly string[], removed: readonly string[]): Change[] {
  const gone = new Set(removed);
  return folders.toReversed().flatMap((dir): Change[] => {
    const entries = fs.existsSync(dir) ? fs.readdirSync(dir) : undefined;
    if (entries === undefined || !entries.every((name) => gone.has(path.join(dir, name)))) return [];
    gone.add(dir);
    return [{ kind: 'rmdir', path: dir }];
  });
}

function draftUninstall(
  system: System,
  request: PlanRequest,
  runtime: Runtime,
  known: readonly InstallTarget[],
): Draft {
  const folders = foldersOf(runtime, request.place);
  const settings = readSettings(system, runtime.name, folders.settings);
  const old = known.find((target) => target.file === settings.path);
  const text = unwireHooks(settings.text, isHookCommand, old?.emptied);
  const emptied = (parseJson(text).children ?? []).length === 0;
  const edits: Change[] =
    settings.before === undefined
      ? []
      : old?.created === true && emptied
        ? [{ kind: 'remove', path: settings.path }]
        : writeSettings(settings, text);
  const changes = [...edits, ...planUnlink(folders.skills, path.join(request.tree, layout.skills))];
  // The record may have been edited or come from elsewhere: only folders of this very runtime are ever removed.
  const made = [folders.config, folders.skills].filter((dir) => old?.folders.includes(dir) === true);
  const removed = changes.flatMap((change) => (change.kind === 'remove' ? [change.path] : []));
  return {
    part: { runtime, changes: [...changes, ...emptyFolders(made, removed)], notes: [] },
    settings,
    target: undefined,
  };
}

type DraftOne = (system: System, request: PlanRequest, runtime: Runtime, known: readonly InstallTarget[]) => Draft;

interface Gathered {
  readonly parts: readonly PlanPart[];
  readonly copies: readonly Change[];
  readonly record: readonly Change[];
  readonly edits: readonly Change[];
}

/** Reads and validates every target before anything is planned for the first. */
function gather(draftOne: DraftOne, system: System, given: PlanRequest): Gathered {
  const request = resolved(given);
  const { targets, fault } = readRecord(system, request.tree);
  const drafts = request.runtimes.map((runtime) => draftOne(system, request, runtime, targets));
  return {
    parts: drafts.map(({ part }) => (fault === undefined ? part : { ...part, notes: [fault, ...part.notes] })),
    copies: backups(request, drafts),
    record: recordChange(system, request.tree, drafts, targets),
    edits: drafts.flatMap((draft) => draft.part.changes),
  };
}

/**
 * What `install` would change: our hooks appended to the settings of each runtime, a link for each skill, a backup of
 * each edited file and a record of what was there, both in the tree. Changes nothing itself. Throws `refused` when one
 * of the files cannot be edited safely, or the tree has no hook to wire.
 */
export function planInstall(system: System, request: PlanRequest): Plan {
  const hook = path.join(request.tree, layout.hook);
  if (!fs.existsSync(hook)) {
    throw new SnappyError('refused', `the tree has no hook to wire: ${hook} is missing`, {
      hint: 'bring it back with: snappy init --refresh-seed',
    });
  }
  const { parts, copies, record, edits } = gather(draftInstall, system, request);
  // The record comes first here and goes last below: there is one for as long as anything is wired.
  return { parts, changes: [...copies, ...record, ...edits] };
}

/**
 * What `uninstall` would change: our hooks, our links and the files and folders made for them go; the bytes of all the
 * rest stay, and are those from before the install if nobody has edited them since. Throws `refused` as `planInstall`.
 */
export function planUninstall(system: System, request: PlanRequest): Plan {
  const { parts, copies, record, edits } = gather(draftUninstall, system, request);
  return { parts, changes: [...copies, ...edits, ...record] };
}
