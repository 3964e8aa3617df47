import { readEnv } from '../../seed/state/lib/env.ts';
import { SnappyError } from '../core/errors.ts';
import { findTree } from '../core/paths.ts';
import { keyName } from '../sync/gateway/connection.ts';
import type { JoinAhead } from '../install/remote/gateway-steps.ts';
import type { Invitation } from '../sync/gateway/enrol.ts';
import type { Invocation, Outcome } from './command.ts';

type Work = (invocation: Invocation) => Promise<Outcome>;
/** An install; its plan is that of one that comes after the tree has joined what is `joining`, if anything. */
type Install = (invocation: Invocation, joining?: JoinAhead) => Promise<Outcome>;

const inviteName = 'BOOTSTRAP_INVITE_CODE';

/**
 * The link of the invite that a machine is set up with: `--invite`, else BOOTSTRAP_INVITE_CODE, which counts only where
 * there is no key yet. `tree` is `undefined` where none is laid.
 */
export function inviteLink({ flags, env }: Invocation, tree: string | undefined): string | undefined {
  const named = flags['invite'];
  if (named === '') throw new SnappyError('usage', '--invite has no value', { hint: 'expected the link of an invite' });
  if (typeof named === 'string') return named;
  const given = env[inviteName] ?? '';
  if (!given.includes('://')) return undefined;
  const key = tree === undefined ? env[keyName] : readEnv(keyName, { tree, env });
  return key === undefined || key === '' ? given : undefined;
}

/** The same call without the invite: what the rest of an install is given. */
function withoutInvite(invocation: Invocation, more: Invocation['flags']): Invocation {
  const flags = { ...invocation.flags, invite: undefined, ...more };
  return { ...invocation, flags, env: { ...invocation.env, [inviteName]: '' } };
}

async function joinTree(invocation: Invocation, tree: string, invitation: Invitation): Promise<Outcome> {
  const { enrol } = await import('../sync/gateway/enrol.ts');
  const { describeEnrolled, enrolledData } = await import('./join-text.ts');
  const { pull } = await import('./commands/pull.ts');
  invocation.tell?.(`joining ${invitation.url}`);
  const enrolled = await enrol(tree, invitation, { env: invocation.env });
  const pulled = await pull({ ...invocation, args: [], flags: { tree, scope: 'all', apply: true } });
  const joined = enrolled.already ? undefined : `joined ${enrolled.gateway.url} as tenant ${enrolled.tenant}`;
  const changed = [joined, pulled.changed].filter((words) => words !== undefined).join(', ');
  return {
    ...pulled,
    text: `${describeEnrolled(enrolled)}\n\n${pulled.text}`.trimEnd(),
    data: { ...enrolledData(enrolled), pull: pulled.data },
    changed: changed === '' ? undefined : changed,
  };
}

/** Two outcomes of one command, the first one first. */
function together(join: Outcome, install: Outcome): Outcome {
  const changed = [join.changed, install.changed].filter((words) => words !== undefined).join('; ');
  return {
    text: [join.text, install.text].filter((text) => text !== '').join('\n\n'),
    data: { ...(install.data as Record<string, unknown>), join: join.data },
    ok: join.ok && install.ok,
    refused: join.refused === true || install.refused === true,
    changed: changed === '' ? undefined : changed,
    unchanged: install.unchanged,
  };
}

/** What would be done, as text and for a program. */
async function planJoin(
  install: Install,
  invocation: Invocation,
  tree: string,
  invitation: Invitation,
): Promise<Outcome> {
  const { foreseeEnrol } = await import('../sync/gateway/enrol.ts');
  const { describeInvitation } = await import('./join-text.ts');
  const { env } = invocation;
  const foreseen = foreseeEnrol(tree, env, invitation);
  const isMember = foreseen === 'joined';
  const bare = withoutInvite(invocation, { apply: false });
  const quiet = { ...bare, env: { ...bare.env, SNAPPY_BOOTSTRAP_APPLY: '' }, terminal: false };
  const ahead = isMember ? undefined : { gateway: invitation.url, makesKey: foreseen === 'new key' };
  const plan = await install({ ...quiet, confirm: async () => false }, ahead);
  const what = isMember
    ? `This tree belongs to ${invitation.url} already; what is new there would be brought in.`
    : [
        `This tree ${describeInvitation(invitation, foreseen)}`,
        '  comes in    all that it may read there: skills, and programs among them that agents run (snappy pull --scope all)',
        '  below       what would be wired as the tree is now; skills that come in are linked with the others',
      ].join('\n');
  return {
    ...plan,
    text: `${what}\n\n${plan.text}`,
    data: { ...(plan.data as Record<string, unknown>), join: { gateway: invitation.url, joined: isMember } },
    ok: plan.ok && (isMember || invocation.flags['check'] !== true),
    unchanged: 'this was the plan; add --apply to carry it out',
  };
}

/**
 * An install that joins a gateway first: the tree is enrolled, what it may read is brought in, and the runtimes are wired to
 * all of it. Each part is done only where it is not done yet, so that a run that was killed is finished by the same line.
 * `modeOf` says what the command line consents to.
 */
export function joining(
  install: Install,
  invitation: Invitation,
  modeOf: (invocation: Invocation) => 'plan' | 'check' | 'ask' | 'apply',
): Work {
  return async (invocation) => {
    const { flags, cwd, env } = invocation;
    const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
    const mode = modeOf(invocation);
    if (mode !== 'apply') {
      const plan = await planJoin(install, invocation, tree, invitation);
      if (mode !== 'ask') return plan;
      if (!(await invocation.confirm('Join, and make these changes?', plan.text))) return { ...plan, text: '' };
    }
    const joined = await joinTree(invocation, tree, invitation);
    return together(joined, await install(withoutInvite(invocation, { tree, apply: true })));
  };
}
