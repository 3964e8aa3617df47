import { findTree } from '../../core/paths.ts';
import { enrol, foreseeEnrol, readInvitation } from '../../sync/gateway/enrol.ts';
import type { Invocation, Outcome } from '../command.ts';
import { readLabel } from '../gateway-words.ts';
import { describeEnrolled, describeInvitation, enrolledData } from '../join-text.ts';
import { homely } from '../plan-text.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy invite redeem <url>`: joins a gateway with a tree that is there; nothing is pulled or pushed yet. */
export async function inviteRedeem(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const label = readLabel(flags['label'] as string | undefined);
  const invitation = await readInvitation(args[0] ?? '');
  return carryOut(invocation, {
    plan: `${homely(tree)} ${describeInvitation(invitation, foreseeEnrol(tree, env, invitation))}`,
    data: { tree, gateway: invitation.url },
    question: 'Join this gateway?',
    async act() {
      const enrolled = await enrol(tree, invitation, { env, label });
      return {
        text: `${describeEnrolled(enrolled)}\n\nBring in what it has for you with: snappy pull --scope all`,
        data: enrolledData(enrolled),
        changed: enrolled.already ? undefined : `this tree is tenant ${enrolled.tenant} of ${enrolled.gateway.url}`,
        unchanged: 'this tree belongs to that gateway already; the invite was not used',
      };
    },
  });
}
