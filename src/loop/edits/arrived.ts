import fs from 'node:fs';
import path from 'node:path';
import { isSkillName } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { acceptSeen } from './accept.ts';

/** Skills that were brought in from elsewhere since the last look, one name on a line. */
const arrivedFile = `${layout.queue}/.arrived`;

/**
 * Notes that these skills came from elsewhere, so that the next look takes them as they are and for nobody's edit. Keeping a
 * copy of each takes longer than bringing them in, and can wait: what somebody edits before that look is not told apart from
 * what came. Lock held.
 */
export function markArrived(tree: string, skills: Iterable<string>): void {
  const text = [...skills].map((skill) => `${skill}\n`).join('');
  if (text === '') return;
  fs.mkdirSync(path.join(tree, layout.queue), { recursive: true });
  fs.appendFileSync(path.join(tree, arrivedFile), text);
}

/** The skills that came since the last look. */
export function readArrived(tree: string): ReadonlySet<string> {
  try {
    const text = fs.readFileSync(path.join(tree, arrivedFile), 'utf8');
    return new Set(text.split('\n').filter((name) => isSkillName(name)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw cause;
  }
}

/** Takes what has arrived as it is; killed before its end, the next look does it again. Lock held. */
export function acceptArrived(system: System, tree: string): void {
  const arrived = readArrived(tree);
  if (arrived.size > 0) acceptSeen(system, tree, [...arrived]);
  system.remove(path.join(tree, arrivedFile));
}
