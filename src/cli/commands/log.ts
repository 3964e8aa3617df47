import { SnappyError } from '../../core/errors.ts';
import type { Invocation, Outcome } from '../command.ts';

export async function log(_invocation: Invocation): Promise<Outcome> {
  throw new SnappyError('failure', 'not built yet');
}
