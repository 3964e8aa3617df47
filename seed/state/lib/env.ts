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

/** All up to the equals sign, the name, and the value as it is written. */
const linePattern = /^(\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=)\s*(.*?)\s*$/s;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r' };

/** Reads `NAME=value` lines: an optional `export`, values in single or double quotes, `#` comments. Others are passed over. */
export function parseEnvFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = linePattern.exec(line);
    if (match === null) continue;
    const [, , name = '', raw = ''] = match;
    const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/s.exec(raw);
    if (quoted === null) values.set(name, raw.replace(/(?:^|\s)#.*$/, '').trimEnd());
    else
      values.set(name, quoted[2] ?? (quoted[1] ?? '').replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char));
  }
  return values;
}

/** A value as `parseEnvFile` reads it back; without quotes and line breaks in it a shell reads the same. */
function quoteValue(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  if (!/['\r\n]/.test(value)) return `'${value}'`;
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}

/**
 * The text of an env file in which `name` has this value: its last line for that name is changed, or one is added at the
 * end. Every other line stays to the byte. Throws a TypeError on a name that no reader would find.
 */
export function putEnvValue(text: string, name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError('not a name for an environment variable');
  if (parseEnvFile(text).get(name) === value) return text;
  // Lines at even places, what ends them at odd ones.
  const parts = text.split(/(\r?\n)/);
  // Of two lines for one name the last one counts.
  const at = parts.findLastIndex((part) => linePattern.exec(part)?.[2] === name);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (at === -1) return `${text}${text === '' || text.endsWith('\n') ? '' : eol}${name}=${quoteValue(value)}${eol}`;
  parts[at] = `${linePattern.exec(parts[at] ?? '')?.[1] ?? ''}${quoteValue(value)}`;
  return parts.join('');
}

/** The text of an env file without any line for `name`. Every other line stays to the byte. */
export function dropEnvValue(text: string, name: string): string {
  // Lines with what ends them.
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.filter((line) => linePattern.exec(line)?.[2] !== name).join('');
}

/** Whether the file of secrets can be read by others than its owner. Windows has no such modes. */
export function checkEnvFile(tree: string): Finding[] {
  const stat = fs.statSync(path.join(tree, envFile), { throwIfNoEntry: false });
  if (stat?.isFile() === false)
    return [
      {
        rule: 'env-mode',
        path: envFile,
        line: 1,
        message: 'is not a file',
        fix: 'move it away, and write NAME=value lines into a file of that name',
      },
    ];
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
