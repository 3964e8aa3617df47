import { listTenants, mintInvite } from '../../sync/gateway/admin.ts';
import type { Minted } from '../../sync/gateway/admin.ts';
import { inviteLinkOf } from '../../sync/gateway/invite.ts';
import { countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { atTime, gatewayOf, tenantIn } from '../gateway-words.ts';
import { describeInvite, linkWarning, readMintRequest } from '../invite-text.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy invite mint`: makes an invite and prints its link; `tenant onboard` is the same for people. */
export async function inviteMint(invocation: Invocation): Promise<Outcome> {
  const request = readMintRequest(invocation);
  const { tree, gateway } = gatewayOf(invocation);
  if (request.tenant !== undefined) tenantIn(await listTenants(gateway), request.tenant);
  return carryOut(invocation, {
    plan: describeInvite(request, gateway.url),
    data: { gateway: gateway.url, invite: request },
    question: 'Make this invite?',
    async act() {
      const minted: Minted = await mintInvite(gateway, request);
      const url = await inviteLinkOf(tree, gateway, minted);
      return {
        text: [
          url,
          '',
          `Whoever has it can redeem it until ${atTime(minted.expires)}: snappy invite redeem <url>`,
          ...linkWarning(url),
        ].join('\n'),
        data: { url, code: minted.code, expires: minted.expires },
        changed: `an invite is made, good for ${countOf(request.uses, 'use')}`,
      };
    },
  });
}
