import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { layout } from './paths.ts';
import type { System } from './system.ts';

/** The name this machine has on its own network; on macOS the one the user gave it, which no router renames. */
export function hostName(): string {
  if (process.platform === 'darwin') {
    try {
      // Loaded here, since every push asks for an id, and hardly any has to make one.
      const { execFileSync } = process.getBuiltinModule('node:child_process');
      const name = execFileSync('scutil', ['--get', 'LocalHostName'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
      if (name !== '') return name;
    } catch {
      // A Mac without a local host name still has the Unix one.
    }
  }
  return os.hostname();
}

/** First 12 hex digits of the sha256 of a host name: tells machines apart, and tells nobody what they are called. */
export function machineIdOf(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 12);
}

/** The machine id a tree has cached; `undefined` when there is none or it is no machine id. */
export function readMachineId(tree: string): string | undefined {
  try {
    const text = fs.readFileSync(path.join(tree, layout.machineId), 'utf8').trim();
    return /^[0-9a-f]{12}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The machine id of a tree, made and cached when there is none or what is cached is none. */
export function ensureMachineId(system: System, tree: string): string {
  const known = readMachineId(tree);
  if (known !== undefined) return known;
  const made = machineIdOf(hostName());
  system.write(path.join(tree, layout.machineId), `${made}\n`);
  return made;
}
