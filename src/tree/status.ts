import fs from 'node:fs';
import path from 'node:path';
import { readEvalRow } from '../../seed/state/lib/eval.ts';
import type { EvalRow } from '../../seed/state/lib/eval.ts';
import { parseFeedbackRow, parseJsonLine, readRows } from '../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../seed/state/lib/log.ts';
import { parseManifest } from '../../seed/state/lib/seed-manifest.ts';
import { layout } from '../core/paths.ts';
import { isPresent } from '../runtimes/detect.ts';
import { readWiring, type WiringState } from '../install/wiring-state.ts';
import type { Place } from '../runtimes/row.ts';
import { runtimes } from '../runtimes/table.ts';
import { readSkills } from '../skills/read.ts';
import { findNewer, indexTime } from './index-check.ts';
import { readTail } from '../core/log-tail.ts';
import { readMachineId } from '../core/machine-id.ts';

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
  /** The last graded runs, newest first. */
  readonly evals: readonly EvalRow[];
  /** Names of the open briefs: `<skill>.<kind>.md`. */
  readonly briefs: readonly string[];
  /** The last feedback rows, newest first. */
  readonly feedback: readonly FeedbackRow[];
}

/** A scope that only a gateway fills; this version has none. */
export interface RemoteStatus {
  readonly gateway: null;
}

export interface TreeStatus {
  readonly 'THIS MACHINE': MachineStatus;
  readonly 'YOUR TENANT': RemoteStatus;
  readonly 'SHARED STATE': RemoteStatus;
  readonly GLOBALLY: RemoteStatus;
}

/** How many of the last evals and feedback rows are shown. */
const recent = 3;

function seedVersion(tree: string): string | undefined {
  try {
    return parseManifest(fs.readFileSync(path.join(tree, layout.manifest), 'utf8')).version;
  } catch {
    return undefined;
  }
}

function openBriefs(tree: string): string[] {
  try {
    return fs
      .readdirSync(path.join(tree, layout.queue))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .toSorted();
  } catch {
    return [];
  }
}

function lastEvals(tree: string): EvalRow[] {
  const { rows } = readRows(readTail(tree, layout.evals), (line) => {
    const value = parseJsonLine(line);
    return value === undefined ? undefined : readEvalRow(value);
  });
  return rows.slice(-recent).toReversed();
}

function readMachine(tree: string, place: Place): MachineStatus {
  const time = indexTime(tree);
  return {
    tree,
    version: seedVersion(tree),
    machineId: readMachineId(tree),
    skills: readSkills(tree).length,
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
    evals: lastEvals(tree),
    briefs: openBriefs(tree),
    feedback: readRows(readTail(tree, layout.feedback), parseFeedbackRow).rows.slice(-recent).toReversed(),
  };
}

/** The four scopes as they are now. Reads, and changes nothing; an attended read, for a person who has asked. */
export function readStatus(tree: string, place: Place): TreeStatus {
  const none: RemoteStatus = { gateway: null };
  return { 'THIS MACHINE': readMachine(tree, place), 'YOUR TENANT': none, 'SHARED STATE': none, GLOBALLY: none };
}
