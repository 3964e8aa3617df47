import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeRecord,
  endRecord,
  magic,
  partLimits,
  pullLimits,
  pushLimits,
  readRecords,
  RecordReader,
} from './frames.ts';
import type { BodyLimits, WireRecord } from './frames.ts';
import { WireError } from './wire-error.ts';

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** A body of frames and then a document, each of the size told, with end. */
function bodyOf(frames: readonly Uint8Array[], document: Uint8Array): Uint8Array {
  return join([
    magic,
    ...frames.flatMap((frame) => encodeRecord('frame', 'none', frame, frame.length)),
    ...encodeRecord('document', 'gzip', document, document.length),
    endRecord(),
  ]);
}

function read(body: Uint8Array, sizes: readonly number[], limits: BodyLimits = pushLimits): WireRecord[] {
  const reader = new RecordReader(limits);
  const records: WireRecord[] = [];
  let at = 0;
  for (let turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? body.length;
    records.push(...reader.feed(body.subarray(at, at + size)));
    at += size;
  }
  reader.finish();
  return records;
}

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof WireError ? error.code : String(error);
  }
  return 'none';
}

/** A header with whatever numbers. */
function header(kind: number, codec: number, size: number, rawSize: number): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, codec);
  view.setUint32(2, size, true);
  view.setUint32(6, rawSize, true);
  return bytes;
}

const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, at) => at);
const small = bodyOf([bytes(3), bytes(0), bytes(20)], bytes(7));

describe('a body', () => {
  test('is read back as it was written, in whatever pieces it comes', () => {
    const payload = fc.uint8Array({ maxLength: 40 });
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 6 }), payload, sizes, (frames, document, cuts) => {
        const records = read(bodyOf(frames, document), cuts);
        expect(records.map(({ header: { kind } }) => kind)).toEqual([...frames.map(() => 'frame'), 'document']);
        expect(records.map((record) => [...record.payload])).toEqual([...frames, document].map((each) => [...each]));
      }),
    );
  });

  test('of large frames is read back, byte by byte too', () => {
    const large = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
    const body = bodyOf([large.slice(0, 70_000)], bytes(1));
    expect(read(body, [1])[0]?.payload).toEqual(large.slice(0, 70_000));
    expect(read(bodyOf([large], bytes(1)), [65_536])[0]?.payload).toEqual(large);
  });

  test('that is cut off at any byte is told from a whole one', () => {
    for (let end = 0; end < small.length; end += 1) {
      expect([end, faultOf(() => read(small.subarray(0, end), [5]))]).toEqual([end, 'torn']);
    }
  });

  test('that goes on after its end is refused', () => {
    expect(faultOf(() => read(join([small, bytes(1)]), [small.length]))).toBe('malformed');
    expect(faultOf(() => read(join([small, small]), [1_000]))).toBe('malformed');
  });

  test('that is not of this version is refused at its first bytes', () => {
    expect(faultOf(() => read(join([Uint8Array.of(0x53, 0x4e, 0x50, 0x4b, 2), small.subarray(5)]), [5]))).toBe(
      'malformed',
    );
    expect(faultOf(() => read(new TextEncoder().encode('<html>'), [6]))).toBe('malformed');
  });

  test('never costs more than a WireError, whatever bytes it has', () => {
    const mutated = fc.tuple(fc.nat(small.length - 1), fc.nat(255), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(mutated, ([at, value, cut]) => {
        const body = small.slice();
        body[at] = value;
        expect(['none', 'torn', 'malformed', 'too_large']).toContain(faultOf(() => read(body, [cut])));
      }),
      { numRuns: 400 },
    );
  });

  test('comes from a stream and from anything else that gives pieces', async () => {
    const stream = new Blob([small.slice().buffer]).stream();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield small.subarray(0, 11);
      yield small.subarray(11);
    }
    const count = async (source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> => {
      let n = 0;
      for await (const _ of readRecords(source, pushLimits)) n += 1;
      return n;
    };
    expect(await count(stream)).toBe(4);
    expect(await count(pieces())).toBe(4);
    await expect(count(new Blob([small.slice(0, -1).buffer]).stream())).rejects.toMatchObject({ code: 'torn' });
  });
});

describe('a header', () => {
  const MB = 1024 * 1024;
  test.for([
    ['of an unknown kind', header(3, 0, 0, 0), 'malformed'],
    ['of an unknown codec', header(1, 3, 0, 0), 'malformed'],
    ['of an end with a payload', header(0, 0, 1, 1), 'malformed'],
    ['of an end with a size that is not there', header(0, 0, 0, 1), 'malformed'],
    ['of an end without a document', header(0, 0, 0, 0), 'malformed'],
    ['of a frame that says 4 GB', header(1, 2, 100, 0xffff_ffff), 'too_large'],
    ['of a frame beyond its limit', header(1, 2, 100, 5 * MB + 1), 'too_large'],
    ['of a document beyond its limit', header(2, 2, 100, 48 * MB + 1), 'too_large'],
    ['of a plain frame with two sizes', header(1, 0, 5, 6), 'malformed'],
    ['of a frame that grows by being compressed', header(1, 2, 0xffff_ffff, 100), 'malformed'],
  ] as const)('%s is refused before its payload comes', ([, record, code]) => {
    expect(faultOf(() => new RecordReader(pushLimits).feed(join([magic, record])))).toBe(code);
  });

  test('stands where the body is to have it', () => {
    const frame = encodeRecord('frame', 'none', bytes(1), 1);
    const document = encodeRecord('document', 'none', bytes(1), 1);
    const end = endRecord();
    const tries: readonly (readonly [BodyLimits, readonly Uint8Array[], string])[] = [
      [pushLimits, [...document, ...frame, end], 'malformed'],
      [pushLimits, [...document, ...document, end], 'malformed'],
      [pullLimits, [...frame, ...document, end], 'malformed'],
      [pullLimits, [...document, ...frame, end], 'none'],
      [pullLimits, [...document, ...document, end], 'malformed'],
      [partLimits, [...frame, end], 'none'],
      [partLimits, [...document, end], 'malformed'],
    ];
    for (const [limits, records, code] of tries) {
      expect(faultOf(() => read(join([magic, ...records]), [7], limits))).toBe(code);
    }
  });

  test('of a bomb is refused by what all frames say together, and by their number', () => {
    const frame = encodeRecord('frame', 'zstd', bytes(1), 5 * MB);
    expect(faultOf(() => read(join([magic, ...Array.from({ length: 60 }, () => frame).flat()]), [100]))).toBe(
      'too_large',
    );
    const empty = encodeRecord('frame', 'none', bytes(0), 0);
    expect(faultOf(() => read(join([magic, ...Array.from({ length: 4_097 }, () => empty).flat()]), [100]))).toBe(
      'too_large',
    );
  });

  test('may say all that its limits allow', () => {
    const two = [...encodeRecord('frame', 'none', bytes(2), 2), ...encodeRecord('frame', 'none', bytes(3), 3)];
    const body = join([magic, ...two, endRecord()]);
    expect(
      faultOf(() => read(body, [9], { total: body.length, raw: 5, frames: 2, document: 'none', documentSize: 0 })),
    ).toBe('none');
    expect(faultOf(() => read(body, [9], { ...partLimits, raw: 4 }))).toBe('too_large');
    expect(faultOf(() => read(body, [9], { ...partLimits, frames: 1 }))).toBe('too_large');
    const full = join([magic, header(1, 2, 100, 5 * MB)]);
    expect(faultOf(() => new RecordReader(partLimits).feed(full))).toBe('none');
  });

  test('does not matter once the body is larger than it may be', () => {
    expect(faultOf(() => read(small, [small.length], { ...pushLimits, total: small.length - 1 }))).toBe('too_large');
    expect(faultOf(() => read(small, [1], { ...pushLimits, total: small.length }))).toBe('none');
  });
});
