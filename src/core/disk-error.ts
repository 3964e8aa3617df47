import { SnappyError } from './errors.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than the limit for files here',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  EISDIR: 'a folder stands where a file is needed',
  ENAMETOOLONG: 'the name is too long for this disk',
};

/**
 * What to throw for an error of the file system: a `failure` in words a person can act on, or the error itself when it
 * is of another kind (and then a defect of ours). `file` is what was to be written, where the error names another.
 */
export function explainDiskError(cause: unknown, hint: string, file?: string): unknown {
  // Of a rename it names the source first, which is ours; what could not be written is where it was to go.
  const { code, path, dest } = (cause ?? {}) as NodeJS.ErrnoException & { readonly dest?: string };
  const reason = code === undefined ? undefined : words[code];
  if (reason === undefined) return cause;
  return new SnappyError('failure', `${file ?? dest ?? path ?? 'a file'} could not be written: ${reason} (${code})`, {
    hint,
    cause,
  });
}
