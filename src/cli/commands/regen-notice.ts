import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { noticeEdits, planNotice } from '../../loop/edits/notice.ts';
import type { NoticedBy } from '../../loop/edits/edit-row.ts';
import { readSeen } from '../../loop/edits/seen.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';
import { refreshIndex } from './index-skills.ts';

const ways = ['tool', 'watched', 'found'] as const;

/** A flag that the hook fills in; it ends up in rows that are kept for years and shown to people. */
function nameFlag(flags: Invocation['flags'], name: string, most: number): string | undefined {
  const value = flags[name];
  // The hook says `-` where it knows none.
  if (value === undefined || value === '' || value === '-') return undefined;
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

/** What a look has found, and whether it was the first: that one takes all skills as they are. */
interface Look {
  readonly rows: readonly EditRow[];
  readonly isFirst: boolean;
}

async function look(tree: string, by: NoticedBy, dry: boolean): Promise<Look> {
  const isFirst = readSeen(tree).source === 'nothing';
  const now = new Date();
  const rows = dry ? (await planNotice(tree, by, now)).rows : await noticeEdits(realSystem(), tree, by, now);
  return { rows, isFirst };
}

function outcomeOf(tree: string, { rows, isFirst }: Look, dry: boolean): Outcome {
  const table = alignColumns(rows.map(describe), '  ');
  const edits = countOf(rows.length, 'edit');
  const changed = isFirst
    ? `the skills of ${tree} are kept as they are now; edits are told from them`
    : rows.length === 0
      ? undefined
      : `the queue of ${tree} has ${edits} more`;
  return {
    text: rows.length === 0 ? '' : `${dry ? 'Would be noted' : 'Noted'}:\n${table}`,
    data: { tree, first: isFirst, edits: rows },
    ok: true,
    changed: dry ? undefined : changed,
    unchanged: isFirst
      ? 'this would be the first look: all skills would be taken as they are now'
      : rows.length === 0
        ? 'the skills are as they were last seen'
        : 'this is what would be noted',
  };
}

/**
 * `snappy regen notice`: brings the index up to date and records what has changed in skills. The hook runs it in the
 * background after each edit.
 */
export async function regenNotice({ flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const by = noticedBy(flags);
  if (flags['dry'] === true) return outcomeOf(tree, await look(tree, by, true), true);
  try {
    refreshIndex(tree, { ifStale: true });
    const found = await withRegenLock(tree, () => look(tree, by, false));
    // What a late write had lost is in the loader again.
    if (found.rows.some(({ how }) => how === 'merge')) refreshIndex(tree, { ifStale: true });
    return outcomeOf(tree, found, false);
  } catch (cause) {
    throw explainDiskError(cause, 'no edit is lost: the next look at the skills finds it again');
  }
}
