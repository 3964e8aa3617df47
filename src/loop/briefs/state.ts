import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { revisionNow } from '../../../seed/state/lib/eval.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import { lintSkills, readFooter } from '../../../seed/state/lib/lint-skills.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import { findCredentials, maskCredentials } from '../../core/credentials.ts';
import { layout } from '../../core/paths.ts';
import { readSkill } from '../../skills/read.ts';
import type { SkillEntry } from '../../skills/read.ts';
import { readConflicts } from './conflicts.ts';
import type { ConflictFile, CredentialPlace, SkillState } from './rule.ts';

/** The rows of a tree that drains look at, and what else may make a skill worth a look. */
export interface Rows {
  readonly edits: readonly EditRow[];
  readonly evals: readonly EvalRow[];
  readonly feedback: readonly FeedbackRow[];
  /** Skills that have briefs or were asked for. */
  readonly others: readonly string[];
}

function groupBy<T>(rows: readonly T[], nameOf: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}

/** A name that a folder of a skill can have; anything else in a row is somebody's mistake, or worse. */
const isName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name);

async function credentialsIn(file: string, text: string): Promise<CredentialPlace[]> {
  const found = await findCredentials(text);
  if (found.length === 0) return [];
  const masked = (await maskCredentials(text)).split('\n');
  return found.map(({ line, column, kind }) => ({
    place: `${file}:${line}:${column}`,
    kind,
    key: createHash('sha256')
      .update(`${kind}\0${masked[line - 1] ?? line}`)
      .digest('hex')
      .slice(0, 16),
  }));
}

/** Credentials in what feedback rows say. A row is named by its time: its line in the log changes with every merge. */
async function credentialsInRows(rows: readonly FeedbackRow[]): Promise<CredentialPlace[]> {
  const found = await findCredentials(rows.map(({ what }) => what).join('\n'));
  const places = found.map(({ line, kind }) => {
    const ts = rows[line - 1]?.ts ?? '';
    return { place: `${layout.feedback}, in the row of ${ts}`, kind, key: `${ts} ${kind}` };
  });
  return [...new Map(places.map((place) => [place.key, place])).values()];
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

async function stateOf(common: Common, entry: SkillEntry): Promise<SkillState> {
  const { name, dir, form } = entry;
  const of = <T>(rows: ReadonlyMap<string, readonly T[]>): readonly T[] => rows.get(name) ?? [];
  const { loader } = entry.skill;
  const loaderPath = entry.loaderPath ?? `${dir}/${form === 'flat' ? `${name}.agents.md` : 'AGENTS.md'}`;
  const feedback = of(common.feedback);
  return {
    skill: name,
    loader,
    loaderPath,
    footerLength: common.footerLength,
    revision: of(common.evals).length === 0 ? undefined : revisionNow(common.tree, name),
    edits: of(common.edits),
    evals: of(common.evals),
    feedback,
    findings: common.findings.filter(({ path: file }) => belongsTo(entry, file)),
    conflicts: of(common.conflicts),
    credentials: [...(await credentialsIn(loaderPath, loader ?? '')), ...(await credentialsInRows(feedback))],
    now: common.now,
  };
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
  const wanted = [...names].filter((name) => isName(name) && (options.only === undefined || name === options.only));
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
  const states: SkillState[] = [];
  for (const entry of entries) states.push(await stateOf(common, entry));
  return states;
}

/** Whether a skill of that name is there. */
export function hasSkill(tree: string, name: string): boolean {
  const skills = path.join(tree, layout.skills);
  return isName(name) && (fs.existsSync(path.join(skills, name)) || fs.existsSync(path.join(skills, `${name}.md`)));
}
