import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseRubric, rubricText } from '../../../seed/state/lib/rubric.ts';
import type { Criterion, Rubric } from '../../../seed/state/lib/rubric.ts';
import { SnappyError } from '../../core/errors.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill } from '../../skills/read.ts';

/** A criterion that was decided. */
export interface Answer {
  readonly criterion: Criterion;
  readonly met: boolean;
  /** In a few words; of a judge or a program, and so not to be trusted. */
  readonly why: string;
}

/** How one run of a skill would be graded. Nothing has been run yet. */
export interface Grading {
  readonly tree: string;
  readonly skill: string;
  /** Relative to the tree. */
  readonly skillPath: string;
  readonly rubric: Rubric;
  /** First 12 hex of the sha256 of the rubric: who graded by it can be told from who graded by another. */
  readonly rubricId: string;
  /** The folder that commands run in; absolute. */
  readonly folder: string;
  /** What the run has made; absolute. */
  readonly artifact: string | undefined;
  /** The agent program that answers what a command cannot; `undefined`: those criteria are left out. */
  readonly judge: string | undefined;
  readonly checked: readonly Criterion[];
  readonly judged: readonly Criterion[];
  readonly left: readonly Criterion[];
}

/** What a person says of the run that is to be graded. */
export interface GradingRequest {
  readonly skill: string;
  /** Absolute. */
  readonly artifact: string | undefined;
  readonly judge: string | undefined;
}

function readRubric(tree: string, skill: string): { rubric: Rubric; skillPath: string } {
  const entry = readSkill(tree, skill);
  if (entry?.skillMd === undefined) throw unknownSkill(skill);
  const { rubric, problems } = parseRubric(entry.skill.sections);
  if (rubric !== undefined) return { rubric, skillPath: entry.skillPath };
  const [problem] = problems;
  if (problem === undefined) {
    throw new SnappyError('usage', `${entry.skillPath} has no section "## Rubric" to grade by`, {
      hint: 'write one: | criterion | kind | check | worth |; or grade by hand: snappy eval add',
    });
  }
  throw new SnappyError('usage', `${entry.skillPath}:${problem.line} the rubric cannot be used: ${problem.message}`, {
    hint: problem.fix,
  });
}

function folderOf(tree: string, artifact: string | undefined): string {
  if (artifact === undefined) return tree;
  const stat = fs.statSync(artifact, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return artifact;
  if (stat !== undefined) return path.dirname(artifact);
  throw new SnappyError('usage', `there is no ${artifact}`, { hint: 'name what the run has made with --artifact' });
}

/** Plans the grading of a run; looks, and runs nothing. Throws `usage` where there is nothing to grade by. */
export function planGrading(tree: string, { skill, artifact, judge }: GradingRequest): Grading {
  const { rubric, skillPath } = readRubric(tree, skill);
  const folder = folderOf(tree, artifact);
  const ofKind = (kind: Criterion['kind']): Criterion[] => rubric.criteria.filter((one) => one.kind === kind);
  const checked = ofKind('deterministic');
  const needJudge = ofKind('judge');
  if (checked.length === 0 && judge === undefined) {
    throw new SnappyError('usage', `every criterion of ${skillPath} needs a judge, and none is named`, {
      hint: 'name an agent program of state/config/dispatch.json: --judge codex',
    });
  }
  const rubricId = createHash('sha256').update(rubricText(rubric)).digest('hex').slice(0, 12);
  const [judged, left] = judge === undefined ? [[], needJudge] : [needJudge, []];
  return { tree, skill, skillPath, rubric, rubricId, folder, artifact, judge, checked, judged, left };
}

/** What share of the rubric these criteria are, 0 to 1. */
export function worthOf(criteria: readonly Criterion[]): number {
  return Math.min(
    1,
    criteria.reduce((sum, { worth }) => sum + worth, 0),
  );
}

/** The score of a run, of what was graded: the worths that are met, by the worths that were looked at. */
export function scoreOf(answers: readonly Answer[]): number {
  const met = worthOf(answers.filter((answer) => answer.met).map(({ criterion }) => criterion));
  const all = worthOf(answers.map(({ criterion }) => criterion));
  // Worths are decimal shares, and their sums are not exact.
  return Number(Math.min(1, met / all).toFixed(6));
}

/** The main thing that went wrong, in words that are the same at each run: the unmet criterion that is worth most. */
export function mainIssue(answers: readonly Answer[]): string | undefined {
  const unmet = answers.filter(({ met }) => !met).map(({ criterion }) => criterion);
  return unmet.toSorted((a, b) => b.worth - a.worth)[0]?.name.replace(/\p{C}/gu, ' ');
}
