import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import { readTail } from '../../core/log-tail.ts';
import type { System } from '../../core/system.ts';
import type { NoticedBy } from './edit-row.ts';

/** The hook leaves a line here for each edit that it is told of: `how TAB runtime TAB session TAB skill`. */
const claimsFile = `${layout.queue}/.edited`;
/** Those that are being worked in. One that is left was read by a look that was killed. */
const takenFile = `${claimsFile}.taken`;
/** There from the start of a look in the background until it looks: further edits need not start another. */
const noticingFile = `${layout.queue}/.noticing`;

/** By whom a skill was edited, as the hook was told last. */
export type Claims = ReadonlyMap<string, NoticedBy>;

/** Takes what the hook has left word of; `endClaims` lets go of it once the edits are written down. Lock held. */
export function takeClaims(system: System, tree: string): Claims {
  // In this order: a hook that still sees the mark has left its word before.
  system.remove(path.join(tree, noticingFile));
  const [claims, taken] = [path.join(tree, claimsFile), path.join(tree, takenFile)];
  if (fs.existsSync(claims)) {
    if (fs.existsSync(taken)) {
      system.write(taken, readTail(tree, takenFile) + readTail(tree, claimsFile));
      system.remove(claims);
    } else system.rename(claims, taken);
  }
  return parseClaims(readTail(tree, takenFile));
}

/** The same, while nothing is changed. */
export function readClaims(tree: string): Claims {
  return parseClaims(readTail(tree, takenFile) + readTail(tree, claimsFile));
}

/** Forgets the claims that were taken: the edits are written down. */
export function endClaims(system: System, tree: string): void {
  system.remove(path.join(tree, takenFile));
}

function parseClaims(text: string): Claims {
  const claims = new Map<string, NoticedBy>();
  for (const line of text.split('\n')) {
    const [how, runtime = '', session = '', skill = '', ...more] = line.split('\t');
    if ((how !== 'tool' && how !== 'watched') || skill === '' || more.length > 0) continue;
    if (!/^[a-z0-9-]{1,32}$/.test(runtime) || !/^[A-Za-z0-9_.-]{1,160}$/.test(session)) continue;
    claims.set(skill, { how, runtime, session: session === '-' ? '' : session });
  }
  return claims;
}
