import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { SnappyError } from '../../core/errors.ts';
import { defaultTree, findTree, hasTree } from '../../core/paths.ts';
import type { TreeSearch } from '../../core/paths.ts';
import { realSystem, type Change } from '../../core/system.ts';
import type { LinksMode } from '../../install/links/plan.ts';
import { isEmpty, runPipeline, type PipelineRequest, type PipelineResult } from '../../install/pipeline.ts';
import type { JoinAhead } from '../../install/remote/gateway-steps.ts';
import { anyFailed } from '../../install/steps.ts';
import { takeBaseline } from '../../loop/edits/accept.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import type { Place } from '../../runtimes/row.ts';
import { selectRuntimes } from '../../runtimes/table.ts';
import type { Invocation, Outcome } from '../command.ts';
import { bootstrap } from './bootstrap.ts';
import { renderPreview, stepLine, stepTable } from '../install-text.ts';
import { inviteLink, joining } from '../join.ts';
import { painter } from '../paint.ts';
import { diffOf, homely } from '../plan-text.ts';

type Task = PipelineRequest['command'];

/** The value of a flag. An empty one is most often a variable that is not set: what is meant then is not known. */
function valueOf({ flags }: Pick<Invocation, 'flags'>, flag: string): string | undefined {
  const value = flags[flag];
  if (value === '') throw new SnappyError('usage', `--${flag} has no value`, { hint: 'leave it away, or name one' });
  return typeof value === 'string' ? value : undefined;
}

function folderOf(invocation: Invocation, flag: 'home' | 'project'): string | undefined {
  const named = valueOf(invocation, flag);
  if (named === undefined) return undefined;
  const dir = path.resolve(invocation.cwd, named);
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true) return dir;
  throw new SnappyError('usage', `--${flag} ${named} is not a folder`, { hint: `looked for ${dir}` });
}

// Another home is another person's: what moves the caller's own settings does not hold there.
function placeOf(invocation: Invocation): Place {
  const home = folderOf(invocation, 'home');
  return home === undefined
    ? { home: os.homedir(), env: invocation.env }
    : { home, env: { PATH: invocation.env['PATH'], HOME: home } };
}

function linksOf(invocation: Invocation): LinksMode | undefined {
  const named = valueOf(invocation, 'links');
  if (named === undefined || named === 'all' || named === 'pinned' || named === 'none') return named;
  throw new SnappyError('usage', `--links ${named} is not known`, { hint: 'it is one of: all, pinned, none' });
}

/** `--dry` and `--check` say no; the flag or (for install, so that a bootstrap script can consent) the environment says yes. */
function modeOf(task: Task, { flags, env, terminal }: Invocation): PipelineRequest['mode'] {
  if (flags['check'] === true) return 'check';
  if (flags['dry'] === true) return 'plan';
  if (flags['apply'] === true) return 'apply';
  if (task === 'install' && env['SNAPPY_BOOTSTRAP_APPLY'] === '1') return 'apply';
  return terminal ? 'ask' : 'plan';
}

function requestOf(task: Task, invocation: Invocation): Omit<PipelineRequest, 'tree' | 'askGateway'> {
  const { flags } = invocation;
  const named = valueOf(invocation, 'runtime');
  return {
    command: task,
    mode: modeOf(task, invocation),
    place: placeOf(invocation),
    named: named === undefined ? undefined : selectRuntimes(named),
    links: linksOf(invocation),
    project: folderOf(invocation, 'project'),
    cron: flags['cron'] === true,
    trust: flags['trustCodexHooks'] === true,
    now: new Date(),
    version: packageJson.version,
  };
}

function describeChange(change: Change): Record<string, unknown> {
  if (change.kind === 'write') return { kind: change.kind, path: change.path, diff: diffOf(change) };
  return { ...change };
}

function describe(task: Task, { plan, report, applied }: PipelineResult): unknown {
  const describePart = ({ changes, notes, faults }: PipelineResult['plan']['skills']): unknown => ({
    changes: changes.map(describeChange),
    notes,
    faults,
  });
  return {
    command: task,
    applied,
    tree: report.tree,
    runtimes: plan.runtimes.map(({ runtime, changes, notes, fault }) => ({
      id: runtime.id,
      notes,
      ...(fault === undefined ? {} : { fault: fault.message }),
      changes: changes.map(describeChange),
    })),
    skills: describePart(plan.skills),
    instructions: describePart(plan.instructions),
    bookkeeping: plan.bookkeeping.map(({ kind, path: file }) => ({ kind, path: file })),
    report,
  };
}

/** The end of the sentence "Changed: …". */
function summarise({ plan, cron, stored }: PipelineResult): string {
  const inTree = new Set(plan.bookkeeping);
  const all = plan.changes.filter((change) => !inTree.has(change));
  const files = [...new Set(all.flatMap((change) => (change.kind === 'write' ? [homely(change.path)] : [])))];
  const links = all.filter((change) => change.kind === 'symlink').length;
  const removed = all.filter((change) => change.kind === 'remove').length;
  const shown = files.length > 4 ? [...files.slice(0, 3), `${files.length - 3} more files`] : files;
  const words = [
    ...shown,
    ...(links > 0 ? [`${links} skill ${links === 1 ? 'link' : 'links'} made`] : []),
    ...(removed > 0 ? [`${removed} files or links removed`] : []),
    ...(cron.before === cron.after ? [] : ['the crontab']),
    ...(stored ? ['the master key in .env.cache'] : []),
  ];
  return words.length > 0 ? words.join(', ') : 'the record of the install';
}

function unchangedWhy(task: Task, mode: PipelineRequest['mode'], result: PipelineResult): string {
  if (isEmpty(result)) return task === 'install' ? 'all of it is wired already' : 'nothing of snappy-os is wired here';
  return mode === 'check'
    ? `a check; ${result.plan.changes.length} changes would be made`
    : 'this was the plan; add --apply to carry it out';
}

/** What is edited in a tree from its first day on this machine is put down to whoever does it. */
async function takeFirstLook(tree: string): Promise<void> {
  try {
    await withRegenLock(tree, () => takeBaseline(realSystem(), tree));
  } catch {
    // The hook takes it when the first session starts.
  }
}

const whereOf = (invocation: Invocation): TreeSearch => ({
  tree: valueOf(invocation, 'tree'),
  cwd: invocation.cwd,
  env: invocation.env,
});

async function run(task: Task, invocation: Invocation, ahead?: JoinAhead): Promise<Outcome> {
  const { readGatewayStatus } = await import('../../sync/gateway/status.ts');
  const request: PipelineRequest = {
    ...requestOf(task, invocation),
    tree: findTree(whereOf(invocation)),
    askGateway: (tree) => readGatewayStatus(tree, invocation.env),
    joining: ahead,
  };
  const paint = painter(invocation);
  let shown = false;
  const result = await runPipeline(realSystem(), request, {
    tell: (step) => invocation.tell?.(stepLine(step, paint)),
    wait: (who) => invocation.tell?.(`waiting for ${who}`),
    consent(preview) {
      shown = true;
      return invocation.confirm('Make these changes?', renderPreview(preview));
    },
    ...(invocation.secret === undefined
      ? {}
      : { secret: () => invocation.secret?.('The master key of your gateway') ?? Promise.resolve(undefined) }),
  });
  const { plan, report, applied } = result;
  if (task === 'install' && applied) await takeFirstLook(request.tree);
  const refused = [...plan.runtimes.flatMap(({ fault }) => fault ?? []), ...plan.instructions.faults].some(
    ({ code }) => code === 'refused',
  );
  const failed = refused || plan.skills.faults.length > 0 || anyFailed(report.steps);
  const table = stepTable(report.steps, applied, paint);
  const outcome: Outcome = {
    text: shown ? table : `${renderPreview(result)}\n\n${table}`,
    data: describe(task, result),
    ok: !failed && !(request.mode === 'check' && !isEmpty(result)),
    refused,
  };
  return applied
    ? { ...outcome, changed: summarise(result) }
    : { ...outcome, unchanged: unchangedWhy(task, request.mode, result) };
}

/**
 * `snappy install`: wires the runtimes of this machine to the tree. Without a tree one is laid first; with an invite the tree
 * joins its gateway before that.
 */
export async function install(invocation: Invocation): Promise<Outcome> {
  // Before anything is laid, so that a slip in the command line leaves nothing behind.
  const { mode } = requestOf('install', invocation);
  const where = whereOf(invocation);
  const isLaid = hasTree(where);
  const link = inviteLink(invocation, isLaid ? findTree(where) : undefined);
  const wire = (given: Invocation, ahead?: JoinAhead): Promise<Outcome> => run('install', given, ahead);
  let work = (given: Invocation): Promise<Outcome> => wire(given);
  if (link !== undefined) {
    const { readInvitation } = await import('../../sync/gateway/enrol.ts');
    work = joining(wire, await readInvitation(link), (given) => modeOf('install', given));
  }
  if (isLaid) return work(invocation);
  const tree = path.join(placeOf(invocation).home, path.basename(defaultTree()));
  return bootstrap(work, invocation, tree, mode);
}

/** `snappy uninstall`: takes out what install added, and nothing else. */
export const uninstall = (invocation: Invocation): Promise<Outcome> => run('uninstall', invocation);
