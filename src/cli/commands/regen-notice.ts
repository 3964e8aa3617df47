import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { noticeEdits, planNotice } from '../../loop/edits/notice.ts';
import type { NoticedBy } from '../../loop/edits/edit-row.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';
import { refreshIndex } from './index-skills.ts';

const ways = ['tool', 'watched', 'found'] as const;

/** A flag that the hook fills in; it ends up in rows that are kept for years and shown to people. */
function nameFlag(flags: Invocation['flags'], name: string, most: number): string | undefined {
  const value = flags[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > most || /[\u0000-\u001f\u007f]/.test(value)) {
    throw new SnappyError('usage', `--${name} is not a name of at most ${most} characters on one line`, {
      hint: 'the hook fills it in; by hand it can be left out',
    });
  }
  return value;
}

/** Who asks, by the flags of `regen notice` and `regen drain`. Throws `usage` on what cannot stand in a row. */
export function noticedBy(flags: Invocation['flags']): NoticedBy {
  const how = ways.find((way) => way === (flags['how'] ?? 'found'));
  if (how === undefined) {
    const given = JSON.stringify(String(flags['how']).slice(0, 40));
    throw new SnappyError('usage', `--how ${given} is none of ${ways.join(', ')}`, {
      hint: "tool: the agent's own edit tool; watched: the runtime saw the file change; found: anything else",
    });
  }
  return { runtime: nameFlag(flags, 'runtime', 64) ?? 'none', session: nameFlag(flags, 'session', 256) ?? '', how };
}

function describe({ skill, before, after, changes }: EditRow): string[] {
  const count = (side: 'added' | 'removed'): number =>
    changes.reduce((sum, { diff }) => sum + changedLines(diff)[side].length, 0);
  const what = before === null ? 'new' : after === null ? 'gone' : `+${count('added')} -${count('removed')}`;
  return [skill, what, oneLine(changes.map(({ file }) => file).join(', '))];
}

/**
 * `snappy regen notice`: brings the index up to date and records what has changed in skills. The hook runs it in the
 * background after each edit.
 */
export async function regenNotice({ flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const by = noticedBy(flags);
  const dry = flags['dry'] === true;
  let rows: readonly EditRow[];
  try {
    if (!dry) refreshIndex(tree, { ifStale: true });
    rows = dry
      ? (await planNotice(tree, by, new Date())).rows
      : await withRegenLock(tree, () => noticeEdits(realSystem(), tree, by, new Date()));
    // What a late write had lost is in the loader again.
    if (rows.some(({ how }) => how === 'merge') && !dry) refreshIndex(tree, { ifStale: true });
  } catch (cause) {
    throw explainDiskError(cause, 'no edit is lost: the next look at the skills finds it again');
  }
  const table = alignColumns(rows.map(describe), '  ');
  const edits = countOf(rows.length, 'edit');
  return {
    text: rows.length === 0 ? '' : `${dry ? 'Would be noted' : 'Noted'}:\n${table}`,
    data: { tree, edits: rows },
    ok: true,
    changed: dry || rows.length === 0 ? undefined : `the queue of ${tree} has ${edits} more`,
    unchanged: rows.length === 0 ? 'the skills are as they were last seen' : 'this is what would be noted',
  };
}
