import fs from 'node:fs';
import path from 'node:path';
import { readTail } from '../../core/log-tail.ts';
import { layout } from '../../core/paths.ts';

/** What is read of one session's ledger, in bytes: some hundred loaders. */
const ledgerBytes = 4 * 1024 * 1024;

/**
 * The name of a session's ledger, as the hook makes it (`session_name` in `lookup.awk`): the session's own where that can
 * be a file's name, else what is left of it and a sum over its bytes. A name that the hook has made already stays.
 */
export function ledgerName(session: string): string {
  const bytes = Buffer.from(session, 'utf8');
  const safe = bytes.toString('latin1').replace(/[^A-Za-z0-9_.-]/g, '_');
  if (safe === session && bytes.length <= 120) return `s-${session}`;
  let sum = bytes.length;
  for (const byte of bytes.subarray(0, 1000)) sum = (sum * 33 + byte) % 67_108_859;
  return `s-${safe.slice(0, 80)}.${sum}`;
}

/** The loaders of a skill that were put before a session. */
export interface Shown {
  /** The newest last. */
  readonly texts: readonly string[];
  /** When the session was last shown anything, in milliseconds since 1970. */
  readonly at: number;
}

/** What a session was shown of a skill's loader; nothing where it was not, or the ledger is gone. */
export function shownLoaders(tree: string, session: string, skill: string): Shown {
  const file = path.join(layout.sessions, ledgerName(session));
  const at = session === '' ? undefined : fs.statSync(path.join(tree, file), { throwIfNoEntry: false })?.mtimeMs;
  if (at === undefined) return { texts: [], at: 0 };
  const lines = readTail(tree, file, ledgerBytes).split('\n');
  const texts = lines.flatMap((line) => (line.startsWith(`${skill}\t`) ? parseText(line.slice(skill.length + 1)) : []));
  return { texts, at };
}

/** A text as the ledger has it; none where the line is torn, or has the hyphen of a skill that was only pointed at. */
function parseText(text: string): string[] {
  if (text === '-') return [];
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === 'string' ? [value] : [];
  } catch {
    return [];
  }
}
