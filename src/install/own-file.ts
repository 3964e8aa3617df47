import { createHash } from 'node:crypto';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import { isHookCommand } from '../runtimes/hook-command.ts';
import type { Target } from '../runtimes/row.ts';
import { readEditable, type FilePurpose } from '../wiring/editable-file.ts';
import { nothing, remember, writeChange, type Draft, type Keep } from './draft.ts';
import { Backups } from './links/backup.ts';
import type { InstallTarget } from './record.ts';

type FileTarget = Extract<Target, { kind: 'file' }>;

const digest = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** The bytes of a file that is ours as a whole, or stands in its place. Throws `refused` where no such file can be. */
export function readWhole(system: System, name: string, file: string, purpose: FilePurpose): Buffer | undefined {
  const found = readEditable(system, file, purpose);
  if (!('problem' in found)) return found.bytes;
  const { fault, hint } = found.problem;
  throw new SnappyError('refused', `the place of our module for ${name}, ${file}, was left alone: ${fault}`, { hint });
}

/** Whether a file is as install wrote it, by the record or, where that is lost, by its text. */
function isAsWritten(present: Buffer, target: FileTarget, known: InstallTarget | undefined): boolean {
  return known?.wrote === digest(present) || present.equals(Buffer.from(target.text));
}

/**
 * A file that is ours as a whole. What stood there before is copied, and comes back at the uninstall if it was not ours;
 * ours with somebody's edits is copied too, and it is said.
 */
export function installFile(
  before: Buffer | undefined,
  target: FileTarget,
  known: InstallTarget | undefined,
  { tree, copy }: Keep,
): Draft {
  const after = Buffer.from(target.text);
  const changes = writeChange(target.file, before, after);
  const asWritten = before === undefined || isAsWritten(before, target, known);
  const ours = asWritten || isHookCommand(before.toString('utf8'));
  const replaced = ours ? known?.replaced : new Backups(tree, tree).recorded(copy);
  const edited = `${target.file} had been edited: that is kept in ${copy}`;
  const theirs = `${target.file} was there and is not ours: it is kept in ${copy}, and comes back at uninstall`;
  return {
    changes,
    target: {
      ...remember(target.file, before, known),
      created: replaced === undefined,
      wrote: digest(after),
      ...(replaced === undefined ? {} : { replaced }),
    },
    before: asWritten ? undefined : before,
    notes: asWritten ? [] : [ours ? edited : theirs],
  };
}

/** What was there before ours, from the copy that the record names; `undefined` where that has gone. */
function readReplaced(system: System, tree: string, recorded: string): Buffer | undefined {
  const file = new Backups(tree, tree).find(recorded);
  if (file === undefined) return undefined;
  const found = readEditable(system, file, 'read');
  return 'problem' in found ? undefined : found.bytes;
}

/** Takes a file of ours out, and puts back what it had replaced. One that is not ours any more stays. */
export function uninstallFile(
  system: System,
  present: Buffer | undefined,
  target: FileTarget,
  known: InstallTarget | undefined,
  { tree, copy }: Keep,
): Draft {
  if (present === undefined) return nothing;
  const untouched = isAsWritten(present, target, known);
  if (!untouched && !isHookCommand(present.toString('utf8'))) return nothing;
  const theirs = known?.replaced === undefined ? undefined : readReplaced(system, tree, known.replaced);
  const lost = known?.replaced !== undefined && theirs === undefined;
  return {
    ...nothing,
    changes:
      theirs === undefined
        ? [{ kind: 'remove', path: target.file }]
        : [{ kind: 'write', path: target.file, before: present, after: theirs, mode: undefined }],
    before: untouched ? undefined : present,
    notes: [
      ...(untouched ? [] : [`${target.file} was edited since the install: it is kept in ${copy}`]),
      ...(lost
        ? [`what stood in the place of ${target.file} was kept in ${known.replaced}, which is not there any more`]
        : []),
    ],
  };
}
