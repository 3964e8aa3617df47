import type { Finding } from '../lib/finding.ts';
import { runLint } from '../lib/lint-program.ts';
import { lintSkills } from '../lib/lint-skills.ts';

/** Every rule about skills: shape, limits, sections, links, names, triggers, evals. The same as `snappy skill lint`. */
export function check(tree: string): Finding[] {
  return lintSkills(tree);
}

runLint(import.meta.url, 'check.ts', check);
