import { pushLimits, readRecords } from '../../sync/wire/frames.ts';
import type { WireRecord } from '../../sync/wire/frames.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import { newPackKey } from './keys.ts';
import { PackWriter } from './pack-writer.ts';
import type { PushRoom } from './push-room.ts';
import type { RepoTier } from './reach.ts';

/** A frame of a push, where it will lie and what is in it. */
export interface ArrivedFrame {
  readonly frame: Frame;
  /** Its uncompressed bytes. */
  raw(): Uint8Array;
}

/** The body of a push, read to its end: its frames are in the store, or on their way into it. */
export interface Arrived {
  readonly frames: readonly ArrivedFrame[];
  /** The document, uncompressed. */
  readonly document: Uint8Array;
  /** Puts a part of the push as a pack of it. */
  putPart: PackWriter['putWhole'];
  /** Settles when the store has all packs; rejects when it would not take one. */
  stored(): Promise<unknown>;
  /** Takes the packs out of the store again: nothing names them. */
  discard(): Promise<void>;
}

/**
 * Reads the body of a push as it comes: each frame is uncompressed when it is there, and each pack put when it is full, so that
 * little is left to do after the last byte. `rev` is the revision it wants to be, `room` what it may hold until it is over. Throws `WireError` and `GatewayProblem`.
 */
export async function takeBody(
  home: Home,
  place: RepoTier,
  { rev, room }: { readonly rev: number; readonly room: PushRoom },
  body: ReadableStream<Uint8Array>,
): Promise<Arrived> {
  const packs = new PackWriter(home, () => newPackKey(place.repo, place.tier, rev));
  const frames: ArrivedFrame[] = [];
  let document: Uint8Array | undefined;
  try {
    for await (const record of readRecords(body, pushLimits)) {
      const { kind, rawSize } = record.header;
      if (kind === 'document') room.judge(rawSize);
      else room.expand(rawSize);
      const raw = uncompress(home, record);
      if (kind === 'document') document = raw;
      else
        frames.push({
          frame: packs.add(record),
          raw: room.hold(raw.length) ? () => raw : () => uncompress(home, record),
        });
    }
    packs.flush();
    if (document === undefined) throw new GatewayProblem('bad_request', 'the body has no document');
  } catch (error) {
    await packs.discard();
    throw error;
  }
  return {
    frames,
    document,
    putPart: (bytes) => packs.putWhole(bytes),
    stored: () => packs.stored(),
    discard: () => packs.discard(),
  };
}

/** The document of a push whose frames are not wanted, uncompressed. Throws `WireError` and `GatewayProblem`. */
export async function readDocument(home: Home, room: PushRoom, body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  let document: Uint8Array = new Uint8Array(0);
  for await (const record of readRecords(body, pushLimits)) {
    if (record.header.kind !== 'document') continue;
    room.judge(record.header.rawSize);
    document = uncompress(home, record);
  }
  return document;
}

/** The bytes of a record. Throws `mismatch` where they are not what its header says. */
export function uncompress(home: Home, { header, payload }: WireRecord): Uint8Array {
  try {
    return home.platform.decompress(header.codec, payload, header.rawSize);
  } catch (cause) {
    throw new GatewayProblem('mismatch', `a ${header.kind} cannot be uncompressed to what its header says`, { cause });
  }
}
