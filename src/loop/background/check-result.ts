import fs from 'node:fs';
import path from 'node:path';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import { factsOf, readFooter } from '../../../seed/state/lib/lint-skills.ts';
import type { SkillFacts } from '../../../seed/state/lib/skill-facts.ts';
import { checkSkill, checkTriggerClashes } from '../../../seed/state/lib/skill-rules.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { findCredentials } from '../../core/credentials.ts';
import { readSkill, readSkills } from '../../skills/read.ts';
import type { SkillState } from '../briefs/rule.ts';
import { briefRules } from '../briefs/rules.ts';
import { growthRule } from '../briefs/rules/growth.ts';
import { unnamedLosses } from './removed-lines.ts';
import type { WorkCopy } from './work-copy.ts';

/** What a result is held to. */
export interface ResultCheck {
  readonly tree: string;
  readonly copy: WorkCopy;
  readonly brief: Brief;
  /** The skill as the drain saw it. */
  readonly state: SkillState;
  /** What the lint found in the copy before anybody worked in it. */
  readonly findings: readonly Finding[];
}

/** A longer text is no loader and no reference; in bytes. */
const mostBytes = 256 * 1024;
/** Lines that a refusal names. */
const shown = 5;

/** Whether a file of a skill is one of the two that an agent may change by itself. */
export function isSkillText(skill: string, file: string): boolean {
  return isLoaderFile(skill, file) || file === 'SKILL.md' || file === `${skill}.md`;
}

/** What the lint says of the copy of a skill, where files outside of the skill are looked for in the tree. */
export function lintCopy(tree: string, { folder, skill }: Pick<WorkCopy, 'folder' | 'skill'>): Finding[] {
  const entry = readSkill(folder, skill);
  const footer = readFooter(tree);
  const own = entry === undefined ? undefined : factsOf(folder, entry, footer);
  if (entry === undefined || own === undefined) return [...(entry?.findings ?? [])];
  const facts: SkillFacts = { ...own, exists: (file) => own.exists(file) || fs.existsSync(path.join(tree, file)) };
  const others = readSkills(tree).flatMap((other) =>
    other.name === skill ? [] : (factsOf(tree, other, footer) ?? []),
  );
  const clashes = checkTriggerClashes([...others, facts]).filter((finding) => finding.path === facts.skillPath);
  return [...entry.findings, ...checkSkill(facts), ...clashes];
}

function changedFiles(before: SkillFiles, after: SkillFiles): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => {
    const [old, now] = [before.get(name)?.bytes, after.get(name)?.bytes];
    return old === undefined || now === undefined || !old.equals(now);
  });
}

/** The texts of a skill, the loader first; those that are longer than a text is are left out. */
function textsOf(skill: string, files: SkillFiles): string[] {
  return [...files]
    .filter(([name, { bytes }]) => isSkillText(skill, name) && bytes.length <= mostBytes)
    .toSorted(([a], [b]) => Number(isLoaderFile(skill, b)) - Number(isLoaderFile(skill, a)))
    .map(([, { bytes }]) => bytes.toString('utf8'));
}

function loaderOf(skill: string, files: SkillFiles): string | undefined {
  for (const [name, { bytes }] of files) if (isLoaderFile(skill, name)) return bytes.toString('utf8');
  return undefined;
}

function checkFiles({ copy }: ResultCheck, after: SkillFiles): string[] {
  const { skill, base } = copy;
  const changed = changedFiles(base, after);
  const others = changed.filter((name) => !isSkillText(skill, name));
  const gone = changed.filter((name) => base.has(name) && !after.has(name));
  const long = changed.filter((name) => (after.get(name)?.bytes.length ?? 0) > mostBytes);
  return [
    ...(changed.length === 0 ? ['nothing was changed'] : []),
    ...others.slice(0, shown).map((name) => `${name} was changed, and only the loader and SKILL.md may be`),
    ...gone.slice(0, shown).map((name) => `${name} is gone, or a link that leads out of the copy`),
    ...long.map((name) => `${name} is longer than ${mostBytes} bytes`),
  ];
}

/** New credentials: those of the skill as it was are a brief of their own. */
async function checkCredentials(before: readonly string[], after: readonly string[]): Promise<string[]> {
  const known = new Set(before.flatMap((text) => text.split('\n')));
  const reasons: string[] = [];
  for (const text of after) {
    const lines = text.split('\n');
    for (const { line, column, kind } of await findCredentials(text))
      if (!known.has(lines[line - 1] ?? ''))
        reasons.push(`a credential (${kind}) stands in line ${line}, column ${column}`);
  }
  return reasons;
}

function checkLint({ findings }: ResultCheck, now: readonly Finding[]): string[] {
  const keyOf = ({ rule, path: file, message }: Finding): string => `${rule}\0${file}\0${message}`;
  const known = new Set(findings.map(keyOf));
  return now
    .filter((finding) => !known.has(keyOf(finding)))
    .map(({ rule, path: file, line, message }) => `the lint finds something new: ${file}:${line} ${rule}: ${message}`);
}

function checkGrowth({ state }: ResultCheck, loader: string | undefined): string[] {
  if (growthRule.look({ ...state, loader }).length === 0) return [];
  const before = [...(state.loader ?? '')].length;
  const isShorter = growthRule.look(state).length > 0 && [...(loader ?? '')].length < before;
  return isShorter ? [] : ['the loader is over its budget of 500 lines and 10,000 characters with its footer'];
}

/** Reasons that are about the text, and that the new text does not do away with. */
function checkReasons(
  { brief, state }: ResultCheck,
  loader: string | undefined,
  findings: readonly Finding[],
): string[] {
  const after: SkillState = { ...state, loader, findings };
  const found = briefRules.flatMap((rule) => rule.look(after)).filter(({ since }) => since === undefined);
  return brief.reasons
    .filter(({ rule, key }) => found.some((one) => one.rule === rule && one.key === key))
    .map(({ headline }) => `what the brief is about is still so: ${headline}`);
}

/**
 * Why what an agent has left in a copy is not taken; empty when it is. Never taken: another file than the two texts, a new
 * finding of the lint, a credential, a loader over its budget, a line that is gone and not named as removed with a reason,
 * a text that leaves what the brief is about as it was.
 */
export async function refusalsOf(check: ResultCheck, after: SkillFiles | undefined, notes: string): Promise<string[]> {
  const { copy, tree } = check;
  const { skill, base } = copy;
  if (after === undefined) return ['the skill is gone from the copy, or cannot be read'];
  const ofFiles = checkFiles(check, after);
  if (ofFiles.length > 0) return ofFiles;
  const [old, now] = [textsOf(skill, base), textsOf(skill, after)];
  const loader = loaderOf(skill, after);
  const findings = lintCopy(tree, copy);
  const lost = unnamedLosses(old, now, notes);
  return [
    ...(await checkCredentials(old, now)),
    ...lost.slice(0, shown).map((line) => `a line is gone that REMOVED.md does not name with a reason: ${line}`),
    ...(lost.length > shown ? [`and ${lost.length - shown} lines more`] : []),
    ...checkGrowth(check, loader),
    ...checkLint(check, findings),
    ...checkReasons(check, loader, findings),
  ];
}
