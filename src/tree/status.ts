import fs from 'node:fs';
import path from 'node:path';
import { readEvalRow } from '../../seed/state/lib/eval.ts';
import type { EvalRow } from '../../seed/state/lib/eval.ts';
import { parseFeedbackRow, parseJsonLine, readRows } from '../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../seed/state/lib/log.ts';
import { parseManifest } from '../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import { drySystem } from '../core/system.ts';
import { isPresent } from '../runtimes/detect.ts';
import { planInstall, planUninstall } from '../install/plan.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { runtimes } from '../runtimes/table.ts';
import { readSkills } from '../skills/read.ts';
import { findNewer, indexTime } from './index-check.ts';
import { readTail } from './log-tail.ts';
import { readMachineId } from './machine-id.ts';

/** `partly`: hooks of ours are there, but not all, or of another tree. `unreadable`: settings that install would refuse. */
export type Wiring = 'wired' | 'partly' | 'not wired' | 'unreadable';

export interface RuntimeStatus {
  readonly id: string;
  readonly name: string;
  /** Whether the program, or a folder of its settings, is on this machine. */
  readonly present: boolean;
  readonly wiring: Wiring;
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

function wiringOf(tree: string, place: Place, runtime: Runtime): Wiring {
  const request = { tree, place, runtimes: [runtime], now: new Date() };
  try {
    const missing = planInstall(drySystem(), request).parts.flatMap((part) => part.changes);
    if (missing.length === 0) return 'wired';
    const there = planUninstall(drySystem(), request).parts.flatMap((part) => part.changes);
    return there.length > 0 ? 'partly' : 'not wired';
  } catch (cause) {
    if (cause instanceof SnappyError) return 'unreadable';
    throw cause;
  }
}

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
      .readdirSync(path.join(tree, layout.briefs))
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
      wiring: wiringOf(tree, place, runtime),
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
