import fs from 'node:fs';

/** The calls of `node:fs` by which the product changes anything. */
const changing = [
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'fchmodSync',
  'chmodSync',
  'renameSync',
  'rmSync',
  'unlinkSync',
  'rmdirSync',
  'mkdirSync',
  'symlinkSync',
  'copyFileSync',
] as const;

/** Those that need room on the disk, and go on failing for as long as it is full. */
const needsRoom: readonly string[] = [
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'mkdirSync',
  'symlinkSync',
  'copyFileSync',
];

/** What happens at a call: nothing, an exception in its stead, or whatever the function does first. */
export type Fault = (count: number, call: string) => void;

/** Has `fault` called before each changing call of `node:fs`, until `lift` is called. */
export function layFaults(fault: Fault): { readonly count: () => number; readonly lift: () => void } {
  const originals = changing.map((name) => [name, Reflect.get(fs, name)] as const);
  let count = 0;
  for (const [name, original] of originals) {
    Reflect.set(fs, name, (...values: unknown[]): unknown => {
      // Opening to read changes nothing.
      if (name !== 'openSync' || values[1] === 'wx') fault((count += 1), name);
      return Reflect.apply(original, fs, values);
    });
  }
  return {
    count: () => count,
    lift() {
      for (const [name, original] of originals) Reflect.set(fs, name, original);
    },
  };
}

/** Runs `act` with `fault` called before each changing call of `node:fs`; returns how many calls there were. */
export function withFaults(fault: Fault, act: () => void): number {
  const faults = layFaults(fault);
  try {
    act();
  } finally {
    faults.lift();
  }
  return faults.count();
}

function diskError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code, syscall: 'write' });
}

/** The `at`-th call fails, and none after it. */
export const failsOnce =
  (at: number, code: string): Fault =>
  (count) => {
    if (count === at) throw diskError(code);
  };

/** From the `at`-th call on the disk is full: what needs room fails. */
export const fullFrom =
  (at: number): Fault =>
  (count, call) => {
    if (count >= at && needsRoom.includes(call)) throw diskError('ENOSPC');
  };

/** From the `at`-th call on nothing is changed any more: what the disk sees of a process that is killed there. */
export const deadFrom =
  (at: number): Fault =>
  (count) => {
    if (count >= at) throw diskError('EIO');
  };

/** The process is killed at the `at`-th call, as `kill -9` does. */
export const killedAt =
  (at: number): Fault =>
  (count) => {
    if (count === at) process.kill(process.pid, 'SIGKILL');
  };
