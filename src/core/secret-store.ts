import fs from 'node:fs';
import path from 'node:path';
import { dropEnvValue, envFile, putEnvValue } from '../../seed/state/lib/env.ts';
import { writeAtomic } from './atomic.ts';
import { SnappyError } from './errors.ts';

/** What storing did. */
export interface Stored {
  /** Whether the file was changed. */
  readonly written: boolean;
  /** Whether others could read the file before. */
  readonly tightened: boolean;
}

/** A file's text, or `undefined` where there is none. Bytes that are no UTF-8 would not survive the edit. */
function readText(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw new SnappyError('refused', `${file} is not UTF-8 text`, {
    hint: 'it was left as it is; move it away, or write it anew as UTF-8',
  });
}

/**
 * Writes secrets into the tree's `.env.cache`, `undefined` for one that goes: of mode 0600 from its first byte, all of them
 * in one step, every other line as it was. It goes past plans and their diffs on purpose, so that no surface ever holds a
 * value; the errors of the file system, which it throws, name the file only. A file that is wider is made 0600 also where
 * nothing had to be written.
 */
export function storeSecrets(tree: string, values: Readonly<Record<string, string | undefined>>): Stored {
  const file = path.join(tree, envFile);
  const before = readText(file);
  const mode = before === undefined ? 0o600 : fs.statSync(file).mode & 0o777;
  const tightened = process.platform !== 'win32' && (mode & 0o077) !== 0;
  // First of all: should the write fail, what is there is safe at least.
  if (tightened) fs.chmodSync(file, 0o600);
  let after = before ?? '';
  for (const [name, value] of Object.entries(values))
    after = value === undefined ? dropEnvValue(after, name) : putEnvValue(after, name, value);
  if (after === (before ?? '')) return { written: false, tightened };
  writeAtomic(file, after, 0o600, { durable: true });
  return { written: true, tightened };
}

/** As `storeSecrets`, for one. */
export function storeSecret(tree: string, name: string, value: string): Stored {
  return storeSecrets(tree, { [name]: value });
}
