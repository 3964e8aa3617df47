import fs from 'node:fs';
import path from 'node:path';
import { formatBrief, isBriefText, parseBrief } from '../../../seed/state/lib/brief.ts';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { actionKinds } from '../../../seed/state/lib/log.ts';
import type { ActionKind } from '../../../seed/state/lib/log.ts';
import { readPartName } from '../../core/atomic.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';

/** A larger file is not read, in bytes: a brief is a page. */
const maxBytes = 256 * 1024;

/** An open brief: a file `<skill>.<kind>.md` of the queue. */
export interface OpenBrief {
  readonly skill: string;
  readonly kind: ActionKind;
  /** Relative to the tree. */
  readonly path: string;
  /** Whether a drain has made it, and may change or remove it; another one is a person's own. */
  readonly isOurs: boolean;
  /** `undefined` for a person's own, or one that was damaged. */
  readonly brief: Brief | undefined;
  /** The first line without its mark: what the hook shows. */
  readonly headline: string;
}

/** Where the brief of a skill and kind is, relative to the tree. */
function briefPath(skill: string, kind: ActionKind): string {
  return `${layout.queue}/${skill}.${kind}.md`;
}

/** What a brief is called: its file without the ending. */
export function nameOfBrief({ skill, kind }: Pick<Brief, 'skill' | 'kind'>): string {
  return `${skill}.${kind}`;
}

/** Where the marker of a skill with open briefs is, relative to the tree. */
function readyPath(skill: string): string {
  return `${layout.queue}/${skill}.ready`;
}

/** The names in the queue's folder; none where there is no such folder. */
function namesIn(tree: string): string[] {
  try {
    return fs.readdirSync(path.join(tree, layout.queue)).toSorted();
  } catch {
    return [];
  }
}

function readOpen(tree: string, skill: string, kind: ActionKind): OpenBrief | undefined {
  const file = briefPath(skill, kind);
  let text: string;
  try {
    const stat = fs.statSync(path.join(tree, file));
    if (!stat.isFile()) return undefined;
    text = stat.size > maxBytes ? '' : fs.readFileSync(path.join(tree, file), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = parseBrief(text);
  const brief = parsed?.skill === skill && parsed.kind === kind ? parsed : undefined;
  const headline = /[^#\s][^\r\n]*/.exec(text)?.[0].trim() ?? '';
  return { skill, kind, path: file, isOurs: isBriefText(text), brief, headline };
}

/** The open briefs of a tree, or of one skill, by the names of their files. */
export function readBriefs(tree: string, skill?: string): OpenBrief[] {
  return namesIn(tree).flatMap((name) => {
    const kind = actionKinds.find((known) => name.endsWith(`.${known}.md`));
    const owner = kind === undefined ? '' : name.slice(0, -`.${kind}.md`.length);
    if (kind === undefined || owner === '' || (skill !== undefined && skill !== owner)) return [];
    return readOpen(tree, owner, kind) ?? [];
  });
}

/** The skills that have a marker. */
function readReady(tree: string): string[] {
  return namesIn(tree).flatMap((name) => (name.endsWith('.ready') && name !== '.ready' ? [name.slice(0, -6)] : []));
}

/** Whether a drain writes files of that name. */
function isOfDrain(name: string): boolean {
  return name.startsWith('.') || name.endsWith('.ready') || actionKinds.some((kind) => name.endsWith(`.${kind}.md`));
}

/** Removes what a drain that was killed in the middle of a write has left half-made. Lock held. */
export function sweepHalves(system: System, tree: string): void {
  for (const name of namesIn(tree))
    if (isOfDrain(readPartName(name)?.name ?? 'no part')) system.remove(path.join(tree, layout.queue, name));
}

/** Writes the marker of each skill that has open briefs, with their names in it, and removes the others'. */
function writeReady(
  system: System,
  tree: string,
  skill: string | undefined,
  briefs: readonly Pick<Brief, 'skill' | 'kind'>[],
): void {
  const files = new Map<string, Set<string>>();
  for (const brief of briefs)
    files.set(brief.skill, (files.get(brief.skill) ?? new Set()).add(`${nameOfBrief(brief)}.md`));
  for (const [owner, names] of files)
    system.write(path.join(tree, readyPath(owner)), `${[...names].toSorted().join('\n')}\n`);
  for (const owner of readReady(tree))
    if ((skill === undefined || skill === owner) && !files.has(owner)) system.remove(path.join(tree, readyPath(owner)));
}

/**
 * Makes the queue hold these briefs: ours that are open and not among them are removed, what others have put there stays.
 * With `skill`, of that one alone. Only what changed is written. Lock held.
 */
export function writeBriefs(
  system: System,
  tree: string,
  {
    skill,
    open,
    briefs,
  }: { readonly skill: string | undefined; readonly open: readonly OpenBrief[]; readonly briefs: readonly Brief[] },
): void {
  const wanted = new Set(briefs.map(nameOfBrief));
  const gone = open.filter((one) => one.isOurs && !wanted.has(nameOfBrief(one)));
  // Those that go first: there are never more than may be open.
  for (const one of gone) system.remove(path.join(tree, one.path));
  for (const brief of briefs) system.write(path.join(tree, briefPath(brief.skill, brief.kind)), formatBrief(brief));
  writeReady(system, tree, skill, [...open.filter((one) => !gone.includes(one)), ...briefs]);
}
