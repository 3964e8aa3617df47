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

/** The loader of a skill as it was last put before a session; `undefined` when it was not, or the ledger is gone. */
export function shownLoader(tree: string, session: string, skill: string): string | undefined {
  if (session === '') return undefined;
  const text = readTail(tree, path.join(layout.sessions, ledgerName(session)), ledgerBytes);
  const line = text.split('\n').findLast((entry) => entry.startsWith(`${skill}\t`));
  // A skill that was only pointed at has a hyphen in the place of its loader.
  if (line === undefined || line === `${skill}\t-`) return undefined;
  try {
    const value: unknown = JSON.parse(`"${line.slice(skill.length + 1)}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
