import { WireError } from '../../sync/wire/wire-error.ts';
import type { WireErrorCode } from '../../sync/wire/wire-error.ts';
import { GatewayProblem } from '../problem.ts';
import type { ProblemCode } from '../problem.ts';

const codes: Readonly<Record<WireErrorCode, ProblemCode>> = {
  torn: 'bad_request',
  malformed: 'bad_request',
  too_large: 'too_large',
  missing_content: 'missing_content',
  mismatch: 'mismatch',
};
const namedAtMost = 20;

/** Runs `work`, and answers what is wrong with a client's bytes as a problem. */
export async function answeringFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const { paths } = error;
    throw new GatewayProblem(codes[error.code], error.message, {
      ...(paths.length > 0 ? { more: { paths: paths.slice(0, namedAtMost).map((path) => ({ path })) } } : {}),
      cause: error,
    });
  }
}
