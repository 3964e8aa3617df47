import path from 'node:path';
import * as z from 'zod/mini';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { instructionEntry } from './instructions/record.ts';
import { backup, linkRecordSchema } from './links/record.ts';

const absolute = z.string().check(z.maxLength(4_096));
/** All that was between the brackets of a container that held nothing. */
const between = z.string().check(z.regex(/^\s*$/), z.maxLength(100_000));

const target = z.strictObject({
  /** The file of a runtime, absolute. */
  file: absolute,
  /** Whether it was not there before the first install. */
  created: z.boolean(),
  /** For JSON settings: what an edit needs to be undone to the byte. */
  undo: z.optional(
    z.strictObject({
      emptied: z.record(z.string(), between),
      added: z.array(z.string()).check(z.maxLength(1_000)),
    }),
  ),
  /** For a file that is ours as a whole: the sha256 of what was written, and the copy of what stood there before. */
  wrote: z.optional(z.string()),
  replaced: z.optional(backup),
  /** Folders that install made for it, outermost first. */
  folders: z.array(absolute).check(z.maxLength(100)),
});

/** What install did to one file of a runtime, beyond what the file itself shows: enough to undo it to the byte. */
export type InstallTarget = z.infer<typeof target>;

const trust = z.strictObject({
  /** The runtime's id. */
  runtime: z.string().check(z.maxLength(64)),
  /** The sha256 of the file of hooks that its program was asked about. */
  text: z.string().check(z.maxLength(64)),
  /** Those of ours in it, as the program counts them. */
  hooks: z.array(z.strictObject({ place: z.string(), hash: z.string(), command: z.string() })).check(z.maxLength(100)),
  /** Whether the person had install trust them. */
  granted: z.boolean(),
});

/** What a runtime that runs only trusted hooks has said of ours: asking it again takes a second. */
export type TrustRecord = z.infer<typeof trust>;

const record = z.strictObject({
  version: z.literal(2),
  targets: z.array(target).check(z.maxLength(1_000)),
  links: z.array(linkRecordSchema).check(z.maxLength(100)),
  instructions: z.array(instructionEntry).check(z.maxLength(1_000)),
  trust: z.array(trust).check(z.maxLength(100)),
});

export type StoredRecord = z.infer<typeof record>;

/** The record in a tree, and why it could not be used if it could not. */
export interface InstallRecord extends StoredRecord {
  readonly fault?: string;
  /** As it is on the disk; `undefined` where there is none. */
  readonly bytes?: Buffer | undefined;
}

/** A record of nothing. */
const emptyRecord: StoredRecord = { version: 2, targets: [], links: [], instructions: [], trust: [] };

/** Reads `state/log/installs.json`. One that is damaged counts as none: uninstall then goes by what it recognises. */
export function readRecord(system: System, tree: string): InstallRecord {
  const file = path.join(tree, layout.installs);
  let bytes: Buffer | undefined;
  try {
    bytes = system.read(file);
    return bytes === undefined ? emptyRecord : { ...record.parse(JSON.parse(bytes.toString('utf8'))), bytes };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    return { ...emptyRecord, bytes, fault: `${file} is damaged and is not used (${reason})` };
  }
}

/** The bytes of a record; `undefined` for a record of nothing, which needs no file. */
export function encodeRecord({
  version,
  targets,
  links,
  instructions,
  trust: asked,
}: StoredRecord): Buffer | undefined {
  if (targets.length + links.length + instructions.length === 0) return undefined;
  const next = { version, targets, links, instructions, trust: asked };
  // Parsed, its keys are in the order of the schema: one that was read and one that was just made give the same bytes.
  return Buffer.from(`${JSON.stringify(record.parse(next), undefined, 2)}\n`);
}

/** Puts another record in the place of the one in the tree; nothing is written where it says the same. */
export function writeRecord(system: System, tree: string, next: StoredRecord): void {
  const bytes = encodeRecord(next);
  if (bytes !== undefined) system.write(path.join(tree, layout.installs), bytes);
}
