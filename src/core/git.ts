import { execFile, spawnSync } from 'node:child_process';

/** What a git that runs inside another one's hook inherits, and what would lead it to the other's repository. */
const inherited = [
  ['DIR', 'WORK_TREE', 'IMPLICIT_WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'PREFIX', 'SHALLOW_FILE', 'GRAFT_FILE'],
  [
    'OBJECT_DIRECTORY',
    'ALTERNATE_OBJECT_DIRECTORIES',
    'REPLACE_REF_BASE',
    'NO_REPLACE_OBJECTS',
    'CONFIG',
    'CONFIG_PARAMETERS',
    'CONFIG_COUNT',
  ],
].flatMap((names) => names.map((name) => `GIT_${name}`));

/** Settings for commits that are ours to make: no hook, signature, editor or clean-up of the user's takes part in them. */
export const quiet: readonly string[] = [
  'core.hooksPath=/dev/null',
  'commit.gpgSign=false',
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

/** For a machine where git knows no author; said on the command line, so that no setting is touched. */
export const fallbackAuthor: readonly string[] = ['user.name=snappy-os', 'user.email=snappy-os@localhost'];

export interface GitResult {
  /** False when the machine has no git. */
  readonly found: boolean;
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** More than git's arguments: settings (`name=value`) for this call, variables for its environment, text for its stdin. */
export interface GitOptions {
  readonly settings?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** What it may print at most, in bytes; with more it fails. */
  readonly limit?: number;
}

function argumentsOf(args: readonly string[], settings: readonly string[]): string[] {
  return [...settings.flatMap((setting) => ['-c', setting]), ...args];
}

/** The environment of a terminal rather than of another git's hook. */
export function gitEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !inherited.includes(name));
  return { ...Object.fromEntries(own), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...more };
}

const maxBuffer = 64 * 1024 * 1024;
/** What a file may hold that is read from git: a log of many years. */
const maxFileBuffer = 1024 * 1024 * 1024;

/** Runs git in a folder, to its end. */
export function git(cwd: string, args: readonly string[], options: GitOptions = {}): GitResult {
  const result = spawnSync('git', argumentsOf(args, options.settings ?? []), {
    cwd,
    env: gitEnvironment(options.env),
    encoding: 'utf8',
    maxBuffer,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const missing = result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
  return { found: !missing, ok: result.status === 0, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

/** Runs git in a folder for what it prints, byte for byte; `undefined` when it fails. */
export function gitBytes(cwd: string, args: readonly string[], options: GitOptions = {}): Buffer | undefined {
  const result = spawnSync('git', argumentsOf(args, options.settings ?? []), {
    cwd,
    env: gitEnvironment(options.env),
    maxBuffer: options.limit ?? maxFileBuffer,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return result.status === 0 ? result.stdout : undefined;
}

/** Starts git in a folder. The promise is always kept: a git that fails is a result too. */
export function startGit(cwd: string, args: readonly string[], settings: readonly string[]): Promise<GitResult> {
  return new Promise((resolve) => {
    execFile('git', argumentsOf(args, settings), { cwd, env: gitEnvironment(), maxBuffer }, (error, stdout, stderr) => {
      resolve({ found: true, ok: error === null, stdout, stderr });
    });
  });
}
