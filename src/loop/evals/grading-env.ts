import { insideEnv } from '../session-env.ts';
import type { Grading } from './grading.ts';

/** The environment of what grades a run: it is told which tree, which skill, and what the run has made. */
export function gradingEnv(env: NodeJS.ProcessEnv, grading: Grading, inside: 'eval' | 'judge'): NodeJS.ProcessEnv {
  return {
    ...insideEnv(env, inside),
    SNAPPY_TREE: grading.tree,
    SNAPPY_SKILL: grading.skill,
    SNAPPY_ARTIFACT: grading.artifact ?? grading.folder,
  };
}
