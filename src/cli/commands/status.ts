import os from 'node:os';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { describeSummary } from '../../loop/evals/summary-text.ts';
import type { LoopStatus } from '../../tree/loop-status.ts';
import { findGateway } from '../../sync/gateway/connection.ts';
import { repoRoot } from '../../sync/gateway/scan.ts';
import { repos } from '../../sync/wire/names.ts';
import type { Repo } from '../../sync/wire/names.ts';
import { readStatus } from '../../tree/status.ts';
import type { MachineStatus, RuntimeStatus, TreeStatus } from '../../tree/status.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { describeScope, remoteScopes, scopesData, viewGateway } from '../gateway-scopes.ts';
import type { GatewayView } from '../gateway-scopes.ts';
import { oneLine, painter } from '../paint.ts';
import { homely } from '../homely.ts';
import { oneOf } from '../repo-request.ts';
import { renderStanding } from '../standing-text.ts';

type Paint = ReturnType<typeof painter>;

const units: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

/** How long ago something was, in its largest unit. */
function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (seconds < -60) return 'by a clock that was ahead';
  const unit = units.find(([length]) => seconds >= length);
  return unit === undefined ? 'just now' : `${Math.floor(seconds / unit[0])} ${unit[1]} ago`;
}

function renderRuntime({ name, present, wiring }: RuntimeStatus, paint: Paint): string {
  if (wiring === 'wired') return `${name} ${paint('green', 'wired')}`;
  if (wiring === 'not wired') return paint('dim', `${name} ${present ? 'not wired' : 'not here'}`);
  return `${name} ${paint('yellow', wiring === 'partly' ? 'partly wired (snappy install)' : 'has settings that cannot be read')}`;
}

type Row = readonly [name: string, values: readonly string[]];

/** More skills than this are summed up. */
const mostGraded = 12;

function renderGraded({ graded }: LoopStatus, paint: Paint): string[] {
  if (graded.length === 0) return [paint('dim', 'no run has been graded yet')];
  const lines = alignColumns(
    graded.slice(0, mostGraded).map((summary) => [oneLine(summary.skill, 64), describeSummary(summary)]),
  ).split('\n');
  const more = graded.length - mostGraded;
  return more <= 0 ? lines : [...lines, `and ${countOf(more, 'more skill')} (snappy eval tail)`];
}

function renderUnmeasured(unmeasured: readonly string[], skills: number): string {
  if (unmeasured.length === 0) return 'none: somebody has run every skill as it is now';
  const shown = oneLine(unmeasured.slice(0, 4).join(', '), 300);
  const names = unmeasured.length > 4 ? `${shown} and ${unmeasured.length - 4} more` : shown;
  return `${unmeasured.length} of ${countOf(skills, 'skill')}, nobody has run them as they are now: ${names}`;
}

function renderLoop({ loop, skills }: MachineStatus, paint: Paint, now: number): Row[] {
  const runs = loop.runs.map(
    (row) =>
      `${oneLine(row.skill, 64)} ${row.score.toFixed(2)} ${row.ok ? 'ok' : paint('red', 'not ok')}, ${ago(row.ts, now)}`,
  );
  const repaired = loop.feedback.map((row) => `${row.slug} [${row.outcome}] ${oneLine(row.what)}, ${ago(row.ts, now)}`);
  const briefs = alignColumns(
    loop.briefs.map(({ name, headline }) => [oneLine(name, 96), oneLine(headline, 100)]),
  ).split('\n');
  const fixes = `${countOf(loop.fixed, 'gap')} fixed by the agent that met ${loop.fixed === 1 ? 'it' : 'them'}, ${loop.logged} only noted`;
  return [
    ['evals', renderGraded(loop, paint)],
    ['last runs', runs.length === 0 ? [] : runs],
    ['unmeasured', [renderUnmeasured(loop.unmeasured, skills)]],
    [
      'briefs',
      loop.briefs.length === 0
        ? [paint('dim', 'none open')]
        : [...briefs, paint('dim', '(snappy regen list explains them)')],
    ],
    ['fixes', loop.fixed + loop.logged === 0 ? [] : [fixes]],
    ['feedback', repaired.length === 0 ? [paint('dim', 'no loader has been repaired yet')] : repaired],
  ];
}

function renderMachine(machine: MachineStatus, paint: Paint, now: number): string[] {
  const { index } = machine;
  const age =
    index.time === undefined
      ? paint('red', 'not compiled (snappy index)')
      : index.fresh
        ? `up to date, made ${ago(index.time, now)}`
        : paint('yellow', 'older than the skills (snappy index)');
  const rows: Row[] = [
    ['machine', [machine.machineId ?? paint('yellow', 'no id (snappy doctor --fix)')]],
    ['seed', [machine.version ?? paint('yellow', 'no manifest (snappy doctor)')]],
    ['skills', [`${machine.skills}`]],
    ['index', [age]],
    ['runtimes', machine.runtimes.map((runtime) => renderRuntime(runtime, paint))],
    ...renderLoop(machine, paint, now),
  ];
  return rows.flatMap(([name, values]) => values.map((value, at) => `  ${(at === 0 ? name : '').padEnd(12)}${value}`));
}

type View = GatewayView | { readonly fault: string } | undefined;

/** What is known of the gateway; what keeps it from being read is told in its place. */
function readView(tree: string, env: NodeJS.ProcessEnv): View {
  try {
    return viewGateway(tree, env);
  } catch (cause) {
    if (cause instanceof SnappyError) return { fault: cause.message };
    throw cause;
  }
}

function renderScopes(view: View, paint: Paint): string[] {
  return remoteScopes.flatMap(([scope, alone]) => {
    const lines =
      view === undefined
        ? [`no gateway configured ${paint('dim', `(${alone})`)}`]
        : 'fault' in view
          ? [paint('yellow', view.fault)]
          : describeScope(scope, view);
    return lines.map((line, at) => `${at === 0 ? paint('bold', scope.padEnd(14)) : ' '.repeat(14)}${line}`);
  });
}

function renderStatus(found: TreeStatus, view: View, paint: Paint, now: number): string {
  const machine = found['THIS MACHINE'];
  return [
    `${paint('bold', 'THIS MACHINE'.padEnd(14))}${homely(machine.tree)}`,
    ...renderMachine(machine, paint, now),
    '',
    ...renderScopes(view, paint),
  ].join('\n');
}

/** `snappy status --repo os`: what differs between a repo here and at the gateway. Changes nothing. */
async function statusOfRepo(invocation: Invocation, tree: string, repo: Repo): Promise<Outcome> {
  const { env } = invocation;
  const { readStanding } = await import('../../sync/gateway/standing.ts');
  const request = {
    tree,
    root: repoRoot(repo, tree, env),
    gateway: findGateway(tree, env),
    repo,
    scope: 'all',
    env,
  } as const;
  const standing = await readStanding(request);
  const { preview, ...data } = standing;
  return {
    text: renderStanding(standing, painter(invocation)),
    data: { tree, ...data, plan: preview.plan, newer: preview.news.newer, notes: preview.notes },
    ok: true,
  };
}

/** `snappy status`: the four scopes at a glance; with `--repo` what differs between that and the gateway. */
export async function status(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  if (flags['repo'] !== undefined) return statusOfRepo(invocation, tree, oneOf('repo', repos, flags['repo']));
  const found = readStatus(tree, { home: os.homedir(), env });
  const view = readView(tree, env);
  const data = view === undefined || 'fault' in view ? found : { ...found, ...scopesData(view) };
  return { text: renderStatus(found, view, painter(invocation), Date.now()), data, ok: true };
}
