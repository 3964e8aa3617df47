import fs from 'node:fs';
import path from 'node:path';
import type { Place, Runtime } from './row.ts';

/** Whether a runtime seems to be on the machine: its program is on PATH, or its folder is there from an earlier run. */
export function isPresent(runtime: Runtime, place: Place): boolean {
  if (fs.existsSync(runtime.folder(place))) return true;
  const names = ['', '.exe', '.cmd'].map((suffix) => `${runtime.program}${suffix}`);
  const folders = (place.env['PATH'] ?? '').split(path.delimiter).filter((dir) => dir !== '');
  return folders.some((dir) => names.some((name) => fs.existsSync(path.join(dir, name))));
}
