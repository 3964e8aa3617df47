import * as z from 'zod/mini';

const absolute = z.string().check(z.maxLength(4_096));

/** What the record keeps of one file with a block of ours; the block itself says what was there before it. */
export const instructionEntry = z.strictObject({
  /** The file by its real path. */
  file: absolute,
  /** The ids of the runtimes it was written for. */
  runtimes: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(100)),
  /** The sha256 of the block as it was written, its line ends as `\n`: another one is an edit of somebody's. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** What a new file was begun with. */
  head: z.string().check(z.maxLength(1_000)),
  /** Folders that were made for it, outermost first. */
  folders: z.array(absolute).check(z.maxLength(100)),
});

export type InstructionEntry = z.infer<typeof instructionEntry>;
