import { createHash } from 'node:crypto';
import { SnappyError } from '../core/errors.ts';
import type { Change, System } from '../core/system.ts';
import { isHookCommand } from '../runtimes/hook-command.ts';
import type { Target } from '../runtimes/row.ts';
import { readEditable, type FilePurpose } from '../wiring/editable-file.ts';
import { nodeAt, parseJson, valueOf } from '../wiring/json-tree.ts';
import { hasOurs, unwireJson, wireJson } from '../wiring/json-wiring.ts';
import { readSettings, type SettingsFile } from '../wiring/settings-file.ts';
import { putTomlBlock, takeTomlBlock, tomlConflict } from '../wiring/toml-block.ts';
import { missingFolders } from './folders.ts';
import type { InstallTarget } from './record.ts';

/** What would be done to one file of a runtime. */
export interface Draft {
  readonly changes: readonly Change[];
  /** What the record shall say of this file; `undefined` takes it out. */
  readonly target: InstallTarget | undefined;
  /** The bytes to keep a copy of, where there were any and they are changed. */
  readonly before: Buffer | undefined;
  readonly notes: readonly string[];
}

const nothing: Draft = { changes: [], target: undefined, before: undefined, notes: [] };

const byteOrderMark = Buffer.from('\uFEFF');

const digest = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

function write(file: string, before: Buffer | undefined, after: Buffer): Change[] {
  return before?.equals(after) === true ? [] : [{ kind: 'write', path: file, before, after, mode: undefined }];
}

/** What stays the same in each entry of the record: whether the file is ours to remove, and the folders above it. */
function remember(file: string, before: Buffer | undefined, known: InstallTarget | undefined): InstallTarget {
  return {
    file,
    created: before === undefined || known?.created === true,
    folders: [...new Set([...(known?.folders ?? []), ...missingFolders(file)])],
  };
}

function draftSettings(settings: SettingsFile, text: string, target: InstallTarget): Draft {
  const changes = write(settings.path, settings.before, settings.encode(text));
  return { changes, target, before: changes.length > 0 ? settings.before : undefined, notes: [] };
}

type JsonTarget = Extract<Target, { kind: 'json' }>;
type TomlTarget = Extract<Target, { kind: 'toml' }>;
type FileTarget = Extract<Target, { kind: 'file' }>;

function installJson(settings: SettingsFile, target: JsonTarget, known: InstallTarget | undefined): Draft {
  const { dialect, wanted } = target;
  // What an earlier install noted is of use only while ours is in the file: else somebody has begun it anew.
  const old = hasOurs(settings.text, dialect, wanted, isHookCommand) ? known : undefined;
  const { text, undo } = wireJson(settings.text, dialect, wanted, isHookCommand, old?.undo);
  const kept = { emptied: { ...undo.emptied }, added: [...undo.added] };
  const draft = draftSettings(settings, text, { ...remember(settings.path, settings.before, old), undo: kept });
  const off = target.off === undefined ? undefined : nodeAt(parseJson(text, dialect).root, target.off);
  if (off === undefined || valueOf(off) !== true) return draft;
  return {
    ...draft,
    notes: [`${target.off?.join('.')} is on in ${settings.path}: no hook fires until it is taken out`],
  };
}

/** Settings that can be edited, and that the runtime reads. Throws `refused` for others. */
function readJson(system: System, name: string, target: JsonTarget): SettingsFile {
  const settings = readSettings(system, name, target, isHookCommand);
  if (target.noByteOrderMark !== true || settings.before?.subarray(0, 3).equals(byteOrderMark) !== true)
    return settings;
  throw new SnappyError(
    'refused',
    `the settings of ${name}, ${target.file}, were left alone: the file begins with a byte order mark, and ${name} does not read such a file`,
    { hint: 'save it as UTF-8 without a byte order mark, then run this again' },
  );
}

function installToml(settings: SettingsFile, target: TomlTarget, known: InstallTarget | undefined): Draft {
  const conflict = tomlConflict(settings.text, target.block);
  if (conflict !== undefined) return { ...nothing, notes: [`${settings.path} stays as it is: ${conflict}`] };
  const text = putTomlBlock(settings.text, target.block);
  return draftSettings(settings, text, remember(settings.path, settings.before, known));
}

/** The bytes of a file that is ours as a whole, or stands in its place. Throws `refused` where no such file can be. */
function readWhole(system: System, name: string, file: string, purpose: FilePurpose): Buffer | undefined {
  const found = readEditable(system, file, purpose);
  if (!('problem' in found)) return found.bytes;
  const { fault, hint } = found.problem;
  throw new SnappyError('refused', `the place of our module for ${name}, ${file}, was left alone: ${fault}`, { hint });
}

/** A file that is ours as a whole. What stood there before is copied, and comes back at the uninstall if it was not ours. */
function installFile(
  before: Buffer | undefined,
  target: FileTarget,
  known: InstallTarget | undefined,
  copy: string,
): Draft {
  const after = Buffer.from(target.text);
  const ours = before === undefined || known?.wrote === digest(before) || isHookCommand(before.toString('utf8'));
  const replaced = ours ? known?.replaced : copy;
  const entry = remember(target.file, before, known);
  const changes = write(target.file, before, after);
  return {
    changes,
    target: {
      ...entry,
      created: replaced === undefined,
      wrote: digest(after),
      ...(replaced === undefined ? {} : { replaced }),
    },
    before: changes.length > 0 && known?.wrote !== (before && digest(before)) ? before : undefined,
    notes: ours ? [] : [`${target.file} was there and is not ours: it is kept in ${copy}, and comes back at uninstall`],
  };
}

/** What one file of a runtime needs. `copy` is where its present bytes are kept. Throws `refused` for what is not safe to edit. */
export function draftInstall(
  system: System,
  name: string,
  target: Target,
  known: InstallTarget | undefined,
  copy: string,
): Draft {
  switch (target.kind) {
    case 'json':
      return installJson(readJson(system, name, target), target, known);
    case 'toml':
      return installToml(readSettings(system, name, target), target, known);
    case 'file':
      return installFile(readWhole(system, name, target.file, 'edit'), target, known, copy);
  }
}

function uninstallSettings(settings: SettingsFile, text: string, empty: boolean, known?: InstallTarget): Draft {
  if (settings.before === undefined) return nothing;
  const changes: Change[] =
    known?.created === true && empty
      ? [{ kind: 'remove', path: settings.path }]
      : write(settings.path, settings.before, settings.encode(text));
  return { ...nothing, changes, before: changes.length > 0 ? settings.before : undefined };
}

function uninstallFile(
  system: System,
  present: Buffer | undefined,
  target: FileTarget,
  known: InstallTarget | undefined,
  copy: string,
): Draft {
  if (present === undefined) return nothing;
  const untouched = known?.wrote === digest(present);
  if (!untouched && !isHookCommand(present.toString('utf8'))) return nothing;
  const theirs = known?.replaced === undefined ? undefined : system.read(known.replaced);
  return {
    ...nothing,
    changes:
      theirs === undefined
        ? [{ kind: 'remove', path: target.file }]
        : [{ kind: 'write', path: target.file, before: present, after: theirs, mode: undefined }],
    before: untouched ? undefined : present,
    notes: untouched ? [] : [`${target.file} was edited since the install: it is kept in ${copy}`],
  };
}

/** Whether a file that no record names may hold something of ours: all that install writes has this word in it. */
function mayHoldOurs(system: System, file: string): boolean {
  try {
    return system.read(file)?.includes('snappy') === true;
  } catch {
    // What cannot be read is told of by who reads it next.
    return true;
  }
}

/** What takes ours out of one file again. Throws as `draftInstall`, but not for a file that holds nothing of ours. */
export function draftUninstall(
  system: System,
  name: string,
  target: Target,
  known: InstallTarget | undefined,
  copy: string,
): Draft {
  if (known === undefined && !mayHoldOurs(system, target.file)) return nothing;
  switch (target.kind) {
    case 'json': {
      // What is only taken out may stand beside anything that parses.
      const settings = readSettings(system, name, { ...target, wanted: {} }, isHookCommand);
      const text = unwireJson(settings.text, target.dialect, target.wanted, isHookCommand, known?.undo);
      return uninstallSettings(
        settings,
        text,
        text === (target.start ?? '{}\n') || /^\s*\{\s*\}\s*$/.test(text),
        known,
      );
    }
    case 'toml': {
      const settings = readSettings(system, name, target);
      const text = takeTomlBlock(settings.text);
      return uninstallSettings(settings, text, text === '', known);
    }
    case 'file':
      return uninstallFile(system, readWhole(system, name, target.file, 'read'), target, known, copy);
  }
}
