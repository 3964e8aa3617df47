// A revision that does worse, in a real tree whose owner has agreed to reverts: rows by the auditor, drains by the hook.
import fs from 'node:fs';
import path from 'node:path';
import { skillRevision } from '../../seed/state/lib/revision.ts';
import type { GradedRun } from './auditor.ts';
import { numbers } from '../corpus.ts';
import { readLoader } from './loaders.ts';
import { makePrograms } from './programs.ts';
import type { Lab } from './run.ts';
import { scenarios } from './scenarios.ts';
import { laySite } from './site.ts';

const pairs = 60;
/** Runs between two stops of a turn. */
const batch = 10;
const worseBy = 0.1;

/**
 * Whether a loader is put back that does worse by 0.10, after 60 runs of it at the latest. `scores` are what the runs of
 * this seed were given; both revisions draw from them.
 */
export async function playRegression(lab: Lab, seed: number, scores: readonly number[]): Promise<boolean> {
  const folder = fs.mkdtempSync(path.join(lab.scratch, 'regression-'));
  const programs = makePrograms(seed, 1);
  const scenario = { ...scenarios.collapse, programs: 1 };
  const site = { template: lab.template, folder, programs, scenario, seed, off: new Set<never>() };
  const [machine] = laySite({ ...site, guard: (_by, _machine, work) => work() });
  const skill = programs[0]?.name ?? '';
  if (machine === undefined) throw new RangeError('a site has a machine');
  const random = numbers(seed);
  const grade = async (count: number, worse: number): Promise<void> => {
    const runs = Array.from({ length: count }, (_, at): GradedRun => ({
      skill,
      score: Math.max(0, (scores[Math.floor(random() * scores.length)] ?? 1) - worse),
      actor: `actor-${at}`,
      rev_id: skillRevision(machine.tree, skill) ?? '',
    }));
    lab.auditor.tell({ tree: machine.tree, runs });
    await lab.auditor.hear();
    await machine.stop('watcher');
  };
  try {
    await machine.begin('author');
    const good = readLoader(machine.tree, skill);
    await grade(pairs, 0);
    const file = path.join(machine.tree, 'state/skills', skill, 'AGENTS.md');
    const text = `${good}- Think twice before you begin.\n`;
    await machine.change('author', { does: 'write', path: file, text, inShell: false });
    for (let done = 0; done < pairs && readLoader(machine.tree, skill) !== good; done += batch)
      await grade(batch, worseBy);
    return readLoader(machine.tree, skill) === good;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
