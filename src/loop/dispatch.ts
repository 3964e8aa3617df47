import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod/mini';
import { SnappyError } from '../core/errors.ts';
import { findProgram } from '../core/find-program.ts';
import { layout } from '../core/paths.ts';

const word = z.string().check(z.minLength(1), z.maxLength(2000));
const schema = z.object({
  _v: z.literal(1),
  runtimes: z.record(
    z.string().check(z.regex(/^[a-z0-9-]{1,32}$/)),
    z.object({ command: z.nullable(z.array(word).check(z.minLength(1), z.maxLength(64))) }),
  ),
});

/** How agent programs are started from a command line: `state/config/dispatch.json`, by the runtime's id. */
export type Dispatch = ReadonlyMap<string, readonly string[] | null>;

/** Reads how agent programs are started; none where the tree does not say. Throws `refused` on a file that cannot be understood. */
export function readDispatch(tree: string): Dispatch {
  const file = path.join(tree, layout.dispatch);
  if (!fs.existsSync(file)) return new Map();
  try {
    const { runtimes } = schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return new Map(Object.entries(runtimes).map(([id, { command }]) => [id, command]));
  } catch (cause) {
    const problem =
      cause instanceof z.core.$ZodError
        ? `${cause.issues[0]?.path.join('.') ?? ''}: ${cause.issues[0]?.message ?? 'wrong'}`
        : String(cause instanceof Error ? cause.message : cause);
    throw new SnappyError('refused', `${layout.dispatch} cannot be understood: ${problem}`, {
      hint: 'expected: {"_v": 1, "runtimes": {"codex": {"command": ["codex", "exec", "{prompt}"]}}}',
      cause,
    });
  }
}

/**
 * Whether a runtime is started today by the words that its owner has agreed to. The file of commands is synced: without
 * this, what another machine writes into it would be run here by itself.
 */
export function isAgreed(tree: string, runtime: string, agreed: readonly string[] | undefined): boolean {
  return agreed !== undefined && JSON.stringify(readDispatch(tree).get(runtime)) === JSON.stringify(agreed);
}

/** What stands for `{prompt}` and `{session}` in a command. */
export interface DispatchWords {
  readonly prompt: string;
  readonly session: string;
}

/**
 * The command line of a runtime with its words filled in, the program first; never for a shell. Throws `usage` where the
 * tree knows no such runtime, or knows that it cannot be started like this.
 */
export function dispatchCommand(tree: string, runtime: string, words: DispatchWords): [string, ...string[]] {
  const known = readDispatch(tree);
  const command = known.get(runtime);
  const [program, ...rest] = command ?? [];
  if (program === undefined) {
    const startable = [...known].filter(([, some]) => some !== null).map(([id]) => id);
    const reason = command === null ? 'cannot be started from a command line' : 'has no command';
    throw new SnappyError(
      'usage',
      `the runtime ${JSON.stringify(runtime.slice(0, 40))} ${reason} in ${layout.dispatch}`,
      {
        hint: startable.length === 0 ? 'write one there' : `those that have one: ${startable.join(', ')}`,
      },
    );
  }
  const fill = (text: string): string =>
    text.replace(/\{(prompt|session)\}/g, (_, key: keyof DispatchWords) => words[key]);
  return [fill(program), ...rest.map(fill)];
}

/** A program that is there, by its absolute path, and what it is given. */
export interface DispatchProgram {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * As `dispatchCommand`, with the program looked for on PATH. Throws `failure` too where it is not there, and where it is a
 * script of Windows' command interpreter: a prompt is any text, and that would take parts of it for commands.
 */
export function dispatchProgram(
  tree: string,
  runtime: string,
  words: DispatchWords,
  env: NodeJS.ProcessEnv,
): DispatchProgram {
  const [name, ...args] = dispatchCommand(tree, runtime, words);
  const program = path.isAbsolute(name) ? name : findProgram(name, { env });
  if (program === undefined || !fs.existsSync(program)) {
    throw new SnappyError('failure', `${runtime} cannot be started: there is no program ${name} on PATH`, {
      hint: `install it, or correct its command in ${layout.dispatch}`,
    });
  }
  if (/\.(?:cmd|bat)$/i.test(program)) {
    throw new SnappyError(
      'failure',
      `${runtime} cannot be started: ${program} is a script that takes parts of a prompt for commands`,
      {
        hint: `name a program in ${layout.dispatch}, such as node with the path of the script it runs`,
      },
    );
  }
  return { program, args };
}
