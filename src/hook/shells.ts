import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A shell and an awk that the hook must run under. */
export interface Combination {
  readonly name: string;
  /** The shell's own words before the script's path. */
  readonly shell: readonly string[];
  /** Directory for PATH in which `awk` is this awk and there is no other. */
  readonly bin: string;
}

const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ['dash'],
  'bash --posix': ['bash', '--posix'],
  'busybox sh': ['busybox', 'sh'],
};
const awks = ['mawk', 'gawk', 'busybox awk', 'original-awk'];
const tools = [
  'sh',
  'cat',
  'tail',
  'head',
  'find',
  'grep',
  'wc',
  'date',
  'mkdir',
  'setsid',
  'nohup',
  'readlink',
  'rm',
  'dash',
  'bash',
  'busybox',
  'kill',
  'sleep',
];

function locate(program: string): string | undefined {
  for (const dir of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(dir, program);
    if (fs.existsSync(file)) return fs.realpathSync(file);
  }
  return undefined;
}

/** A PATH folder with the plain tools the hook may use and one awk; `undefined` where that awk is not installed. */
function toolFolder(parent: string, awk: string): string | undefined {
  const program = locate(awk.split(' ')[0] ?? awk);
  if (program === undefined) return undefined;
  const bin = path.join(parent, awk.replace(' ', '-'));
  fs.mkdirSync(bin, { recursive: true });
  // busybox is told by the name it is called by.
  fs.symlinkSync(program, path.join(bin, 'awk'));
  for (const tool of tools) {
    const found = locate(tool);
    if (found !== undefined) fs.symlinkSync(found, path.join(bin, tool));
  }
  return bin;
}

/**
 * Every shell with every awk that is on this machine. With `CI` set, one that is missing is an error: there all of them
 * have to be tried.
 */
export function combinations(parent: string): Combination[] {
  const found: Combination[] = [];
  const missing: string[] = [];
  for (const awk of awks) {
    const bin = toolFolder(parent, awk);
    if (bin === undefined) missing.push(awk);
    for (const [name, shell] of Object.entries(shells)) {
      if (locate(shell[0] ?? '') === undefined) missing.push(name);
      else if (bin !== undefined) found.push({ name: `${name}, ${awk}`, shell, bin });
    }
  }
  if (process.env['CI'] !== undefined && missing.length > 0)
    throw new Error(`not installed: ${[...new Set(missing)].join(', ')}`);
  return found;
}

/** The combination for what does not depend on the shell or the awk. */
export function firstOf(found: readonly Combination[]): Combination {
  const [first] = found;
  if (first === undefined) throw new Error('there is neither a shell nor an awk to try');
  return first;
}

/**
 * Runs the hook of a tree under a combination: `call` is the name of an event, or that and the runtime's; `input` is what
 * the runtime would write to its stdin.
 */
export function runUnder(
  combination: Combination,
  tree: string,
  call: string | readonly [event: string, runtime: string],
  input: string | Buffer,
  env: Readonly<Record<string, string>> = {},
): { stdout: string; stderr: string; status: number | null } {
  const [program = 'sh', ...words] = combination.shell;
  const script = path.join(tree, 'state/hooks/snappy-os-inject.sh');
  const result = spawnSync(path.join(combination.bin, program), [...words, script, ...[call].flat()], {
    input,
    encoding: 'utf8',
    env: { PATH: combination.bin, ...env },
    timeout: 30_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { stdout: result.stdout, stderr: result.stderr, status: result.status };
}
