import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { Change, System } from '../core/system.ts';
import { treesNamed } from '../runtimes/hook-command.ts';
import type { Place, Runtime, Target, TrustedHook, Wiring } from '../runtimes/row.ts';
import type { InstallTarget } from './record.ts';
import type { Draft } from './draft.ts';
import { draftInstall, draftUninstall } from './targets.ts';

/** The tree, by its real path, and the person's machine that it is wired to. */
export interface Setting {
  readonly tree: string;
  readonly place: Place;
  /** The folder in the tree that gets a copy of each file before it is changed, absolute. */
  readonly backups: string;
}

/** What would be done for one runtime: all of it, or, with a fault, nothing. */
export interface RuntimePlan {
  readonly runtime: Runtime;
  /** The files it is wired by. */
  readonly targets: readonly Target[];
  /** Outside the tree: settings, modules and folders of the person. */
  readonly changes: readonly Change[];
  /** In the tree: copies of the files that will be changed. */
  readonly copies: readonly Change[];
  readonly notes: readonly string[];
  /** The tree it is wired to, where that is another: an uninstall leaves such a runtime alone. */
  readonly otherTree?: string;
  /** Why the runtime is left exactly as it is. */
  readonly fault?: SnappyError;
  /** What the record shall say of each of its files; `undefined` takes the entry out. */
  readonly record: ReadonlyMap<string, InstallTarget | undefined>;
}

/** What the record knows of a runtime: its files, and the hooks of ours that it was told to trust. */
export interface Known {
  readonly targets: ReadonlyMap<string, InstallTarget>;
  readonly trusted: readonly TrustedHook[];
}

interface Task {
  readonly draft: typeof draftInstall;
  readonly text: Wiring['seedText'];
  /** What to say of the runtime's place, whatever is found there. */
  readonly warnings: (runtime: Runtime) => readonly string[];
}

function seedText(tree: string, name: string): string {
  const file = path.join(tree, path.dirname(layout.hook), name);
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SnappyError('refused', `the tree lacks a module of the hook: ${file}`, {
      hint: 'bring it back with: snappy init --refresh-seed',
      cause,
    });
  }
}

function copyOf(setting: Setting, runtime: Runtime, target: Target): string {
  return path.join(setting.backups, runtime.id, path.basename(target.file));
}

function draftAll(
  task: Task,
  system: System,
  setting: Setting,
  runtime: Runtime,
  known: Known,
): { targets: readonly Target[]; drafts: readonly Draft[] } {
  const targets = runtime.targets({ ...setting, trusted: known.trusted, seedText: task.text });
  const drafts = targets.map((target) =>
    task.draft(system, runtime.name, target, known.targets.get(target.file), {
      tree: setting.tree,
      copy: copyOf(setting, runtime, target),
    }),
  );
  return { targets, drafts };
}

/** Copies only the owner may read: settings can hold keys. */
function copiesOf(setting: Setting, runtime: Runtime, targets: readonly Target[], drafts: readonly Draft[]): Change[] {
  return targets.flatMap((target, at): Change[] => {
    const before = drafts[at]?.before;
    if (before === undefined) return [];
    return [{ kind: 'write', path: copyOf(setting, runtime, target), before: undefined, after: before, mode: 0o600 }];
  });
}

function planOne(task: Task, system: System, setting: Setting, runtime: Runtime, known: Known): RuntimePlan {
  try {
    const { targets, drafts } = draftAll(task, system, setting, runtime, known);
    return {
      runtime,
      targets,
      changes: drafts.flatMap((draft) => draft.changes),
      copies: copiesOf(setting, runtime, targets, drafts),
      notes: [...task.warnings(runtime), ...drafts.flatMap((draft) => draft.notes)],
      record: new Map(targets.map((target, at) => [target.file, drafts[at]?.target])),
    };
  } catch (fault) {
    if (!(fault instanceof SnappyError)) throw fault;
    return { runtime, targets: [], changes: [], copies: [], notes: [], fault, record: new Map() };
  }
}

/**
 * What wires one runtime to the tree. Reads and validates each of its files before a change
 * is planned for the first: a file that cannot be edited safely is a `fault`, and the runtime is left as it is.
 */
export function planRuntime(system: System, setting: Setting, runtime: Runtime, known: Known): RuntimePlan {
  const text = (name: string): string => seedText(setting.tree, name);
  return planOne(
    { draft: draftInstall, text, warnings: (row) => row.warnings(setting.place) },
    system,
    setting,
    runtime,
    known,
  );
}

/** The tree that a runtime's files name as theirs, where that is there and is another than ours. */
function otherTree(system: System, { tree, place }: Setting, runtime: Runtime): string | undefined {
  const files = runtime.targets({ place, tree, trusted: [], seedText: () => '' }).map(({ file }) => file);
  const named = files.flatMap((file) => {
    const isFile = fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    return isFile ? treesNamed(system.read(file)?.toString('utf8') ?? '') : [];
  });
  const there = named.filter((dir) => fs.existsSync(dir)).map((dir) => fs.realpathSync(dir));
  return there.includes(tree) ? undefined : there[0];
}

/** What takes our wiring out of one runtime; faults as `planRuntime`. A runtime that is wired to another tree stays. */
export function planRuntimeRemoval(system: System, setting: Setting, runtime: Runtime, known: Known): RuntimePlan {
  // What is taken out is known by its place: the text matters little, and the tree may have lost it.
  const task: Task = { draft: draftUninstall, text: () => '', warnings: () => [] };
  const other = otherTree(system, setting, runtime);
  if (other === undefined) return planOne(task, system, setting, runtime, known);
  const notes = [`${runtime.name} is wired to another tree, ${other}, and stays so`];
  return { runtime, otherTree: other, targets: [], changes: [], copies: [], notes, record: new Map() };
}
