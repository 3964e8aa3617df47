// A thousand tenants, each with a small tree of its own, that pull all of it at the same moment, and within some seconds.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { atMost, figure } from '../report.ts';
import type { Row } from '../report.ts';
import { median, plainEnv } from '../timing.ts';

interface Crowd {
  readonly alone: readonly number[];
  readonly crowd: readonly number[];
  readonly spread: readonly number[];
  readonly errors: number;
}

/** The time in which machines ask whose timers are set to the same moment: none of them starts to the millisecond. */
const seconds = 5;

/** What all but a hundredth of them stay below. */
function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}

/** The largest resident set a process has had, in MB. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Rows of a crowd of `keys` at a gateway whose process is `pid`; `held` makes those that have a goal. Errors are none at any size. */
export function crowdRows(
  { url, keys, pid }: { readonly url: string; readonly keys: readonly string[]; readonly pid: number },
  held: typeof atMost,
): Row[] {
  const client = path.join(import.meta.dirname, 'crowd-client.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [client], {
    input: JSON.stringify({ url, keys, seconds }),
    env: plainEnv(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the crowd ended with status ${status}\n${stderr}`);
  const { alone, crowd, spread, errors } = JSON.parse(stdout) as Crowd;
  const one = median(alone);
  const who = `${keys.length} tenants pulling at once`;
  const later = `${keys.length} tenants pulling within ${seconds} s`;
  return [
    atMost(`${who}: errors`, errors, '', 0),
    figure(`${who}: one alone, median`, one, 'ms'),
    figure(`${who}: p99`, p99(crowd), 'ms'),
    held(`${who}: p99 against one alone`, p99(crowd) / one, 'x', 20),
    figure(`${who}: pulls a second`, (crowd.length * 1_000) / Math.max(...crowd), ''),
    figure(`${later}: p99`, p99(spread), 'ms'),
    figure(`${later}: p99 against one alone`, p99(spread) / one, 'x'),
    held(`${who}: peak memory of the gateway`, peakOf(pid), 'MB', 300),
  ];
}
