// LoopBench: does a skill get better each time it falls short? A scripted agent works with a dozen programs that nobody has
// documented; all it knows are the bytes that the hook has printed for it. No model takes part, unless `--agent` names one.
//
//   npm run bench:loop                      the table, over 30 seeds
//   npm run bench:loop -- --seeds 2         the same in short, held to the same goals
//   npm run bench:loop -- --picture FILE    draws the steps by session as an SVG, too
//   npm run bench:loop -- --agent claude    lets a real agent work with the same programs; needs its key
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { reachesOracle } from './loop/break-in.ts';
import { drawCurves } from './loop/curves.ts';
import { runsOfSeed } from './loop/experiment.ts';
import { bySeed, controlRows, goalRows, otherRows, runsOf } from './loop/figures.ts';
import { scoresOf, tailOf } from './loop/metrics.ts';
import { runRealAgent } from './loop/real-agent.ts';
import { regressionRows } from './loop/regressions.ts';
import { playSeeds } from './loop/workers.ts';
import { report } from './report.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '30' },
    picture: { type: 'string' },
    agent: { type: 'string' },
    json: { type: 'boolean' },
  },
});

async function runScripted(): Promise<void> {
  const count = Number(values.seeds);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--seeds takes a number from 1 on, not ${values.seeds}`);
  const wanted = Array.from({ length: count }, (_, at) => at + 1);
  const begin = performance.now();
  const total = wanted.flatMap(runsOfSeed).length;
  const played = await playSeeds(wanted, (runs) => {
    const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
    process.stderr.write(`${runs} of ${total} runs after ${minutes} minutes\n`);
  });
  const seeds = bySeed(played.map(({ runs }) => runs));
  const scores = runsOf(seeds, 'loop').flatMap((run) => scoresOf(tailOf(run)));
  if (values.picture !== undefined) fs.writeFileSync(values.picture, drawCurves(seeds));
  report('loop', [
    ...goalRows(seeds),
    ...regressionRows(
      scores,
      played.map(({ restored }) => restored),
    ),
    ...controlRows(seeds, reachesOracle()),
    ...otherRows(seeds),
  ]);
}

try {
  if (values.agent === undefined) await runScripted();
  else runRealAgent(values.agent);
} catch (error) {
  process.stderr.write(`bench:loop: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
