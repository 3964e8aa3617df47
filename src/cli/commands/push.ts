import { SnappyError } from '../../core/errors.ts';
import { noteOfAddress } from '../../sync/gateway/connection.ts';
import { heldBack } from '../../sync/gateway/plan-push.ts';
import type { PushPlan } from '../../sync/gateway/plan-push.ts';
import type { PushReport, PushRequest } from '../../sync/gateway/push.ts';
import { isTier } from '../../sync/wire/names.ts';
import type { Tier } from '../../sync/wire/names.ts';
import { agreeTo, answerOf } from '../agreement.ts';
import { countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { homely } from '../homely.ts';
import { painter } from '../paint.ts';
import { renderItems } from '../pull-text.ts';
import { renderPush, summaryOf } from '../push-text.ts';
import { readRepoRequest } from '../repo-request.ts';

function readTier(given: string | boolean | undefined): Tier | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && isTier(given)) return given;
  throw new SnappyError('usage', `--tier ${JSON.stringify(given)} is not known`, {
    hint: 'expected private, team:<slug>, subscriber or public',
  });
}

function readRequest(invocation: Invocation): PushRequest {
  const tier = readTier(invocation.flags['tier']);
  return { ...readRepoRequest(invocation), tier, deleteMuch: invocation.flags['delete'] === true };
}

function headingOf({ repo, root, gateway }: PushRequest): string {
  return `Push of ${repo === 'os' ? homely(root) : `the library ${homely(root)}`} to ${gateway.url}`;
}

function newerNote(newer: readonly Tier[]): string[] {
  if (newer.length === 0) return [];
  return [`the gateway has something newer in ${newer.join(', ')}: snappy pull brings it in`];
}

/** Why a push that has nothing to send has nothing to send. */
function nothingToSend({ repo, scope }: PushRequest, plan: PushPlan): string {
  const held = heldBack(plan);
  const all = repo === 'os' && scope === 'state' ? 'all of state/' : 'all that is here';
  return `the gateway has ${all}${held === 0 ? '' : `, but for ${countOf(held, 'file')} held back as said above`}`;
}

/** The plan as it would be, with what the gateway has by now. */
async function showPlan(
  invocation: Invocation,
  request: PushRequest,
): Promise<Outcome & { readonly canApply: boolean }> {
  const { previewPush } = await import('../../sync/gateway/push.ts');
  const preview = await previewPush(request);
  const { plan, hindrances, secrets, news } = preview;
  const isNothing = plan.tiers.length === 0;
  const first = isNothing
    ? newerNote(news.newer)
    : news.newer.map((tier) => `${tier} has something newer: it is pulled and merged first`);
  const notes = [noteOfAddress(request.gateway), ...preview.notes, ...first].filter((note) => note !== undefined);
  const text = `${headingOf(request)}\n${renderPush(plan, { paint: painter(invocation), hindrances, notes })}`;
  return {
    text,
    data: { ...dataOf(request), applied: false, plan, secrets, hindrances, newer: news.newer, notes },
    ok: true,
    ...(hindrances.length > 0 ? { refused: true } : {}),
    unchanged: isNothing
      ? nothingToSend(request, plan)
      : hindrances.length > 0
        ? 'this cannot be sent as it is'
        : 'this was the plan; add --apply to carry it out',
    canApply: !isNothing && hindrances.length === 0,
  };
}

function dataOf({ tree, root, gateway, repo, scope }: PushRequest): Record<string, unknown> {
  return { tree, root, gateway: gateway.url, repo, scope };
}

function doneOutcome(invocation: Invocation, request: PushRequest, report: PushReport): Outcome {
  const { plan, sent, revisions, newer, merged, pulled } = report;
  const paint = painter(invocation);
  const mergedNote = merged === 0 ? [] : ['the gateway had something newer: it was pulled and merged first'];
  const came = renderItems({ repo: request.repo, items: pulled }, paint, true);
  const notes = [noteOfAddress(request.gateway), ...report.notes, ...mergedNote, ...newerNote(newer)].filter(
    (note) => note !== undefined,
  );
  return {
    text: [headingOf(request), ...came, renderPush(plan, { paint, done: sent, notes })].join('\n'),
    data: {
      ...dataOf(request),
      applied: true,
      plan,
      sent,
      revisions: Object.fromEntries(revisions),
      newer,
      merged,
      pulled,
      notes,
    },
    ok: true,
    changed: summaryOf(sent, revisions),
    unchanged: nothingToSend(request, plan),
  };
}

async function carryOut(invocation: Invocation, request: PushRequest): Promise<Outcome> {
  const { applyPush } = await import('../../sync/gateway/push-apply.ts');
  return doneOutcome(invocation, request, await applyPush(request));
}

/**
 * `snappy push`: sends what has changed here to the gateway. Shows what is new, changed, deleted and refused first; with
 * `--auto` it asks nobody, if that was consented to.
 */
export async function push(invocation: Invocation): Promise<Outcome> {
  const { flags } = invocation;
  const request = readRequest(invocation);
  if (flags['auto'] === true || flags['allowFor'] !== undefined) {
    const { pushUnasked } = await import('./push-auto.ts');
    return pushUnasked(invocation, request, () => carryOut(invocation, request));
  }
  if (answerOf(invocation) === true) return carryOut(invocation, request);
  const { canApply, ...shown } = await showPlan(invocation, request);
  if (!canApply) return shown;
  const { agreed, text } = await agreeTo(invocation, 'Carry this out?', shown.text);
  return agreed ? carryOut(invocation, request) : { ...shown, text };
}
