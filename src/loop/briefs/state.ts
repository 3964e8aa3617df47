import fs from 'node:fs';
import path from 'node:path';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import { lintSkills, readFooter } from '../../../seed/state/lib/lint-skills.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import { isSkillName } from '../../../seed/state/lib/revision.ts';
import { groupBy } from '../../core/group-by.ts';
import { layout } from '../../core/paths.ts';
import { readSkill } from '../../skills/read.ts';
import type { SkillEntry } from '../../skills/read.ts';
import { readConflicts } from './conflicts.ts';
import { credentialsIn, credentialsInRows, findSuspects, textOfRows } from './credential-scan.ts';
import type { ConflictFile, SkillState } from './rule.ts';

/** The rows of a tree that drains look at, and what else may make a skill worth a look. */
export interface Rows {
  readonly edits: readonly EditRow[];
  readonly evals: readonly EvalRow[];
  readonly feedback: readonly FeedbackRow[];
  /** Skills that have briefs or were asked for. */
  readonly others: readonly string[];
}

/** What holds for every skill of one drain. */
interface Common {
  readonly tree: string;
  readonly now: number;
  readonly footerLength: number;
  readonly findings: readonly Finding[];
  readonly edits: ReadonlyMap<string, readonly EditRow[]>;
  readonly evals: ReadonlyMap<string, readonly EvalRow[]>;
  readonly feedback: ReadonlyMap<string, readonly FeedbackRow[]>;
  readonly conflicts: ReadonlyMap<string, readonly ConflictFile[]>;
}

function belongsTo({ name, form, dir, skillPath, loaderPath }: SkillEntry, file: string): boolean {
  if (form === 'folder') return file === dir || file.startsWith(`${dir}/`);
  return file === skillPath || file === (loaderPath ?? `${dir}/${name}.agents.md`);
}

/** The state of one skill, but for credentials. */
function stateOf(common: Common, entry: SkillEntry): SkillState {
  const { name, dir, form } = entry;
  const of = <T>(rows: ReadonlyMap<string, readonly T[]>): readonly T[] => rows.get(name) ?? [];
  const { loader } = entry.skill;
  const loaderPath = entry.loaderPath ?? `${dir}/${form === 'flat' ? `${name}.agents.md` : 'AGENTS.md'}`;
  return {
    skill: name,
    loader,
    loaderPath,
    footerLength: common.footerLength,
    revision: of(common.evals).length === 0 ? undefined : skillRevision(common.tree, name),
    edits: of(common.edits),
    evals: of(common.evals),
    feedback: of(common.feedback),
    findings: common.findings.filter(({ path: file }) => belongsTo(entry, file)),
    conflicts: of(common.conflicts),
    credentials: [],
    now: common.now,
  };
}

async function addCredentials(states: readonly SkillState[]): Promise<SkillState[]> {
  const suspects = await findSuspects(states.map(({ loader, feedback }) => `${loader ?? ''}\n${textOfRows(feedback)}`));
  const all: SkillState[] = [];
  for (const [at, state] of states.entries()) {
    const { loader, loaderPath, feedback } = state;
    const credentials = suspects.has(at)
      ? [...(await credentialsIn(loaderPath, loader ?? '')), ...(await credentialsInRows(feedback))]
      : [];
    all.push({ ...state, credentials });
  }
  return all;
}

/**
 * The state of each skill that has rows, conflicts or briefs, by name; a skill that is gone has none. With `only`, of that
 * one alone.
 */
export async function readStates(
  tree: string,
  rows: Rows,
  options: { readonly now: number; readonly only?: string | undefined },
): Promise<SkillState[]> {
  const edits = groupBy(rows.edits, ({ skill }) => skill);
  const evals = groupBy(rows.evals, ({ skill }) => skill);
  const feedback = groupBy(rows.feedback, ({ slug }) => slug);
  const conflicts = readConflicts(tree);
  const names = new Set([...edits.keys(), ...evals.keys(), ...feedback.keys(), ...conflicts.keys(), ...rows.others]);
  const wanted = [...names].filter(
    (name) => isSkillName(name) && (options.only === undefined || name === options.only),
  );
  const entries = wanted.toSorted().flatMap((name) => readSkill(tree, name) ?? []);
  const edited = entries.map(({ name }) => name).filter((name) => edits.has(name));
  const footer = readFooter(tree);
  const common: Common = {
    tree,
    now: options.now,
    // As the hook adds it: after a line of dashes.
    footerLength: footer === undefined || footer === '' ? 0 : [...footer].length + '---\n'.length,
    findings: edited.length === 0 ? [] : lintSkills(tree, edited),
    edits,
    evals,
    feedback,
    conflicts,
  };
  return addCredentials(entries.map((entry) => stateOf(common, entry)));
}

/** Whether a skill of that name is there. */
export function hasSkill(tree: string, name: string): boolean {
  const skills = path.join(tree, layout.skills);
  return (
    isSkillName(name) && (fs.existsSync(path.join(skills, name)) || fs.existsSync(path.join(skills, `${name}.md`)))
  );
}
