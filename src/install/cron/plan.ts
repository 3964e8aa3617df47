import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { putCron, takeCron } from './block.ts';
import { readCrontab, writeCrontab, type CrontabTool } from './crontab.ts';
import type { StepResult } from '../steps.ts';

/** What would become of the person's crontab; `before` and `after` are the same where nothing would. */
export interface CronPlan {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly result: StepResult;
}

export interface CronRequest {
  readonly command: 'install' | 'uninstall';
  /** Whether the person has asked for it; an uninstall takes out what is there. */
  readonly wanted: boolean;
  readonly tree: string;
  /** The Node that shall run it, absolute. */
  readonly node: string;
  readonly platform: NodeJS.Platform;
}

const same = (result: StepResult): CronPlan => ({ before: undefined, after: undefined, result });

/** Plans the marked block in the crontab: put in where it is wanted, taken out by an uninstall. Never throws for a crontab that cannot be edited: it is left alone, with a warning. */
export async function planCrontab(tool: CrontabTool, request: CronRequest): Promise<CronPlan> {
  const { command, wanted, node } = request;
  // The real path, as hooks name it too; a block of an install that was called with a link names that.
  const tree = fs.realpathSync(request.tree);
  const take = (text: string | undefined): string | undefined =>
    takeCron(takeCron(text, tree), path.resolve(request.tree));
  if (request.platform === 'win32')
    return same({ status: 'skipped', summary: 'there is no cron on Windows', notes: [] });
  if (!wanted) return same({ status: 'skipped', summary: 'not asked for (--cron)', notes: [] });
  const crontab = await readCrontab(tool);
  if (crontab.kind === 'no program') {
    const status = command === 'install' ? 'warn' : 'skipped';
    return same({ status, summary: 'there is no crontab program on PATH', notes: [] });
  }
  if (crontab.kind === 'unreadable')
    return same({ status: 'warn', summary: 'the crontab cannot be read and is left alone', notes: [crontab.reason] });
  const before = crontab.text;
  try {
    const after = command === 'install' ? putCron(before, { node, tree }) : take(before);
    const summary = command === 'install' ? 'snappy doctor, once a day' : 'our lines taken out';
    return before === after
      ? { before, after, result: { status: 'ok', summary: 'as it should be', notes: [] } }
      : { before, after, result: { status: 'changed', summary, notes: [] } };
  } catch (cause) {
    if (!(cause instanceof SnappyError)) throw cause;
    return same({ status: 'failed', summary: cause.message, notes: cause.hint === undefined ? [] : [cause.hint] });
  }
}

/** Carries the plan out. Throws when the crontab has changed since, or cannot be written: the old one stays then. */
export async function applyCrontab(tool: CrontabTool, { before, after }: CronPlan): Promise<void> {
  if (before !== after) await writeCrontab(tool, before, after);
}
