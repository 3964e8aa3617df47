import type { Codec } from '../../sync/wire/manifest.ts';
import type { Home } from '../ports.ts';
import { joined, piecesOf } from './bytes.ts';

/** Less goes in three packets as it is: to set a codec up takes longer. */
const tooSmall = 4_096;

/** Bytes as they are sent to a client, which reads gzip, and zstd where it says so. */
export async function compressFor(
  home: Home,
  raw: Uint8Array,
  takesZstd: boolean,
): Promise<{ readonly codec: Codec; readonly bytes: Uint8Array }> {
  if (raw.length < tooSmall) return { codec: 'none', bytes: raw };
  const made = home.platform.compress(raw);
  if (made.codec !== 'zstd' || takesZstd) return made;
  return { codec: 'gzip', bytes: await gzip(raw) };
}

async function gzip(raw: Uint8Array): Promise<Uint8Array> {
  const stream = new CompressionStream('gzip');
  const writer = stream.writable.getWriter();
  // A copy of its own: what comes of a store may be a view of shared memory to the types.
  const written = writer.write(new Uint8Array(raw)).then(() => writer.close());
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(stream.readable)) pieces.push(piece);
  await written;
  return joined(pieces);
}
