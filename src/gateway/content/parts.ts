import { magic, partLimits, recordHeaderSize, RecordReader } from '../../sync/wire/frames.ts';
import type { WireRecord } from '../../sync/wire/frames.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import { incomingKeys, incomingNow } from './incoming.ts';
import type { RepoTier } from './reach.ts';

/** A frame of a part, with its record as it was sent. */
export interface PartFrame {
  readonly frame: Frame;
  readonly record: WireRecord;
}

/** The frames of a body of `POST /_push/part`, where they lie once it is a pack of the name `key`. Throws `WireError` for what is none. */
export function framesOfPart(key: string, body: Uint8Array): PartFrame[] {
  const reader = new RecordReader(partLimits);
  const records = reader.feed(body);
  reader.finish();
  let at = magic.length;
  return records.map((record) => {
    const { codec, size, rawSize } = record.header;
    at += recordHeaderSize + size;
    return { frame: { pack: key, at: at - size, size, rawSize, codec }, record };
  });
}

/** A part that was sent ahead, to this tier. Throws `missing_content` where there is none of that name. */
export async function readPart(home: Home, place: RepoTier, sha256: string): Promise<Uint8Array> {
  for (const key of incomingKeys(home, place, sha256)) {
    const body = await home.store.get(key);
    if (body !== undefined) return body;
  }
  throw new GatewayProblem('missing_content', 'a part that the push names was not sent to this tier in these days', {
    more: { parts: [sha256] },
  });
}

/** Lets a part wait for its push. Gives its name, the sha256 of its body; sending it again changes nothing. */
export async function receivePart(home: Home, place: RepoTier, body: Uint8Array): Promise<string> {
  const sha256 = home.platform.sha256(body);
  const key = incomingNow(home, place, sha256);
  framesOfPart(key, body);
  if ((await home.store.size(key)) !== body.length) {
    await home.store.put(key, body);
  }
  return sha256;
}
