import type { RegenConfig } from '../config.ts';

/** A brief that was given to a runtime in the background. */
export interface Started {
  readonly skill: string;
  readonly kind: string;
  readonly runtime: string;
}

/**
 * Starts the configured runtime on one open brief, where the tree's owner has agreed to that; `undefined` when there is
 * nothing to start. Needs no lock, and waits for nothing.
 */
export function startBackground(
  _tree: string,
  _options: { readonly env: NodeJS.ProcessEnv; readonly now: Date; readonly config: RegenConfig },
): Started | undefined {
  return undefined;
}
