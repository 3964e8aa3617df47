import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod/mini';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';

const schema = z.strictObject({
  _v: z.literal(1),
  mode: z.enum(['attended', 'background']),
  runtime: z.nullable(z.string().check(z.regex(/^[a-z0-9-]{1,32}$/))),
  revert: z.enum(['ask', 'auto']),
  maxOpen: z.int().check(z.minimum(1), z.maximum(4)),
  /** The words of dispatch.json that were agreed to: `runtime` is started by these, and by no others. */
  command: z.optional(z.array(z.string())),
});

/**
 * How a tree works briefs off on this machine: `state/log/regen.json`. The person's consent to more than asking is written
 * here, and so it is not synced: what was agreed to on one machine starts nothing on another.
 */
export type RegenConfig = Readonly<z.infer<typeof schema>>;

const defaults: RegenConfig = { _v: 1, mode: 'attended', runtime: null, revert: 'ask', maxOpen: 2 };

/** Reads the config; a tree that has none gets the defaults. Throws `refused` on a file that cannot be understood. */
export function readRegenConfig(tree: string): RegenConfig {
  const file = path.join(tree, layout.regenConfig);
  if (!fs.existsSync(file)) return defaults;
  try {
    return schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new SnappyError('refused', `${layout.regenConfig} cannot be understood: ${problemOf(cause)}`, {
      hint: `nothing was changed; mend it, or move it away to go by the defaults: ${JSON.stringify(defaults)}`,
      cause,
    });
  }
}

/** Writes the config. */
export function writeRegenConfig(system: System, tree: string, config: RegenConfig): void {
  system.write(path.join(tree, layout.regenConfig), `${JSON.stringify(config, undefined, 2)}\n`);
}

function problemOf(cause: unknown): string {
  if (cause instanceof z.core.$ZodError) {
    const [issue] = cause.issues;
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
