import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';

const schema = z.strictObject({
  _v: z.literal(1),
  /** Names of skills that are linked also where the native listing cannot hold them all. */
  pinned: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(1_000)),
});

/** The skills that the user has pinned in `state/config/links.json`; none without the file. Throws `refused` for a damaged one. */
export function readPinned(tree: string): readonly string[] {
  const file = path.join(tree, layout.links);
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SnappyError('refused', `${file} cannot be read`, { hint: 'mend or remove it', cause });
  }
  try {
    return schema.parse(JSON.parse(text)).pinned;
  } catch (cause) {
    throw new SnappyError('refused', `${file} is not of the form {"_v":1,"pinned":["a-skill"]}`, {
      hint: 'mend or remove it, then run this again',
      cause,
    });
  }
}
