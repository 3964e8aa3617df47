import { expect, test } from 'vitest';
import { limits } from '../wire/limits.ts';
import type { ReadyFrame } from './push-frames.ts';
import { splitFrames } from './push-send.ts';

const frame = (size: number, rawSize = size): ReadyFrame => ({
  payload: { length: size } as Uint8Array,
  codec: 'zstd',
  rawSize,
});
const MB = 1024 * 1024;
const sizes = (frames: readonly ReadyFrame[], documentSize: number): number[] =>
  splitFrames(frames, documentSize).map((body) => body.length);

test('frames go into as few bodies as hold them, and the document into the last one', () => {
  expect(sizes([], 1_000)).toEqual([0]);
  expect(
    sizes(
      Array.from({ length: 15 }, () => frame(MB)),
      MB / 2,
    ),
  ).toEqual([15]);
  // There is no room for the document beside them.
  expect(
    sizes(
      Array.from({ length: 15 }, () => frame(MB)),
      2 * MB,
    ),
  ).toEqual([15, 0]);
  expect(
    sizes(
      Array.from({ length: 40 }, () => frame(MB)),
      1_000,
    ),
  ).toEqual([15, 15, 10]);
});

test('no body is more than a gateway makes of it', () => {
  const raw = limits.rawBody / 4 + 1;
  expect(
    sizes(
      Array.from({ length: 7 }, () => frame(1_000, raw)),
      1_000,
    ),
  ).toEqual([3, 3, 1]);
});
