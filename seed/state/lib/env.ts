import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';

/** The tree's file of secrets: mode 0600, never synced, never logged. */
export const envFile = '.env.cache';

/**
 * The tree that a program belongs to: the nearest folder above its real location that holds the contract and the skills.
 * The location counts and not the working folder, so that a program started through a linked skill folder, or by another
 * one, finds the same tree. `from` is a file path or a `file:` URL; default this module.
 */
export function findOwnTree(from: string = import.meta.url): string | undefined {
  const start = from.startsWith('file:') ? fileURLToPath(from) : from;
  let dir: string;
  try {
    dir = path.dirname(fs.realpathSync(start));
  } catch {
    return undefined;
  }
  for (;;) {
    if (fs.existsSync(path.join(dir, 'program.md')) && fs.existsSync(path.join(dir, 'state/skills'))) return dir;
    if (dir === path.dirname(dir)) return undefined;
    dir = path.dirname(dir);
  }
}

/** Where a value is looked for. */
export interface EnvSource {
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default the tree that this module lies in. */
  readonly tree?: string | undefined;
}

/** A value by its name: from the environment, else from the tree's `.env.cache`, else `undefined`. An empty one counts as none. */
export function readEnv(name: string, source: EnvSource = {}): string | undefined {
  const given = (source.env ?? process.env)[name];
  if (given !== undefined && given !== '') return given;
  const tree = source.tree ?? findOwnTree();
  if (tree === undefined) return undefined;
  const found = parseEnvFile(readIfThere(path.join(tree, envFile))).get(name);
  return found === '' ? undefined : found;
}

/** Like `readEnv`, but throws when there is none. The message has the name alone, never a value. */
export function requireEnv(name: string, source: EnvSource = {}): string {
  const value = readEnv(name, source);
  if (value !== undefined) return value;
  throw new Error(`${name} is neither in the environment nor in the tree's ${envFile}`);
}

/** Reads `NAME=value` lines: an optional `export`, values in single or double quotes, `#` comments. Others are passed over. */
export function parseEnvFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, name = '', raw = ''] = match;
    const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/.exec(raw);
    if (quoted === null) values.set(name, raw.replace(/(?:^|\s)#.*$/, '').trimEnd());
    else
      values.set(
        name,
        quoted[2] ?? (quoted[1] ?? '').replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
      );
  }
  return values;
}

/** Whether the file of secrets can be read by others than its owner. Windows has no such modes. */
export function checkEnvFile(tree: string): Finding[] {
  const stat = fs.statSync(path.join(tree, envFile), { throwIfNoEntry: false });
  if (stat === undefined || process.platform === 'win32' || (stat.mode & 0o077) === 0) return [];
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  return [
    {
      rule: 'env-mode',
      path: envFile,
      line: 1,
      message: `holds secrets and has mode ${mode}; expected 0600`,
      fix: `chmod 600 ${envFile}`,
    },
  ];
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
