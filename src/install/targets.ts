import fs from 'node:fs';
import { SnappyError } from '../core/errors.ts';
import type { Change, System } from '../core/system.ts';
import { isHookCommand } from '../runtimes/hook-command.ts';
import type { Target } from '../runtimes/row.ts';
import { nodeAt, parseJson, valueOf } from '../wiring/json-tree.ts';
import { hasOurs, unwireJson, wireJson } from '../wiring/json-wiring.ts';
import { readSettings, type SettingsFile } from '../wiring/settings-file.ts';
import { putTomlBlock, takeTomlBlock, tomlConflict } from '../wiring/toml-block.ts';
import { nothing, remember, writeChange, type Draft, type Keep } from './draft.ts';
import { installFile, readWhole, uninstallFile } from './own-file.ts';
import type { InstallTarget } from './record.ts';

const byteOrderMark = Buffer.from('\uFEFF');

function draftSettings(settings: SettingsFile, text: string, target: InstallTarget): Draft {
  const changes = writeChange(settings.path, settings.before, settings.encode(text));
  return { changes, target, before: changes.length > 0 ? settings.before : undefined, notes: [] };
}

type JsonTarget = Extract<Target, { kind: 'json' }>;
type TomlTarget = Extract<Target, { kind: 'toml' }>;

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
  // What stands there already is left to the user, the rest goes in.
  const conflict = tomlConflict(settings.text, target.block);
  const text = putTomlBlock(settings.text, target.block);
  const draft = draftSettings(settings, text, remember(settings.path, settings.before, known));
  return conflict === undefined ? draft : { ...draft, notes: [`${settings.path}: ${conflict}`] };
}

/** What one file of a runtime needs. Throws `refused` for what is not safe to edit. */
export function draftInstall(
  system: System,
  name: string,
  target: Target,
  known: InstallTarget | undefined,
  keep: Keep,
): Draft {
  switch (target.kind) {
    case 'json':
      return installJson(readJson(system, name, target), target, known);
    case 'toml':
      return installToml(readSettings(system, name, target), target, known);
    case 'file':
      return installFile(readWhole(system, name, target.file, 'edit'), target, known, keep);
  }
}

function uninstallSettings(settings: SettingsFile, text: string, empty: boolean, known?: InstallTarget): Draft {
  if (settings.before === undefined) return nothing;
  // A link has come in the place of the file that was made: it is the user's, and is written through.
  const linked = fs.lstatSync(settings.path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const changes: Change[] =
    known?.created === true && empty && !linked
      ? [{ kind: 'remove', path: settings.path }]
      : writeChange(settings.path, settings.before, settings.encode(text));
  return { ...nothing, changes, before: changes.length > 0 ? settings.before : undefined };
}

/** Whether a file that no record names may hold something of ours: all that install writes has this word in it. */
function mayHoldOurs(system: System, file: string): boolean {
  try {
    // Anything but a file is told of by who reads it next: to read a pipe would wait for ever.
    const entry = fs.statSync(file, { throwIfNoEntry: false });
    return entry?.isFile() === true ? system.read(file)?.includes('snappy') === true : entry !== undefined;
  } catch {
    return true;
  }
}

/** What takes ours out of one file again. Throws as `draftInstall`, but not for a file that holds nothing of ours. */
export function draftUninstall(
  system: System,
  name: string,
  target: Target,
  known: InstallTarget | undefined,
  keep: Keep,
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
      return uninstallFile(system, readWhole(system, name, target.file, 'read'), target, known, keep);
  }
}
