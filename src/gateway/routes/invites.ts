import * as z from 'zod/mini';
import { fingerprintOf, formatInviteLink } from '../../sync/wire/invite-link.ts';
import { mintAnswer, mintRequest, redeemAnswer, redeemRequest } from '../../sync/wire/messages.ts';
import { findInvite, mintInvite } from '../access/invites.ts';
import { redeemInvite } from '../access/redeem.ts';
import { jsonRoute } from '../json-route.ts';
import { invitePage, spentPage } from '../pages/invite-page.ts';
import { addressOf } from '../read-request.ts';
import type { Call, Route } from '../route.ts';
import { deriveKeys } from '../trust/derive.ts';

export const inviteRoutes: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/invite/mint',
    summary:
      'Make an invite: for a new tenant, or for another machine of this one. A member may make the second alone.',
    access: 'member',
    body: mintRequest,
    answer: mintAnswer,
    async answerTo({ body, caller, ...call }) {
      const { code, expires } = await mintInvite(call.home, caller, body);
      return { code, url: await linkOf(call, code), expires: expires.toISOString() };
    },
  }),
  {
    method: 'GET',
    path: '/invite/:code',
    summary: 'The page of an invite: the line to run. It is no use of it.',
    access: 'public',
    // What is no code is answered as a code that nobody has.
    params: { code: z.string() },
    answer: 'text/html',
    others: { 410: 'text/html' },
    handle: showInvite,
  },
  {
    method: 'POST',
    path: '/invite/redeem',
    summary: 'Enrol a key with an invite. The same key again is answered as before.',
    access: 'public',
    body: redeemRequest,
    answer: redeemAnswer,
    async handle({ home, body, address }) {
      const { code, key, label } = body as z.infer<typeof redeemRequest>;
      const { tenant, grants, ...row } = await redeemInvite(home, { code, key, label }, address);
      const { publicKey } = await deriveKeys(home.config.secret);
      return Response.json({ tenant, label: row.label, public_key: publicKey, grants });
    },
  },
];

async function showInvite(call: Call): Promise<Response> {
  const { home, params, address } = call;
  const code = params['code'] ?? '';
  const invite = await findInvite(home, code, address);
  const { host } = new URL(addressOf(call));
  if (invite === undefined || !invite.open) return spentPage(host);
  const { label, expires, sameTenant } = invite;
  return invitePage({
    label,
    host,
    link: await linkOf(call, code),
    expires: new Date(expires),
    sameTenant: sameTenant !== undefined,
  });
}

async function linkOf(call: Pick<Call, 'home' | 'request'>, code: string): Promise<string> {
  const { publicKey } = await deriveKeys(call.home.config.secret);
  return formatInviteLink({ url: addressOf(call), code, fingerprint: await fingerprintOf(publicKey) });
}
