import * as z from 'zod/mini';

const absolute = z.string().check(z.maxLength(4_096));
const entryName = z.string().check(z.regex(/^(?!\.{1,2}$)[^/\\\0]{1,255}$/));
/** Below the tree's `_backups`, with forward slashes, so that it holds when the tree moves. */
export const backup = z.string().check(z.maxLength(4_096), z.regex(/^_backups\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\\\0]+$/));

/** What install did to one folder of skills: all that uninstall goes by. */
export const linkRecordSchema = z.strictObject({
  /** The runtime's folder of skills, absolute. */
  root: absolute,
  /** The tree's skills as the links were written: a tree that has moved still knows its old links. */
  skills: absolute,
  /** Whether `root` itself is the link, or a folder that holds one for each skill. */
  form: z.enum(['whole', 'each']),
  /** Folders that install made, outermost first; `root` is among them where it was not there. */
  made: z.array(absolute).check(z.maxLength(100)),
  links: z.array(entryName).check(z.maxLength(100_000)),
  copies: z.array(entryName).check(z.maxLength(100_000)),
  /** What stood in the place of a link -> where it was moved. */
  moved: z.record(entryName, backup),
  /** Where the empty folder was moved for which one link now stands. */
  folder: z.optional(backup),
});

export type LinkRecord = z.infer<typeof linkRecordSchema>;
