import { cronFactsOf, readCrontabText } from '../lib/cron-facts.ts';
import { checkCrontab } from '../lib/cron-rules.ts';
import type { Finding } from '../lib/finding.ts';
import { LintUsageError, runLint } from '../lib/lint-program.ts';
import { lintSkills } from '../lib/lint-skills.ts';
import { evalsPolled } from './evals-polled.ts';

/**
 * Every rule about skills, as `snappy skill lint` has them: shape, limits, sections, links, names, triggers, evals. And that
 * no program of the tree polls graded runs.
 */
export function check(tree: string): Finding[] {
  return [...lintSkills(tree), ...evalsPolled(tree)];
}

/** With `--crontab [file|-]` the lines of a crontab, and nothing else; it is read only when somebody asks for it. */
function checkOrCrontab(tree: string, options: readonly string[]): Finding[] {
  if (options[0] !== '--crontab') return check(tree);
  let text: string;
  try {
    text = readCrontabText(options[1]);
  } catch (cause) {
    throw new LintUsageError(`the crontab cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return checkCrontab(text, cronFactsOf(tree), options[1] === undefined || options[1] === '-' ? 'crontab' : options[1]);
}

runLint(import.meta.url, 'check.ts', checkOrCrontab, '[tree] [--crontab [file|-]]');
