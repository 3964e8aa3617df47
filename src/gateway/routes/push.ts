import * as z from 'zod/mini';
import { limits } from '../../sync/wire/limits.ts';
import { partAnswer, pushAnswer, repoName, tierName } from '../../sync/wire/messages.ts';
import type { PushAnswer } from '../../sync/wire/messages.ts';
import type { Repo, Tier } from '../../sync/wire/names.ts';
import { auditStatement } from '../access/audit.ts';
import { receivePart } from '../content/parts.ts';
import { copyPlainLater } from '../content/plain.ts';
import { acceptPush } from '../content/push.ts';
import { inPushRoom } from '../content/push-room.ts';
import { reach } from '../content/reach.ts';
import type { RepoTier } from '../content/reach.ts';
import { answeringFaults } from '../content/wire-problem.ts';
import { GatewayProblem } from '../problem.ts';
import { bodyOf, readWhole } from '../read-request.ts';
import type { Call, Caller, Route } from '../route.ts';
import { signHead } from '../trust/sign.ts';

const revision = z.string().check(z.regex(/^\d{1,15}$/));

const push: Route = {
  method: 'POST',
  path: '/_push',
  summary: 'Change files of a tier: whole, or not at all. 409 when `base` is not its newest revision.',
  access: 'member',
  query: {
    repo: repoName,
    tier: tierName,
    base: revision,
    push_id: z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/))),
  },
  body: 'pack',
  answer: pushAnswer,
  async handle(call) {
    const { home, query } = call;
    const { place, caller } = writable(call);
    const body = bodyOf(call.request, limits.body);
    const intent = { place, base: Number(query['base']), pushId: query['push_id'] };
    const { head, repeated } = await acceptPush(home, caller, intent, body);
    copyPlainLater(home, place);
    const signed = await signHead(home, { ...place, ...head });
    return Response.json({ head: signed, repeated } satisfies PushAnswer);
  },
};

const part: Route = {
  method: 'POST',
  path: '/_push/part',
  summary: 'Send frames of a push that is too large for one body; the push names them.',
  access: 'member',
  query: { repo: repoName, tier: tierName },
  body: 'pack',
  answer: partAnswer,
  async handle(call) {
    const { place, caller } = writable(call);
    const stream = bodyOf(call.request, limits.body);
    const name = await inPushRoom(call.home, caller.tenant, async () => {
      const body = await readWhole(stream, limits.body);
      const kept = await answeringFaults(() => receivePart(call.home, place, body));
      await notePart(call, place, { part: kept, bytes: body.length });
      return kept;
    });
    return Response.json({ part: name });
  },
};

async function notePart({ home, caller }: Call, { repo, tier }: RepoTier, detail: object): Promise<void> {
  const row = { action: 'push.part', subject: `${repo} ${tier}`, outcome: 'done', detail: { ...detail } } as const;
  await home.ledger.batch([auditStatement({ ts: home.platform.now(), tenant: caller?.tenant, ...row })]);
}

/** Before anything of the body is read. */
function writable({ caller, query }: Call): { readonly place: RepoTier; readonly caller: Caller } {
  if (caller === undefined) throw new GatewayProblem('unknown_key', 'a push needs a key');
  return { place: reach(caller, query['repo'] as Repo, query['tier'] as Tier, 'write'), caller };
}

export const pushRoutes: readonly Route[] = [push, part];
