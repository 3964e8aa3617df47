import fs from 'node:fs';
import path from 'node:path';
import { parseManifest } from '../../seed/state/lib/seed-manifest.ts';
import { layout } from '../core/paths.ts';
import { isPresent } from '../runtimes/detect.ts';
import { readWiring, type WiringState } from '../install/wiring-state.ts';
import type { Place } from '../runtimes/row.ts';
import { runtimes } from '../runtimes/table.ts';
import { readSkills } from '../skills/read.ts';
import { findNewer, indexTime } from './index-check.ts';
import { readMachineId } from '../core/machine-id.ts';
import { readLoopStatus } from './loop-status.ts';
import type { LoopStatus } from './loop-status.ts';

export interface RuntimeStatus {
  readonly id: string;
  readonly name: string;
  /** Whether the program, or a folder of its settings, is on this machine. */
  readonly present: boolean;
  readonly wiring: WiringState;
}

/** THIS MACHINE at a glance. Times are ISO 8601, UTC. */
export interface MachineStatus {
  readonly tree: string;
  /** The version that laid the seed. */
  readonly version: string | undefined;
  readonly machineId: string | undefined;
  readonly skills: number;
  readonly index: { readonly time: string | undefined; readonly fresh: boolean };
  readonly runtimes: readonly RuntimeStatus[];
  readonly loop: LoopStatus;
}

/** A scope that only a gateway fills, without one. What is known of a gateway is added by whoever knows gateways. */
export interface RemoteStatus {
  readonly gateway: null;
}

export interface TreeStatus {
  readonly 'THIS MACHINE': MachineStatus;
  readonly 'YOUR TENANT': RemoteStatus;
  readonly 'SHARED STATE': RemoteStatus;
  readonly GLOBALLY: RemoteStatus;
}

function seedVersion(tree: string): string | undefined {
  try {
    return parseManifest(fs.readFileSync(path.join(tree, layout.manifest), 'utf8')).version;
  } catch {
    return undefined;
  }
}

function readMachine(tree: string, place: Place): MachineStatus {
  const time = indexTime(tree);
  const skills = readSkills(tree).map(({ name }) => name);
  return {
    tree,
    version: seedVersion(tree),
    machineId: readMachineId(tree),
    skills: skills.length,
    index: {
      time: time === undefined ? undefined : new Date(time).toISOString(),
      fresh: time !== undefined && findNewer(tree, time) === undefined,
    },
    runtimes: runtimes.map((runtime) => ({
      id: runtime.id,
      name: runtime.name,
      present: isPresent(runtime, place),
      wiring: readWiring(tree, place, runtime),
    })),
    loop: readLoopStatus(tree, skills),
  };
}

/** The four scopes as they are now. Reads, and changes nothing; an attended read, for a person who has asked. */
export function readStatus(tree: string, place: Place): TreeStatus {
  const none: RemoteStatus = { gateway: null };
  return { 'THIS MACHINE': readMachine(tree, place), 'YOUR TENANT': none, 'SHARED STATE': none, GLOBALLY: none };
}
