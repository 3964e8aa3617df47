import type { System } from '../../core/system.ts';
import type { SkillState } from '../briefs/rule.ts';

/** What a drain has seen, and on whose account it ran. */
export interface Drained {
  /** Of the skills that the drain looked at. */
  readonly states: readonly SkillState[];
  /** The runtime and the session that stopped; `none` and '' for a person's own command. */
  readonly by: { readonly runtime: string; readonly session: string };
  readonly now: Date;
}

/** What was done of its own accord, where the tree's owner has agreed to that. */
export interface Afterwards {
  /** Skills whose files were changed: their briefs are to be drained again. */
  readonly changed: readonly string[];
  /** One line each, for a person. */
  readonly notes: readonly string[];
}

/** Acts on what a drain has found, as far as `state/config/regen.json` allows. The regen lock is held by the caller. */
export async function afterDrain(_system: System, _tree: string, _drained: Drained): Promise<Afterwards> {
  return { changed: [], notes: [] };
}
