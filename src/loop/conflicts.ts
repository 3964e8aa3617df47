import { createHash } from 'node:crypto';
import path from 'node:path';
import { isSkillName } from '../../seed/state/lib/revision.ts';
import type { MergeConflict } from '../core/merge/markdown.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';

/** What could not be merged in one file of a skill. */
export interface ConflictPart {
  /** Relative to the skill's folder, with forward slashes. */
  readonly file: string;
  readonly conflict: MergeConflict;
}

/** The machine whose version has lost, where nobody knows which it was. */
export const unknownMachine = 'unknown';

/**
 * Where what a machine has lost in a skill is kept, relative to the tree: a folder by the skill's own name, so that whoever
 * looks there knows whose it is. A machine whose id can be no file's name counts as unknown. Throws a TypeError on what is
 * no skill's name.
 */
export function conflictFile(skill: string, machineId: string): string {
  if (!isSkillName(skill)) throw new TypeError(`not a name of a skill: ${JSON.stringify(skill)}`);
  const machine = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(machineId) ? machineId : unknownMachine;
  return path.posix.join(layout.conflicts, skill, `${machine}.md`);
}

/** A fence that no line of the text ends. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, text, fence];
}

function section({ file, conflict: { base, kept, lost, heading } }: ConflictPart, id: string): string {
  const place = heading === '' ? '' : `, under ${JSON.stringify(heading)}`;
  return [
    `## ${file}${place} (${id})`,
    '',
    ...(base === '' ? [] : ['It was:', '', ...fenced(base), '']),
    'This version is in the file:',
    '',
    ...fenced(kept),
    '',
    'This one is not:',
    '',
    ...fenced(lost),
    '',
  ].join('\n');
}

/** The text of a conflict file with these parts added to it; one that is there already is not added again. Pure. */
export function formatConflicts(
  before: string,
  skill: string,
  machineId: string,
  parts: readonly ConflictPart[],
): string {
  const head =
    before === ''
      ? [
          `# What could not be merged into the skill ${skill}`,
          '',
          `Two machines have changed the same lines, each in its own way. What is here was written by ${
            machineId === unknownMachine ? 'a machine that is not known' : `the machine ${machineId}`
          } and is in`,
          'no file of the skill. Put what is right of it into the file that is named, then remove this one.',
          '',
          '',
        ].join('\n')
      : `${before.trimEnd()}\n\n`;
  const added = new Map<string, string>();
  for (const part of parts) {
    const { base, kept, lost } = part.conflict;
    const id = createHash('sha256').update([part.file, base, kept, lost].join('\0')).digest('hex').slice(0, 8);
    if (!before.includes(`(${id})`)) added.set(id, section(part, id));
  }
  return added.size === 0 ? before : `${head}${[...added.values()].join('\n')}`;
}

/**
 * Keeps what has lost in a merge: `state/regen/conflicts/<skill>/<machine_id>.md`, for a person or an agent to look at.
 * The hook and the index never read it. Throws as `System.write`, and a TypeError on what is no skill's name.
 */
export function writeConflict(
  system: System,
  tree: string,
  skill: string,
  machineId: string,
  parts: readonly ConflictPart[],
): void {
  const file = path.join(tree, conflictFile(skill, machineId));
  const before = system.read(file)?.toString('utf8') ?? '';
  const after = formatConflicts(before, skill, machineId, parts);
  if (after !== before) system.write(file, after);
}
