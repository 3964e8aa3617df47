/** What the system says of a path that cannot be looked at; `undefined` where there is just nothing (any more). */
export function faultOf(cause: unknown): string | undefined {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  if (code === 'ELOOP') return 'it is a link';
  if (code === undefined) throw cause;
  return `it cannot be read (${code})`;
}
