import { StoreError } from './ports.ts';
import { GatewayProblem } from './problem.ts';

/** What whatever was thrown is answered with: a failure of ours or of the storage tells nothing of itself but that. */
export function problemOf(cause: unknown): GatewayProblem {
  if (cause instanceof GatewayProblem) return cause;
  if (!(cause instanceof StoreError)) return new GatewayProblem('internal', 'it is not the request', { cause });
  if (!cause.retryable) return new GatewayProblem('storage', 'its operator has to look at it', { cause });
  return new GatewayProblem('storage', 'try again', { cause, headers: { 'retry-after': '5' } });
}

/** The fault itself, with its place: for the operator alone. */
export function wordsOfFault(cause: unknown): string {
  if (cause instanceof GatewayProblem) return cause.message;
  if (!(cause instanceof Error)) return String(cause);
  const place = cause.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return `${cause.name}: ${cause.message} ${place.trim()}`;
}
