import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { workBrief } from '../../loop/background/work.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';
import { refreshIndex } from './index-skills.ts';

/**
 * `snappy regen drain <skill> --work <kind>`: what a drain starts in the background. Works that one brief off by the
 * configured runtime, and ends when it has.
 */
export async function regenWork({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const [skill] = args;
  const kind = flags['work'];
  if (skill === undefined || typeof kind !== 'string') {
    throw new SnappyError('usage', '--work takes the kind of a brief, and the skill must be named', {
      hint: 'such as: snappy regen drain <skill> --work loader-rewritten',
    });
  }
  const name = `${skill}.${kind}`;
  if (flags['dry'] === true)
    return {
      text: '',
      data: { tree, dry: true },
      ok: true,
      unchanged: `${name} would be given to the configured runtime`,
    };
  try {
    const { end, why } = await workBrief(tree, { skill, kind, env });
    if (end === 'taken') refreshIndex(tree, { ifStale: true });
    return {
      text: why.map((line) => oneLine(line, 300)).join('\n'),
      data: { tree, skill, kind, end, why },
      ok: end === 'taken' || end === 'not tried',
      changed: end === 'taken' ? `${name} was worked off, and its result is in the skill` : undefined,
      unchanged: `the work on ${name}: ${end}`,
    };
  } catch (cause) {
    throw explainDiskError(cause, 'the skill was not changed, or its edit is in the queue; a later drain tries again');
  }
}
