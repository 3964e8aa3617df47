import path from 'node:path';
import * as z from 'zod/mini';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';

const whiteSpace = z.string().check(z.regex(/^[ \t\r\n]*$/), z.maxLength(10_000));

const target = z.strictObject({
  /** The settings file, absolute. */
  file: z.string(),
  /** Whether it was not there before the first install. */
  created: z.boolean(),
  /** Path of a container that was there and empty -> the white space between its brackets. */
  emptied: z.record(z.string(), whiteSpace),
  /** Folders that install made, outermost first. */
  folders: z.array(z.string()),
});

const record = z.strictObject({ version: z.literal(1), targets: z.array(target).check(z.maxLength(1_000)) });

/** What install did to one settings file, beyond what the file itself shows: enough to undo it to the byte. */
export type InstallTarget = z.infer<typeof target>;

/** The record in a tree, and why it could not be used if it could not. */
export interface InstallRecord {
  readonly targets: readonly InstallTarget[];
  readonly fault?: string;
}

/** Reads `state/log/installs.json`. One that is damaged counts as none: uninstall then goes by what it recognises. */
export function readRecord(system: System, tree: string): InstallRecord {
  const file = path.join(tree, layout.installs);
  try {
    const bytes = system.read(file);
    if (bytes === undefined) return { targets: [] };
    return { targets: record.parse(JSON.parse(bytes.toString('utf8'))).targets };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    return { targets: [], fault: `${file} is damaged and is not used (${reason})` };
  }
}

/** The bytes of a record with these targets. */
export function encodeRecord(targets: readonly InstallTarget[]): Buffer {
  return Buffer.from(`${JSON.stringify({ version: 1, targets }, undefined, 2)}\n`);
}
