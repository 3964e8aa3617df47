import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { limits } from '../wire/limits.ts';
import { decompress } from './fetch-pull-codec.ts';
import { FrameMaker } from './push-frames.ts';

/** The content of a file, from the frames that were made. */
async function contentOf(maker: FrameMaker, sha256: string, size: number): Promise<Buffer | undefined> {
  const place = maker.placeOf(sha256);
  const frame = await maker.finish()[place?.frame ?? -1]?.ready;
  if (place === undefined || frame === undefined) return undefined;
  return (await decompress(frame.codec, frame.payload, frame.rawSize)).subarray(place.at, place.at + size);
}

test('contents lie where they are said to, though the memory they came in is used again', async () => {
  const maker = new FrameMaker();
  const lent = Buffer.alloc(1_000);
  for (const letter of 'abc') await maker.add(letter, lent.fill(letter));
  // One that it has already.
  await maker.add('a', lent.fill('x'));
  for (const letter of 'abc') {
    expect((await contentOf(maker, letter, lent.length))?.equals(Buffer.alloc(lent.length, letter)), letter).toBe(true);
  }
});

test('a frame is as large as it should be, but for a content that is larger', async () => {
  const maker = new FrameMaker();
  const sizes = [limits.frame - 1, 1, 1, limits.frame + 1, 0, limits.frame];
  for (const [at, size] of sizes.entries()) await maker.add(String(at), Buffer.alloc(size, String(at)));
  expect(maker.finish().map(({ rawSize }) => rawSize)).toEqual([limits.frame, 1, limits.frame + 1, limits.frame]);
  for (const [at, size] of sizes.entries()) {
    const content = await contentOf(maker, String(at), size);
    expect(content?.equals(Buffer.alloc(size, String(at))), String(at)).toBe(true);
  }
});

test('a frame of an empty content alone is one too', async () => {
  const maker = new FrameMaker();
  expect(maker.finish()).toEqual([]);
  await maker.add('empty', Buffer.alloc(0));
  expect(await contentOf(maker, 'empty', 0)).toHaveLength(0);
});

test('frames are made one after the other in the same memory, and each keeps what is its own', async () => {
  const maker = new FrameMaker();
  const contents = Array.from({ length: 20 }, (_, at) =>
    // What cannot be made smaller goes as it is, in the memory it lies in.
    at % 5 === 0 ? randomBytes(limits.frame) : Buffer.alloc(limits.frame - 10 * at, `content ${at} `),
  );
  for (const [at, content] of contents.entries()) await maker.add(String(at), content);
  for (const [at, content] of contents.entries())
    expect((await contentOf(maker, String(at), content.length))?.equals(content), String(at)).toBe(true);
});
