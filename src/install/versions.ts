import path from 'node:path';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { findRuntime, type Presence } from '../runtimes/detect.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { gateOf, type GateResult } from '../runtimes/version.ts';
import { askVersions, versionCacheSchema, type VersionCache } from '../runtimes/version-ask.ts';

/** A runtime as it is on this machine. */
export interface Found {
  readonly runtime: Runtime;
  readonly presence: Presence;
  readonly version: string | undefined;
  readonly gate: GateResult;
  /** Why its version is not known. */
  readonly fault?: string;
}

/** What the last run was told, from `state/log/versions.json`; nothing where that is missing or damaged. */
function readCache(system: System, tree: string): VersionCache {
  try {
    const bytes = system.read(path.join(tree, layout.versions));
    return bytes === undefined ? {} : versionCacheSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return {};
  }
}

/** Looks for these runtimes, and asks those that are there as programs for their version, all at the same time. */
export async function findRuntimes(
  system: System,
  tree: string,
  place: Place,
  rows: readonly Runtime[],
): Promise<{ readonly found: readonly Found[]; readonly cache: VersionCache }> {
  const present = rows.map((runtime) => ({ runtime, presence: findRuntime(runtime, place) }));
  const programs = present.flatMap(({ runtime, presence: { program } }) =>
    program === undefined ? [] : [{ runtime, program }],
  );
  const { answers, cache } = await askVersions(programs, {
    env: place.env,
    cache: readCache(system, tree),
    now: Date.now(),
  });
  const found = present.map(({ runtime, presence }): Found => {
    const { version, fault } = answers.get(runtime.id) ?? { version: undefined };
    const gate = gateOf(runtime.gates, version);
    return { runtime, presence, version, gate, ...(fault === undefined ? {} : { fault }) };
  });
  return { found, cache };
}

/** Keeps what the programs told for the next run. */
export function writeCache(system: System, tree: string, cache: VersionCache): void {
  system.write(path.join(tree, layout.versions), `${JSON.stringify(cache, undefined, 2)}\n`);
}
