import { splitShell } from './shell-commands.ts';
import type { ShellCommand } from './shell-commands.ts';

/** A program that a shell line starts, by whatever way: `env`, `nice`, `sh -c`, `npx`, an interpreter. */
export interface StartedProgram {
  /** As it is written: a name, a path, or for `npx` and its kin a package without its version. */
  readonly path: string;
  readonly args: readonly string[];
  /** Files that are its input. */
  readonly read: readonly string[];
}

/** Programs that start the one named after them: options that take a value, and how many words come before the program. */
const wrappers: Readonly<Record<string, { readonly values?: readonly string[]; readonly before?: number }>> = {
  caffeinate: { values: ['-t', '-w'] },
  chronic: {},
  command: {},
  cronic: {},
  doas: { values: ['-u', '-C'] },
  env: { values: ['-u', '-C', '--unset', '--chdir'] },
  exec: { values: ['-a'] },
  flock: { values: ['-w', '-E'], before: 1 },
  ionice: { values: ['-c', '-n'] },
  nice: { values: ['-n'] },
  nohup: {},
  setsid: {},
  stdbuf: { values: ['-i', '-o', '-e'] },
  sudo: { values: ['-u', '-g', '-h', '-p', '-C', '-T', '-U', '-r', '-t'] },
  time: { values: ['-f', '-o'] },
  timeout: { values: ['-s', '-k', '--signal', '--kill-after'], before: 1 },
  xargs: { values: ['-n', '-I', '-P', '-L', '-d', '-a', '-s', '-E'] },
};
const shells = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', '.', 'source'];
const interpreters = ['node', 'nodejs', 'bun', 'deno', 'tsx', 'ts-node', 'python', 'python3', 'ruby', 'perl'];
const runners: Readonly<Record<string, readonly string[]>> = {
  npx: [],
  pnpx: [],
  bunx: [],
  npm: ['exec', 'x'],
  pnpm: ['dlx', 'exec'],
  yarn: ['dlx', 'exec'],
  bun: ['x'],
};
const reserved = ['{', '!', 'if', 'then', 'else', 'elif', 'do', 'while', 'until'];

const maxDepth = 6;

/** The last part of a path, without what Windows and npm put behind a program's name. */
export function programName(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/\.(?:exe|cmd|bat)$/i, '');
}

/** The first word that is no option, and what follows it; `values` are the options whose value is a word of its own. */
function skipOptions(words: readonly string[], values: readonly string[] = []): readonly string[] {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? '';
    if (word === '--') return words.slice(at + 1);
    if (!word.startsWith('-') || word === '-') break;
    at += values.includes(word) ? 2 : 1;
  }
  return words.slice(at);
}

function withoutVersion(name: string): string {
  return name.replace(/(?<=.)@[^/@]*$/, '');
}

/** A simple command while it is looked at: its first word as a name, and what it reads. */
interface Look {
  readonly path: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly read: readonly string[];
  readonly input: string;
  readonly depth: number;
}

function fromWrapper({ name, args, read, input, depth }: Look): StartedProgram[] | undefined {
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrapper === undefined) return undefined;
  const split = name === 'env' ? args.findIndex((word) => word === '-S' || word === '--split-string') : -1;
  if (split !== -1) return programsOf(args.slice(split + 1).join(' '), input, depth + 1);
  return fromWords({ words: skipOptions(args, wrapper.values).slice(wrapper.before ?? 0), read }, input, depth + 1);
}

/** What a runner of packages starts: `npx -y pkg@1 args`, `npm exec -- pkg args`, `npx -p pkg command`. */
function fromRunner({ name, args, read }: Look): StartedProgram[] | undefined {
  const verbs = Object.hasOwn(runners, name) ? runners[name] : undefined;
  if (verbs === undefined || (verbs.length > 0 && !verbs.includes(args[0] ?? ''))) return undefined;
  const after = verbs.length === 0 ? args : args.slice(1);
  const rest = skipOptions(after, ['-p', '--package', '-c', '--call', '-w', '--workspace']);
  const options = after.slice(0, after.length - rest.length);
  const named = options.flatMap((word, at) => {
    if (word === '-p' || word === '--package') return [options[at + 1] ?? ''];
    return word.startsWith('--package=') ? [word.slice('--package='.length)] : [];
  });
  const [program, ...words] = rest;
  const started = program === undefined ? [] : [{ path: withoutVersion(program), args: words, read }];
  return [...named.map((one) => ({ path: withoutVersion(one), args: [], read })), ...started];
}

/** A text that is run as shell: that of `sh -c`, also in `-lc`, of `su -c`, `flock -c` and `eval`. */
function fromText({ name, args, input, depth }: Look): StartedProgram[] | undefined {
  if (name === 'eval') return programsOf(args.join(' '), input, depth + 1);
  const isShell = shells.includes(name);
  if (!isShell && name !== 'su' && name !== 'flock') return undefined;
  const at = args.findIndex((word) => /^-[a-z]*c$/.test(word));
  // After a script's name a `-c` is the script's.
  const isScripts = isShell && skipOptions(args.slice(0, at), ['-o', '-O', '--rcfile', '--init-file']).length > 0;
  return at === -1 || isScripts ? undefined : programsOf(args[at + 1] ?? '', input, depth + 1);
}

/** What a shell or an interpreter is given to run: a script, or for a shell its input. */
function fromScript({ name, args, read, input, depth }: Look): StartedProgram[] | undefined {
  const isShell = shells.includes(name);
  if (!isShell && !interpreters.includes(name)) return undefined;
  const given = (name === 'deno' || name === 'bun') && args[0] === 'run' ? args.slice(1) : args;
  const [script, ...rest] = skipOptions(given, ['-r', '--require', '--import']);
  const options = given.slice(0, given.length - rest.length - (script === undefined ? 0 : 1));
  // The code is a word then, and no script's name.
  if (options.some((word) => /^-[cep]$|^--(?:eval|print)$/.test(word))) return undefined;
  if (script !== undefined) return [{ path: script, args: rest, read }];
  return isShell ? programsOf(input, '', depth + 1) : undefined;
}

function fromWords(command: Pick<ShellCommand, 'words' | 'read'>, input: string, depth: number): StartedProgram[] {
  const begin = command.words.findIndex((word) => !reserved.includes(word) && !/^[A-Za-z_]\w*=/.test(word));
  const [path, ...args] = begin === -1 ? [] : command.words.slice(begin);
  if (path === undefined || depth > maxDepth) return [];
  const { read } = command;
  const look: Look = { path, name: programName(path), args, read, input, depth };
  return fromText(look) ?? fromWrapper(look) ?? fromRunner(look) ?? fromScript(look) ?? [{ path, args, read }];
}

/**
 * Every program that a line for sh starts, as far as the line itself tells; `input` is what it reads on stdin. What a
 * script does that it starts cannot be told.
 */
export function programsOf(line: string, input = '', depth = 0): StartedProgram[] {
  if (depth > maxDepth) return [];
  return splitShell(line).flatMap(({ words, read, inner }) => [
    ...fromWords({ words, read }, input, depth),
    ...inner.flatMap((text) => programsOf(text, '', depth + 1)),
  ]);
}
