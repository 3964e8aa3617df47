import { encodeHeader, encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import { StoreError } from '../ports.ts';
import type { Home } from '../ports.ts';
import { joined, piecesOf, streamOf } from './bytes.ts';
import { compressFor } from './compress.ts';
import { runsOf } from './frame-runs.ts';
import type { Run } from './frame-runs.ts';
import type { Pulled } from './pull.ts';
import { readPack } from './read-file.ts';

/** Up to so much of a pack comes as bytes: a stream costs more than that memory. */
const readWhole = 1024 * 1024;

/**
 * The body of a pull: its document, then its frames as the store gives them. Without frames it is one piece, which a home sends
 * faster than a stream. A fault on the way leaves it without its end.
 */
export async function answerBody(
  home: Home,
  { document, inline }: Pulled,
  takesZstd: boolean,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>> {
  const raw = new TextEncoder().encode(JSON.stringify(document));
  const { codec, bytes } = compressFor(home, raw, 'list', takesZstd);
  const begin = [magic, ...encodeRecord('document', codec, bytes, raw.length)];
  if (inline.length === 0) return joined([...begin, endRecord()]);
  return streamOf(pieces(home, joined(begin), inline, takesZstd));
}

async function* pieces(
  home: Home,
  begin: Uint8Array,
  inline: readonly Frame[],
  takesZstd: boolean,
): AsyncGenerator<Uint8Array, void> {
  yield begin;
  for (const run of runsOf(inline)) yield* sendRun(home, run, takesZstd);
  yield endRecord();
}

async function* sendRun(home: Home, run: Run, takesZstd: boolean): AsyncGenerator<Uint8Array, void> {
  const source = new Cutter(readRun(home, run), run.pack);
  try {
    for (const frame of run.frames) {
      if (frame.codec === 'zstd' && !takesZstd) yield* sendAnew(home, frame, source);
      else {
        const { codec, size, rawSize } = frame;
        yield encodeHeader({ kind: 'frame', codec, size, rawSize });
        yield* source.next(frame.size);
      }
    }
  } finally {
    await source.close();
  }
}

async function* readRun(home: Home, { pack, at, size }: Run): AsyncGenerator<Uint8Array, void> {
  if (size <= readWhole) {
    yield await readPack(home, pack, { at, length: size });
    return;
  }
  const body = await home.store.stream(pack, { at, length: size });
  if (body === undefined) throw new StoreError(`there is no pack ${pack}`, { retryable: false });
  yield* piecesOf(body);
}

/** A frame for a client without zstd. */
async function* sendAnew(home: Home, frame: Frame, source: Cutter): AsyncGenerator<Uint8Array, void> {
  const own: Uint8Array[] = [];
  for await (const piece of source.next(frame.size)) own.push(piece);
  const raw = home.platform.decompress(frame.codec, joined(own), frame.rawSize);
  const { codec, bytes } = compressFor(home, raw, 'contents', false);
  yield* encodeRecord('frame', codec, bytes, raw.length);
}

/** Cuts a stream into runs of known sizes. It is asked for nothing where they have no bytes, as frames of empty files. */
class Cutter {
  readonly #source: AsyncGenerator<Uint8Array, void>;
  readonly #name: string;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncGenerator<Uint8Array, void>, name: string) {
    this.#source = source;
    this.#name = name;
  }

  async *next(size: number): AsyncGenerator<Uint8Array, void> {
    let left = size;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#source.next();
        if (done === true) throw new StoreError(`${this.#name} ends too early`, { retryable: true });
        this.#rest = value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  close(): Promise<unknown> {
    return this.#source.return();
  }
}
