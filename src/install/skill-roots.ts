import path from 'node:path';
import { sharedSkills } from '../runtimes/folders.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import type { LinkRoot } from './links/choice.ts';

/** The folders that serve most runtimes: what the first reads, the second need not be linked for. */
function preferred(place: Place): string[] {
  return [sharedSkills(place), path.join(place.home, '.claude', 'skills')];
}

function rootOf(runtime: Runtime, place: Place): string | undefined {
  const roots = runtime.skills.roots(place);
  return preferred(place).find((root) => roots.includes(root)) ?? roots[0];
}

/**
 * The folders to link skills in, so that each runtime sees them once: `~/.agents/skills` for all that read it, else
 * `~/.claude/skills`, else the runtime's own.
 */
export function skillRoots(runtimes: readonly Runtime[], place: Place): LinkRoot[] {
  const roots = new Set(runtimes.flatMap((runtime) => rootOf(runtime, place) ?? []));
  return [...roots].map((root): LinkRoot => {
    const rows = runtimes.filter((runtime) => rootOf(runtime, place) === root);
    return {
      root,
      runtimes: rows.map((row) => row.name),
      wholeLink: rows.every((row) => row.skills.wholeLink),
      listing: Math.min(...rows.map((row) => row.skills.listing)),
      withoutInjection: rows.filter((row) => !row.context.perTurn).map((row) => row.name),
    };
  });
}
