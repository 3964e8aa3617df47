import fs from 'node:fs';
import { findProgram } from '../core/find-program.ts';
import type { Place, Runtime } from './row.ts';

/** What shows that a runtime is on the machine. */
export interface Presence {
  /** The program on PATH, absolute. */
  readonly program: string | undefined;
  /** The folder of its settings, where it is there from an earlier run. */
  readonly folder: string | undefined;
}

function isFolder(dir: string): boolean {
  try {
    return fs.statSync(dir).isDirectory();
  } catch {
    return false;
  }
}

/** Looks for a runtime: for its program on PATH, and for its folder. Starts nothing. */
export function findRuntime(runtime: Pick<Runtime, 'program' | 'folder'>, place: Place): Presence {
  const folder = runtime.folder(place);
  return { program: findProgram(runtime.program, place), folder: isFolder(folder) ? folder : undefined };
}

/** Whether a runtime seems to be on the machine: its program is on PATH, or its folder is there from an earlier run. */
export function isPresent(runtime: Pick<Runtime, 'program' | 'folder'>, place: Place): boolean {
  const { program, folder } = findRuntime(runtime, place);
  return program !== undefined || folder !== undefined;
}
