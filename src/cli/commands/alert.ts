import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { isCause, noteAlert } from '../../tree/alert-log.ts';
import type { Invocation, Outcome } from '../command.ts';

interface Sent {
  /** The gateway that was told; `undefined` where none is configured. */
  readonly gateway: string | undefined;
  readonly sent: boolean;
  readonly text: string;
}

/** Tells the tree's gateway, if it has one. What keeps that from being done is said, and is no failure of the alert. */
async function tellGateway(tree: string, cause: string, env: NodeJS.ProcessEnv): Promise<Sent> {
  const { configuredGateway } = await import('../../sync/gateway/connection.ts');
  let url: string | undefined;
  try {
    const gateway = configuredGateway(tree, env);
    if (gateway === undefined) return { gateway: undefined, sent: false, text: '' };
    url = gateway.url;
    const { sendAlert } = await import('../../sync/gateway/admin-alert.ts');
    const { forwarded } = await sendAlert(gateway, cause);
    return { gateway: url, sent: true, text: `${url} was told${forwarded ? ', and passes it on' : ''}` };
  } catch (error) {
    if (!(error instanceof SnappyError)) throw error;
    return { gateway: url, sent: false, text: `No gateway was told: ${error.message}` };
  }
}

/**
 * `snappy alert <cause>`: tells that something needs a person. It is noted in the tree, once in an hour for one cause, and
 * the tree's gateway is told, where there is one and it can be reached.
 */
export async function alert({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const cause = args[0] ?? '';
  if (!isCause(cause)) {
    throw new SnappyError('usage', `${JSON.stringify(cause.slice(0, 80))} is no cause of an alert`, {
      hint: 'expected up to 64 small letters, digits and single hyphens, such as doctor-failed',
    });
  }
  const dry = flags['dry'] === true;
  let noted: boolean;
  try {
    noted = noteAlert(realSystem(), tree, cause, { now: new Date(), dry });
  } catch (error) {
    throw explainDiskError(error, 'the alert is lost; mend this first');
  }
  const changed = noted && !dry;
  // What was noted a moment ago was told then.
  const told = changed ? await tellGateway(tree, cause, env) : undefined;
  return {
    text: told?.text ?? '',
    data: { tree, cause, noted: changed, gateway: told?.gateway ?? null, sent: told?.sent ?? false },
    ok: true,
    changed: changed ? `${layout.alerts} has the alert ${cause}` : undefined,
    unchanged: noted ? 'this is what would be noted' : `the alert ${cause} was noted less than an hour ago`,
  };
}
