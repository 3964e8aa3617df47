/** What kind of end an error means; `src/cli` turns it into the exit status (1, 2 or 3). */
export type ErrorCode = 'failure' | 'usage' | 'refused';

/**
 * An error a person can act on: `message` says what broke and what was found, `hint` what to do next.
 * Anything else that is thrown is a defect of ours and is shown as one.
 */
export class SnappyError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SnappyError';
    this.code = code;
    this.hint = options.hint;
  }
}
