import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { isCause, noteAlert } from '../../tree/alert-log.ts';
import type { Invocation, Outcome } from '../command.ts';

/**
 * `snappy alert <cause>`: tells that something needs a person. There is no gateway to carry it further yet: it is noted in
 * the tree, once in an hour for one cause.
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
  return {
    text: '',
    data: { tree, cause, noted: changed },
    ok: true,
    changed: changed ? `${layout.alerts} has the alert ${cause}` : undefined,
    unchanged: noted ? 'this is what would be noted' : `the alert ${cause} was noted less than an hour ago`,
  };
}
