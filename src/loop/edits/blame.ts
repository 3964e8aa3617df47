import fs from 'node:fs';
import path from 'node:path';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import { parseManifest, sha256 } from '../../../seed/state/lib/seed-manifest.ts';
import { layout } from '../../core/paths.ts';
import { readSkill } from '../../skills/read.ts';
import { measure } from '../evals/summary.ts';
import type { Measure } from '../evals/summary.ts';
import { readEvals } from '../evals/read-evals.ts';
import { planNotice } from './notice.ts';
import { readEdits } from './queue.ts';
import { listRevisions, loadRevision } from './store.ts';

/** The edit that brought a line, without its diff. */
export type Origin = Omit<EditRow, 'changes' | '_v'> & {
  /** Whether the edit is written down; false for one that this very look has found. */
  readonly noted: boolean;
};

/** One line of a loader and where it comes from. */
export interface LineBlame {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** `edit`: as `by` says. `seed`: it was laid with the tree. `before`: it was there when the skill was first looked at. */
  readonly origin: 'edit' | 'seed' | 'before';
  readonly by?: Origin;
  /** The runs that were graded on this machine since the line came; all that are known where that time is not. */
  readonly since: Measure;
}

/** Where the lines of a loader come from. */
export interface LoaderBlame {
  readonly skill: string;
  /** Relative to the tree; `undefined` when the skill has no loader. */
  readonly loader: string | undefined;
  /** Those that are not blank. */
  readonly lines: readonly LineBlame[];
}

/** How often an edit put each line into the loader, less how often it took it out: a line that moved is no new one. */
function netLines({ skill, changes }: EditRow): Map<string, number> {
  const net = new Map<string, number>();
  const count = (lines: readonly string[], by: number): void => {
    for (const line of lines.map((text) => text.trim())) if (line !== '') net.set(line, (net.get(line) ?? 0) + by);
  };
  for (const { file, diff } of changes) {
    if (!isLoaderFile(skill, file)) continue;
    const { added, removed } = changedLines(diff);
    count(added, 1);
    count(removed, -1);
  }
  return net;
}

/**
 * For each line that an edit has put into a skill's loader, the edit that it came with: the newest one that added it while
 * it was not there. What a revert or a merge puts back keeps its first origin. Rows of one skill, the oldest first; lines
 * without the blanks around them.
 */
export function lineOrigins(rows: readonly EditRow[]): Map<string, EditRow> {
  const known = new Map<string, { readonly origin: EditRow | undefined; readonly isThere: boolean }>();
  for (const row of rows) {
    for (const [line, net] of netLines(row)) {
      const before = known.get(line);
      const isPutBack = before !== undefined && (before.isThere || row.how === 'merge' || row.how === 'revert');
      if (net < 0) known.set(line, { origin: before?.origin, isThere: false });
      else if (net > 0) known.set(line, { origin: isPutBack ? before.origin : row, isThere: true });
    }
  }
  return new Map([...known].flatMap(([line, { origin }]) => (origin === undefined ? [] : [[line, origin]])));
}

/** The runs of revisions that have the line: graded after the edit, and not of a revision that was left with it. */
function runsSince(edit: EditRow, rows: readonly EditRow[], evals: readonly EvalRow[], now: number): EvalRow[] {
  const at = rows.indexOf(edit);
  const later = new Set(rows.slice(at).map(({ after }) => after));
  const earlier = new Set(rows.slice(0, at + 1).map(({ before }) => before));
  return evals.filter(({ ts, rev_id }) => {
    const time = Date.parse(ts);
    return time >= Date.parse(edit.ts) && time <= now && (later.has(rev_id) || !earlier.has(rev_id));
  });
}

/** The lines that the seed laid, where a revision with the very text it laid is kept. */
function seedLines(tree: string, skill: string, loader: string): ReadonlySet<string> {
  const lines = new Set<string>();
  try {
    const laid = parseManifest(fs.readFileSync(path.join(tree, layout.manifest), 'utf8')).files[loader];
    const file = path.posix.basename(loader);
    for (const { rev_id, files } of listRevisions(tree, skill).toReversed()) {
      if (laid === undefined || !files.some((entry) => entry.path === file && entry.sha256 === laid)) continue;
      const bytes = loadRevision(tree, skill, rev_id)?.get(file)?.bytes;
      if (bytes === undefined || sha256(bytes) !== laid) continue;
      for (const line of bytes.toString('utf8').split('\n')) lines.add(line.trim());
      break;
    }
  } catch {
    // Without a manifest nobody knows what the seed laid.
  }
  return lines;
}

function originOf({ changes: _changes, _v, ...row }: EditRow, noted: boolean): Origin {
  return { ...row, noted };
}

/**
 * Where each line of a skill's loader comes from, and how it did since. Edits that nobody has noticed yet count too, and
 * nothing is written. `undefined` when the tree has no such skill. Reads the graded runs: for a person's command only.
 */
export async function blameLoader(tree: string, name: string, now: Date): Promise<LoaderBlame | undefined> {
  const entry = readSkill(tree, name);
  if (entry === undefined) return undefined;
  const { loader } = entry.skill;
  if (loader === undefined || entry.loaderPath === undefined) return { skill: name, loader: undefined, lines: [] };
  const unnoticed = (await planNotice(tree, { runtime: 'none', session: '', how: 'found' }, now)).rows;
  const noted = readEdits(tree, name);
  const rows = [...noted, ...unnoticed.filter((row) => row.skill === name)];
  const origins = lineOrigins(rows);
  const evals = readEvals(tree, name).rows;
  const seed = seedLines(tree, name, entry.loaderPath);
  const known = evals.filter(({ ts }) => Date.parse(ts) <= now.getTime());
  const lines = loader.split(/\r?\n/).map((text, at): LineBlame => {
    const origin = origins.get(text.trim());
    const line = at + 1;
    if (origin === undefined) {
      return { line, text, origin: seed.has(text.trim()) ? 'seed' : 'before', since: measure(known) };
    }
    const since = measure(runsSince(origin, rows, evals, now.getTime()));
    return { line, text, origin: 'edit', by: originOf(origin, noted.includes(origin)), since };
  });
  return { skill: name, loader: entry.loaderPath, lines: lines.filter(({ text }) => text.trim() !== '') };
}
