import { SnappyError } from '../../core/errors.ts';
import { noteOfAddress } from '../../sync/gateway/connection.ts';
import { withGatewayLock } from '../../sync/gateway/gateway-lock.ts';
import { discardPull, finishPull, hasWork, planPull, pullRepo, reportOf, resumePull } from '../../sync/gateway/pull.ts';
import type { PullPlan, PullReport, PullRequest } from '../../sync/gateway/pull.ts';
import { hasOpenSwap } from '../../sync/gateway/swap.ts';
import { agreeTo, answerOf } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { painter } from '../paint.ts';
import { homely } from '../homely.ts';
import { renderPull, summaryOf } from '../pull-text.ts';
import { readRepoRequest } from '../repo-request.ts';

/** With more files than this nobody waits for the index, nor for the briefs: the hook answers with the old ones until then. */
const fewFiles = 16;
/** To keep a copy of more than these takes longer than to bring them in: the next look does it. */
const manyFiles = 100;

/** What follows once files have come: the index, and the briefs that are due. */
async function settle({ tree, repo }: PullRequest, report: PullReport): Promise<PullReport> {
  if (repo !== 'os' || summaryOf(report) === undefined) return report;
  const { compileInBackground, noticeInBackground, refreshIndex } = await import('./index-skills.ts');
  if (report.items.length > fewFiles) {
    (report.items.length > manyFiles ? compileInBackground : noticeInBackground)(tree);
    return report;
  }
  refreshIndex(tree, { ifStale: true });
  const [{ drain }, { acceptArrived, readArrived }, { withRegenLock }, { realSystem }] = await Promise.all([
    import('../../loop/briefs/drain.ts'),
    import('../../loop/edits/arrived.ts'),
    import('../../loop/regen-lock.ts'),
    import('../../core/system.ts'),
  ]);
  try {
    await withRegenLock(tree, () => {
      // At once where it is little, so that the next edit is told apart from what came; else the next look does it.
      if (readArrived(tree).size <= manyFiles) acceptArrived(realSystem(), tree);
      return drain(realSystem(), tree, { now: new Date() });
    });
    return report;
  } catch (cause) {
    // What came in may be due a brief. That it cannot be written now is no fault of the pull: the next drain does it.
    if (!(cause instanceof SnappyError)) throw cause;
    return { ...report, notes: [...report.notes, `the briefs are not up to date: ${cause.message}`] };
  }
}

function outcomeOf(
  invocation: Invocation,
  request: PullRequest,
  { report, applied }: { readonly report: PullReport; readonly applied: boolean },
): Outcome {
  const { tree, gateway, root, repo, scope } = request;
  const heading = `Pull of ${repo === 'os' ? homely(tree) : `the library ${homely(root)}`} from ${gateway.url}`;
  const note = noteOfAddress(gateway);
  const told = note === undefined ? report : { ...report, notes: [note, ...report.notes] };
  const changed = applied ? summaryOf(report) : undefined;
  const isPlan = !applied && summaryOf(report) !== undefined;
  return {
    text: `${heading}\n${renderPull(told, painter(invocation), applied)}`,
    data: { tree, root, gateway: gateway.url, scope, applied, ...told },
    ok: true,
    changed,
    unchanged: isPlan
      ? 'this was the plan; add --apply to carry it out'
      : `all ${report.beyond === 0 ? '' : 'of state/ '}that the gateway has for you is here`,
  };
}

/** Shows the plan, and carries it out where a person agrees. */
async function pullWithPlan(invocation: Invocation, request: PullRequest): Promise<Outcome> {
  const { tree } = request;
  const isDry = invocation.flags['dry'] === true;
  if (!isDry && hasOpenSwap(request.root)) await withGatewayLock(tree, () => resumePull(request));
  const plan: PullPlan = await planPull(request);
  try {
    const shown = outcomeOf(invocation, request, { report: reportOf(plan), applied: false });
    if (isDry || !hasWork(plan)) return shown;
    // What only brings the records of this machine up to date asks nobody.
    const isQuiet = plan.draft.isEmpty;
    if (!isQuiet) {
      const { agreed, text } = await agreeTo(invocation, 'Carry this out?', shown.text);
      if (!agreed) return { ...shown, text };
    }
    const report = await withGatewayLock(tree, () => finishPull(plan));
    const outcome = outcomeOf(invocation, request, { report: await settle(request, report), applied: true });
    return isQuiet ? { ...outcome, changed: 'what is known here of the gateway, and no file of the tree' } : outcome;
  } finally {
    discardPull(plan);
  }
}

/**
 * `snappy pull`: brings in what is new at the gateway. Shows what it would bring in, change, merge and remove first; what both
 * sides have changed is merged, and what somebody has edited is never laid over.
 */
export async function pull(invocation: Invocation): Promise<Outcome> {
  const request: PullRequest = readRepoRequest(invocation);
  if (answerOf(invocation) !== true) return pullWithPlan(invocation, request);
  const report = await withGatewayLock(request.tree, () => pullRepo(request));
  return outcomeOf(invocation, request, { report: await settle(request, report), applied: true });
}
