import { createTeam, listTeams, listTenants, mintInvite } from '../../sync/gateway/admin.ts';
import { inviteLinkOf } from '../../sync/gateway/invite.ts';
import type { Invocation, Outcome } from '../command.ts';
import { atTime, gatewayOf, tenantIn } from '../gateway-words.ts';
import { describeInvite, linkWarning, missingTeams, readMintRequest } from '../invite-text.ts';
import { painter } from '../paint.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy tenant onboard`: everything it takes to let somebody in, and the one line to send. */
export async function tenantOnboard(invocation: Invocation): Promise<Outcome> {
  const request = readMintRequest(invocation);
  const { tree, gateway } = gatewayOf(invocation);
  if (request.tenant !== undefined) tenantIn(await listTenants(gateway), request.tenant);
  const paint = painter(invocation);
  const missing = request.teams.length === 0 ? [] : missingTeams(request, await listTeams(gateway));
  const plan = describeInvite(request, gateway.url);
  const made = missing.map((slug) => `  makes       the team ${slug}, which is not there yet`);
  return carryOut(invocation, {
    plan: [plan, ...made].join('\n'),
    data: { gateway: gateway.url, invite: request, newTeams: missing },
    question: 'Make this invite?',
    async act() {
      for (const slug of missing) await createTeam(gateway, slug);
      const minted = await mintInvite(gateway, request);
      const url = await inviteLinkOf(tree, gateway, minted);
      // Double quotes: zsh may take a bare # for a pattern, and cmd takes single ones for letters.
      const line = `npx snappy-os --invite "${url}"`;
      return {
        text: [
          plan,
          '',
          `Send this one line, by a way that only its reader sees. It is good until ${atTime(minted.expires)}:`,
          '',
          `  ${paint('bold', line)}`,
          '',
          'It lays a tree where there is none, wires the agent programs, joins and brings the skills in. It shows its plan first.',
          ...linkWarning(url),
        ].join('\n'),
        data: { url, line, expires: minted.expires },
        changed: `${missing.length === 0 ? '' : `the team ${missing.join(', ')} is made, and `}an invite`,
      };
    },
  });
}
