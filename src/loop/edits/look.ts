import { listSkill, readListing, revisionOf } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles, SkillListing } from '../../../seed/state/lib/revision.ts';
import { stampOf } from './seen.ts';
import type { SeenSkill } from './seen.ts';

/** A skill as it was read. */
export interface Look extends SeenSkill {
  readonly files: SkillFiles;
}

/**
 * Reads a skill that was listed; again where its files change meanwhile. `undefined` when it cannot be read: it has no
 * revision now.
 */
export function lookAt(tree: string, name: string, listing: SkillListing | undefined): Look | undefined {
  let listed = listing;
  for (let tries = 0; tries < 3 && listed?.whole === true; tries++) {
    const stamp = stampOf(listed, Date.now());
    const files = readListing(listed);
    if (files !== undefined) return { files, stamp, rev: revisionOf(files) };
    listed = listSkill(tree, name);
  }
  return undefined;
}
