import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ToolCall } from './model-request.ts';
import type { Ended } from './run-program.ts';

/** Where a runtime is run: folders of its own, all of them throwaway, and the scripted model. */
export interface Stage {
  /** The user's home folder: `HOME` of the program. */
  readonly home: string;
  /** The folder that the agent works in; a git repository. */
  readonly project: string;
  /** The tree, outside the project and with a blank in its path. */
  readonly tree: string;
  /** The root of the scripted model, without a path: `http://127.0.0.1:1234`. */
  readonly url: string;
}

/** One prompt that is sent to a runtime. */
export interface Turn {
  readonly prompt: string;
  /** The session's id: ours (a UUID) for a new one; for one to go on with, what `sessionOf` has said of it. */
  readonly session: string;
  readonly resume: boolean;
  /** Instead of the flags that let the agent do anything unasked. */
  readonly flags?: readonly string[];
}

/** What a test wants the agent to do; each runtime has tools of its own for it. */
export type Deed =
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  /** Of a file that is there: `from`, which occurs once, becomes `to`. */
  | { readonly kind: 'edit'; readonly file: string; readonly from: string; readonly to: string }
  | { readonly kind: 'shell'; readonly command: string }
  /** A job for a subagent, which makes the file `done` when it is at it: an agent that does not wait by itself waits for that. */
  | { readonly kind: 'task'; readonly prompt: string; readonly done: string };

/**
 * One real agent program: how it is found, pointed at the scripted model, given a prompt, and what its tools are called.
 * A driver knows nothing of how snappy wires the runtime: that is what the tests are about.
 */
export interface Driver {
  /** The runtime's id, as in `snappy install --runtime <id>`. */
  readonly id: string;
  readonly name: string;
  /** The version that the lockfile pins. */
  readonly version: string;
  /** What it is called on PATH; each world has a folder with a link of this name to the last word of `command`. */
  readonly program: string;
  /** The program file, and what comes before its own arguments: `[node, cli.js]`. Absolute paths. */
  readonly command: readonly [string, ...string[]];
  /** What else `snappy install` is told so that the hooks fire without anybody at the keyboard. */
  readonly consent?: readonly string[];
  /** Writes the user's own settings into the home, the endpoint among them, with comments where the format has them. */
  configure(stage: Stage): void | Promise<void>;
  /** The user's own settings that `configure` has written, relative to the home: uninstall has to give them back to the byte. */
  readonly settings: readonly string[];
  /** What the program keeps for itself in the home whenever it runs, whoever has started it: paths relative to the home. */
  readonly keeps?: RegExp;
  /** Variables beyond PATH, HOME, LANG and TMPDIR. */
  environment(stage: Stage): NodeJS.ProcessEnv;
  /** The arguments of one turn without a terminal. */
  args(turn: Turn): readonly string[];
  /** The id of the session that was just begun, where the program chooses it itself. */
  sessionOf?(ended: Ended, stage: Stage): string;
  /** The calls that do it, one a request: some runtimes want a file read, or its skill activated, before it is edited. */
  calls(deed: Deed): readonly [ToolCall, ...ToolCall[]];
  /** The word that the user's own prompt hook says beside ours, where the runtime has such hooks. */
  readonly ownHook?: string;
  /** False where a hook that speaks when a session starts would do harm, and the instructions have to say where the tree is. */
  readonly sessionLine?: false;
  /** Whether a subagent can be given the loader that its task needs. */
  readonly subagents: boolean;
  /** False where a hook has no way to tell the agent at once that it has changed a skill. */
  readonly toldOfEdits?: false;
  /** The flags of a turn that starts one, where it takes others than usual. */
  readonly taskFlags?: readonly string[];
  /** How a text that a hook has given stands in the request; default: unchanged. */
  readonly inContext?: (text: string) => string;
}

const packages = path.join(import.meta.dirname, 'node_modules');

/** Reads the manifest of a package of this folder; says how to bring it when it is not there. */
export function manifestOf(name: string): { folder: string; version: string; bin: Readonly<Record<string, string>> } {
  const folder = path.join(packages, name);
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) throw new Error(`${name} is not installed; run: node test/runtimes/install.mjs`);
  const { version, bin = {} }: { version: string; bin?: string | Record<string, string> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return { folder, version, bin: typeof bin === 'string' ? { [path.basename(name)]: bin } : bin };
}

/** The folder of the package that another one brings for this platform: the first of `names` that is installed. */
export function platformPackage(name: string, names: readonly string[]): string {
  const load = createRequire(path.join(manifestOf(name).folder, 'package.json'));
  for (const inner of names) {
    try {
      return path.dirname(load.resolve(`${inner}/package.json`));
    } catch {
      // Not for this platform, or not installed.
    }
  }
  throw new Error(
    `${name} has no program for ${process.platform}-${process.arch}; run: node test/runtimes/install.mjs`,
  );
}

/** A driver's `version` and `command` for a package that is a script for Node. */
export function nodeProgram(
  name: string,
  program: string,
  node = process.execPath,
): Pick<Driver, 'version' | 'command'> {
  const { folder, version, bin } = manifestOf(name);
  const script = bin[program];
  if (script === undefined) throw new Error(`the package ${name} has no program ${program}`);
  return { version, command: [node, path.join(folder, script)] };
}
