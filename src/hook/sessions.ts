import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../core/paths.ts';

/** A session that has not been written to for this long is over, in milliseconds: 30 days. */
const lifetime = 30 * 24 * 3600 * 1000;

/** Removes the ledgers of sessions that are long over. A ledger that is missing only costs a loader given once more. */
export function pruneSessions(tree: string, now = Date.now()): void {
  const folder = path.join(tree, layout.sessions);
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (name.startsWith('s-') && stat?.isFile() === true && now - stat.mtimeMs > lifetime)
      fs.rmSync(file, { force: true });
  }
}
