// What goes between a client and the Worker on S3 for each job: requests, and bytes both ways.
import path from 'node:path';
import { atMost, figure } from '../report.ts';
import type { Row } from '../report.ts';
import { timeOnce } from '../timing.ts';
import { startWorker } from './gateway.ts';
import { ours } from './ours.ts';
import type { S3 } from './s3-peers.ts';
import { startServer } from './servers.ts';
import { jobs, titles } from './way.ts';
import type { Place } from './way.ts';

interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

/** A proxy in a process of its own, as this one waits for the commands that it starts; its address. */
async function startProxy(target: string, which: 'all' | 'signed'): Promise<string> {
  const program = path.join(import.meta.dirname, 'traffic-proxy.ts');
  const { match } = await startServer(process.execPath, [program, target, which], /^(http\S+)$/);
  return match[1] ?? '';
}

async function take(proxies: readonly string[]): Promise<Traffic> {
  const counts: Traffic[] = [];
  for (const proxy of proxies) counts.push((await (await fetch(`${proxy}/-/traffic`)).json()) as Traffic);
  const sum = (key: keyof Traffic): number => counts.reduce((total, count) => total + count[key], 0);
  return { requests: sum('requests'), bytes: sum('bytes') };
}

/** One round of the jobs; `dir` is for the Worker. */
export async function trafficRows(dir: string, s3: S3, place: Place, limits: Traffic): Promise<Row[]> {
  const store = await startProxy(s3.endpoint, 'signed');
  const proxies: string[] = [store];
  const { server } = await startWorker(dir, { ...s3, endpoint: store }, async (url) => {
    const front = await startProxy(url, 'all');
    proxies.push(front);
    return front;
  });
  const round = await ours(server, place).begin(0);
  const rows: Row[] = [];
  for (const job of jobs) {
    const { before, ...command } = round[job];
    before?.();
    await take(proxies);
    timeOnce(command);
    const { requests, bytes } = await take(proxies);
    rows.push(
      atMost(`${titles[job]} through the Worker: requests of the client`, requests, '', limits.requests),
      atMost(`${titles[job]} through the Worker: bodies`, bytes / 1e6, 'MB', limits.bytes / 1e6),
    );
  }
  return rows.map((row) => (Number.isFinite(limits.bytes) ? row : figure(row.name, row.value, row.unit)));
}
