import { SnappyError } from '../../core/errors.ts';
import type { Invocation, Outcome } from '../command.ts';

/** `snappy regen drain --work <brief>`: what the background drain starts; works one brief off and ends. */
export async function regenWork(_invocation: Invocation): Promise<Outcome> {
  throw new SnappyError('failure', 'not built yet');
}
