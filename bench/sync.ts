// Carrying 5,000 Markdown files and three of 1 MB over loopback, in turn with git over HTTP and rsync; then the gateway's
// other home beside clients of the same S3 server, ten times the files, and a thousand tenants. `--smoke` runs all of it
// once on few files and holds it to no goal.
import fs from 'node:fs';
import path from 'node:path';
import { scratch } from './corpus.ts';
import { atMost, figure, report } from './report.ts';
import type { Row } from './report.ts';
import { crowdRows } from './sync/crowd.ts';
import { layFiles } from './sync/files.ts';
import { makeCrowd, startGateway, startWorker } from './sync/gateway.ts';
import { ours } from './sync/ours.ts';
import { gitOverHttp, rsync } from './sync/peers.ts';
import { s3Peers, startS3 } from './sync/s3-peers.ts';
import { stopServers } from './sync/servers.ts';
import { trafficRows } from './sync/traffic.ts';
import { jobs, titles } from './sync/way.ts';
import type { Job, Place, Way } from './sync/way.ts';
import { median, timeOnce } from './timing.ts';

const smoke = process.argv.includes('--smoke');
const count = smoke ? 200 : 5_000;
const many = count * 10;
const tenants = smoke ? 20 : 1_000;
const work = scratch();

/** Milliseconds by way and job, one for each round. */
class Times {
  readonly #times = new Map<string, number[]>();

  add(way: string, job: Job | 'node', time: number): void {
    const key = `${way}/${job}`;
    this.#times.set(key, [...(this.#times.get(key) ?? []), time]);
  }

  of(way: string, job: Job | 'node'): readonly number[] {
    return this.#times.get(`${way}/${job}`) ?? [];
  }

  median(way: string, job: Job | 'node'): number {
    return median(this.of(way, job));
  }

  /** The median of what one way took against another, round by round. */
  ratio(way: string, other: string, job: Job): number {
    const base = this.of(other, job);
    return median(this.of(way, job).map((time, round) => time / (base[round] ?? Number.NaN)));
  }
}

const bare = { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] };

/** Every job of every way, in turn, `rounds` times; one more before them warms the caches. */
async function runRounds(ways: readonly Way[], rounds: number): Promise<Times> {
  const times = new Times();
  for (let round = smoke ? 0 : -1; round < rounds; round += 1) {
    const begun = [];
    for (const way of ways) begun.push({ way, commands: await way.begin(round + 1) });
    for (const job of jobs) {
      const node = timeOnce(bare);
      if (round >= 0 && job === 'noChange') times.add('node', 'node', node);
      for (const { way, commands } of begun) {
        const time = timeOnce(commands[job]);
        if (round >= 0) times.add(way.name, job, time);
      }
    }
  }
  return times;
}

const files = path.join(work, 'files');

/** What a way is given: a folder of its own, and the files that all of them carry. */
function place(name: string, carried: Pick<Place, 'files' | 'count'> = { files, count }): Place {
  const dir = path.join(work, name);
  fs.mkdirSync(dir, { recursive: true });
  return { dir, ...carried };
}

/** A row with a goal, which only counts at full size. */
function held(name: string, value: number, unit: string, limit: number): Row {
  return smoke ? figure(name, value, unit) : atMost(name, value, unit, limit);
}

const goals: Readonly<Record<Job, Partial<Record<'git over HTTP' | 'rsync', number>>>> = {
  firstPush: { 'git over HTTP': 0.16, rsync: 1.1 },
  noChange: {},
  pushSome: { 'git over HTTP': 1 },
  fullPull: { 'git over HTTP': 0.35, rsync: 1.05 },
  pullSome: { 'git over HTTP': 0.55 },
};

function embeddedRows(times: Times, own: string, others: readonly ('git over HTTP' | 'rsync')[]): Row[] {
  const rows: Row[] = [];
  for (const job of jobs) {
    rows.push(figure(`${titles[job]}: ${own}`, times.median(own, job), 'ms'));
    for (const other of others) rows.push(figure(`${titles[job]}: ${other}`, times.median(other, job), 'ms'));
    for (const other of others) {
      const goal = goals[job][other];
      if (goal !== undefined)
        rows.push(held(`${titles[job]}: against ${other}`, times.ratio(own, other, job), 'x', goal));
    }
  }
  const node = times.of('node', 'node');
  const above = median(times.of(own, 'noChange').map((time, round) => time - (node[round] ?? Number.NaN)));
  return [...rows, held('no change: above node -e 0', above, 'ms', 60)];
}

/** The Worker in workerd on the S3 server, against the embedded gateway; clients of the same S3 server beside it. */
function workerRows(times: Times, worker: string, embedded: string, peers: readonly string[]): Row[] {
  return jobs.flatMap((job) => [
    figure(`${titles[job]}: ${worker}`, times.median(worker, job), 'ms'),
    ...peers.map((peer) => figure(`${titles[job]}: ${peer}`, times.median(peer, job), 'ms')),
    held(`${titles[job]}: ${worker} against ${embedded}`, times.ratio(worker, embedded, job), 'x', 1.2),
  ]);
}

/** Ten times the files against so many: what grows with them may grow by a tenth more. */
async function growthRows(few: Way, times: Times): Promise<Row[]> {
  const carried = { files: path.join(work, 'many-files'), count: many };
  layFiles(carried.files, many);
  const gateway = await startGateway(path.join(work, 'many-gateway'));
  const way = ours(gateway.server, place('many', carried));
  const grown = await runRounds([way], 1);
  return (['firstPush', 'fullPull'] as const).map((job) =>
    held(
      `${titles[job]}: ${many} files against ${count}`,
      grown.median(way.name, job) / times.median(few.name, job),
      'x',
      11,
    ),
  );
}

layFiles(files, count);
const embedded = await startGateway(path.join(work, 'gateway'));
const own = ours(embedded.server, place('embedded'));
const [git, rsyncWay] = [await gitOverHttp(place('git')), await rsync(place('rsync'))];
const times = await runRounds([own, git, rsyncWay], smoke ? 1 : 5);
const rows = embeddedRows(times, own.name, ['git over HTTP', 'rsync']);

const s3 = await startS3();
const worker = await startWorker(path.join(work, 'worker'), s3);
const workerWay = ours(worker.server, place('on-worker'));
const peers = s3Peers(s3, place('s3-clients'));
const beside = await runRounds([ours(embedded.server, place('beside')), workerWay, ...peers], smoke ? 1 : 3);
rows.push(
  ...workerRows(
    beside,
    workerWay.name,
    own.name,
    peers.map(({ name }) => name),
  ),
);
const traffic = smoke ? { requests: Infinity, bytes: Infinity } : { requests: 3, bytes: 10e6 };
rows.push(...(await trafficRows(path.join(work, 'counted-worker'), s3, place('traffic'), traffic)));

rows.push(...(await growthRows(own, times)));
const crowd = await makeCrowd(path.join(work, 'crowd'), tenants);
rows.push(...crowdRows(crowd, held));
stopServers();
await s3.stop();
report('sync', rows);
