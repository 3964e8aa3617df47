import fs from 'node:fs';
import path from 'node:path';
import { envFile, parseEnvFile } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { keyName } from './connection.ts';
import type { Gateway } from './connection.ts';

/** A text that is secret on this machine, whatever it looks like, and its name. */
export interface OwnSecret {
  readonly name: string;
  readonly text: string;
}

/** Lines of `.env.cache` that hold secrets say so; the others are addresses, folders and switches, which people write openly. */
const saysSecret = /key|token|secret|pass|pwd|credential|auth/i;

/** A shorter one is a word, or a number, that may stand anywhere. */
const atLeast = 8;

/** What must not leave with any file: the secrets of a tree's `.env.cache`, and the key that the gateway is asked with. */
export function ownSecrets(tree: string, { key }: Pick<Gateway, 'key'>): readonly OwnSecret[] {
  const found = new Map([[key, keyName]]);
  for (const [name, text] of parseEnvFile(readIfThere(path.join(tree, envFile))))
    if (saysSecret.test(name) && text.length >= atLeast) found.set(text, name);
  return [...found].map(([text, name]) => ({ name, text }));
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Without it there are no secrets in it.
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new SnappyError('failure', `${file} cannot be read (${code}), and nothing of what is in it may be sent`, {
      hint: 'nothing was sent; give yourself the right to read it, then run this again',
      cause,
    });
  }
}
