import { estimate, mean } from './confidence.ts';
import { runsOf } from './figures.ts';
import type { SeedRuns } from './figures.ts';
import { stepsBySession } from './metrics.ts';
import { drawPicture } from './picture.ts';
import type { Curve } from './picture.ts';

const arms: readonly (Omit<Curve, 'points'> & { readonly run: string })[] = [
  { run: 'none', name: 'no skill', colours: ['#6e7781', '#8b949e'] },
  { run: 'frozen', name: 'frozen loaders', colours: ['#bc4c00', '#f0883e'] },
  { run: 'loop', name: 'the loop, one machine', colours: ['#0969da', '#58a6ff'] },
  { run: 'three machines', name: 'the loop, three machines', colours: ['#1a7f37', '#3fb950'] },
  { run: 'oracle', name: 'all known', colours: ['#8250df', '#bc8cff'] },
];

/** The picture of these seeds. */
export function drawCurves(seeds: readonly SeedRuns[]): string {
  const curves = arms.map(({ run, name, colours }): Curve => {
    const sessions = runsOf(seeds, run).map(stepsBySession);
    const count = Math.max(...sessions.map((own) => own.length));
    const points = Array.from({ length: count }, (_, at) =>
      estimate(sessions, (sample) => mean(sample.map((own) => own[at] ?? Number.NaN))),
    );
    return { name, colours, points };
  });
  return drawPicture(`Steps for each step that a task needs, by session (${seeds.length} seeds)`, curves);
}
