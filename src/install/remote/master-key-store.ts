import fs from 'node:fs';
import path from 'node:path';
import { envFile, putEnvValue } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { writeAtomic } from '../../core/atomic.ts';

/** What storing did. */
export interface Stored {
  /** Whether the file holds the value only now. */
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
 * Writes a secret into the tree's `.env.cache`: of mode 0600 from its first byte, in one step, every other line as it was.
 * It goes past plans and their diffs on purpose, so that no surface ever holds the value; the errors of the file system,
 * which it throws, name the file only. A file that is wider is made 0600 also where the value was in it.
 */
export function storeSecret(tree: string, name: string, value: string): Stored {
  const file = path.join(tree, envFile);
  const before = readText(file);
  const mode = before === undefined ? 0o600 : fs.statSync(file).mode & 0o777;
  const tightened = process.platform !== 'win32' && (mode & 0o077) !== 0;
  // First of all: should the write fail, what is there is safe at least.
  if (tightened) fs.chmodSync(file, 0o600);
  const after = putEnvValue(before ?? '', name, value);
  if (after === before) return { written: false, tightened };
  writeAtomic(file, after, 0o600, { durable: true });
  return { written: true, tightened };
}
