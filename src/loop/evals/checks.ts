import type { Criterion } from '../../../seed/state/lib/rubric.ts';
import { runProgram } from '../../core/run-program.ts';
import type { Ended, RunProgram } from '../../core/run-program.ts';
import { gradingEnv } from './grading-env.ts';
import type { Answer, Grading } from './grading.ts';

/** Milliseconds a command may take. */
const timeout = 60_000;
/** Bytes a command may print on each of stdout and stderr. */
const limit = 1024 * 1024;

const faults: Readonly<Record<NonNullable<Ended['fault']>, string>> = {
  'not started': 'sh could not be started',
  killed: 'it was killed',
  'timed out': `it took longer than ${timeout / 1000} s`,
  'too much output': 'it printed more than 1 MB',
};

/** The last line a program has printed, where it fails most often says why. */
function lastWords({ stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').trim().slice(0, 200);
}

function whyOf(ended: Ended): string {
  if (ended.fault !== undefined) return faults[ended.fault];
  if (ended.status === 0) return 'exit 0';
  const words = lastWords(ended);
  return `exit ${ended.status}${words === '' ? '' : `: ${words}`}`;
}

async function check(grading: Grading, criterion: Criterion, env: NodeJS.ProcessEnv, run: RunProgram): Promise<Answer> {
  const ended = await run('sh', ['-c', criterion.check], {
    env: gradingEnv(env, grading, 'eval'),
    cwd: grading.folder,
    timeout,
    limit,
  });
  return { criterion, met: ended.fault === undefined && ended.status === 0, why: whyOf(ended) };
}

/**
 * Runs the commands of a rubric one after the other, each by `sh -c` in the grading's folder. One that cannot be run, takes
 * too long or prints too much is not met: what is not shown does not count.
 */
export async function runChecks(
  grading: Grading,
  env: NodeJS.ProcessEnv,
  run: RunProgram = runProgram,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const criterion of grading.checked) answers.push(await check(grading, criterion, env, run));
  return answers;
}
