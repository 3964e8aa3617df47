/**
 * What is wrong with something that came over the wire. `torn`: it ends too early, so another try may help. `malformed`: it
 * is not of this format. `too_large`: it goes beyond a limit. `missing_content`: files are named whose content nobody has.
 * `mismatch`: content is not what was said of it.
 */
export type WireErrorCode = 'torn' | 'malformed' | 'too_large' | 'missing_content' | 'mismatch';

/** Bytes or words from the other side that cannot be taken. Each side turns it into an answer or an error of its own. */
export class WireError extends Error {
  readonly code: WireErrorCode;
  /** The files concerned, where it is about some. */
  readonly paths: readonly string[];

  constructor(code: WireErrorCode, message: string, paths: readonly string[] = []) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.paths = paths;
  }
}
