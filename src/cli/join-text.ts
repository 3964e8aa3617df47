import { noteOfAddress } from '../sync/gateway/connection.ts';
import type { Enrolled, Foreseen, Invitation } from '../sync/gateway/enrol.ts';
import { describeGrants } from './gateway-words.ts';
import { oneLine } from './paint.ts';

/** What following an invite means, in lines that go on from the name of the tree. */
export function describeInvitation(invitation: Invitation, foreseen: Foreseen): string {
  const note = noteOfAddress({ url: invitation.url, key: '' });
  return [
    `would join the gateway ${invitation.url}`,
    `  its key     ${invitation.fingerprint}, the one that the invite names; pinned in state/log/gateway/trust.json`,
    `  your key    ${foreseen === 'new key' ? 'made here' : 'the one that is here already,'} and kept in .env.cache (mode 0600); the gateway keeps a keyed hash of it`,
    ...(note === undefined ? [] : [`  but         ${note}`]),
  ].join('\n');
}

/** What a tree is now. */
export function describeEnrolled({ gateway, tenant, label, grants }: Enrolled): string {
  return [
    `${gateway.url} knows this tree as "${oneLine(label, 80)}"`,
    `  tenant      ${tenant}`,
    `  reads       its own, the public, and beside them: ${describeGrants(grants)}`,
  ].join('\n');
}

/** The same for a program. Without the key. */
export function enrolledData({ gateway, tenant, label, grants, already }: Enrolled): Record<string, unknown> {
  return { gateway: gateway.url, tenant, label, grants, already };
}
