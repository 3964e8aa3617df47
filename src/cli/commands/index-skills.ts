import fs from 'node:fs';
import path from 'node:path';
import { findTree, layout } from '../../core/paths.ts';
import { startDetached } from '../../core/start-detached.ts';
import { realSystem } from '../../core/system.ts';
import { compileIndex } from '../../skills/compile.ts';
import type { CompileResult } from '../../skills/compile.ts';
import { updateIndexPage } from '../../skills/index-page.ts';
import type { Invocation, Outcome } from '../command.ts';

/**
 * Brings the hook's index up to date, and after a full compile the index page. With `ifStale` an edit is live at once, and
 * the rest follows in the background.
 */
export function refreshIndex(tree: string, options: { readonly ifStale: boolean }): Omit<CompileResult, 'entries'> {
  const { entries, ...result } = compileIndex(tree, options);
  if (!result.complete) compileInBackground(tree);
  if (entries !== undefined) updateIndexPage(realSystem(), tree, entries);
  bringBackToNow(path.join(tree, layout.skills));
  return result;
}

/** A folder that a clock has dated after now would be newer than any index, and the hook would have one compiled at each turn. */
function bringBackToNow(folder: string): void {
  const now = new Date();
  if (fs.statSync(folder).mtimeMs <= now.getTime() + 2000) return;
  try {
    fs.utimesSync(folder, now, now);
  } catch {
    // Somebody else's folder: the index is up to date all the same.
  }
}

/** `snappy index`: compiles the hook's index. */
export async function indexSkills({ flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const result = refreshIndex(tree, { ifStale: flags['ifStale'] === true });
  const skills = `${result.skills} skill${result.skills === 1 ? '' : 's'}`;
  return {
    text: result.compiled ? '' : `The index of ${skills} is up to date.`,
    data: { tree, ...result },
    ok: true,
    changed: result.compiled ? `the index of ${tree} (${skills}, ${result.read.length} of them read)` : undefined,
  };
}

function runInBackground(tree: string, words: readonly string[]): void {
  const script = process.argv[1];
  if (script === undefined) return;
  startDetached(script, [...words, '--tree', tree], { cwd: tree, env: process.env });
}

/** The full compile takes a second for a thousand skills; whoever waits for the edit need not wait for that. */
export function compileInBackground(tree: string): void {
  runInBackground(tree, ['index']);
}

/** What the hook starts after an edit: the index is brought up to date, and what is new of the skills is kept. */
export function noticeInBackground(tree: string): void {
  runInBackground(tree, ['regen', 'notice']);
}
