import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeTurns } from './serve-turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An answer that is open until it is closed. */
function makeAnswer(): ServerResponse {
  return Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse;
}

/** Asks for a turn for each answer; the names of those who have got one, in order. */
function askAll(atOnce: number, count: number): { answers: ServerResponse[]; admitted: number[] } {
  const take = makeTurns({ atOnce, longest: 250 });
  const admitted: number[] = [];
  const answers = Array.from({ length: count }, makeAnswer);
  for (const [at, answer] of answers.entries()) void take(answer).then(() => admitted.push(at));
  return { answers, admitted };
}

test('so many are at work at once, and the next one comes when one of them is done', async () => {
  const { answers, admitted } = askAll(2, 5);
  await vi.advanceTimersByTimeAsync(0);
  expect(admitted).toEqual([0, 1]);
  answers[1]?.emit('close');
  await vi.advanceTimersByTimeAsync(0);
  expect(admitted).toEqual([0, 1, 2]);
});

test('a slow one holds up the others for its time, and not longer', async () => {
  const { answers, admitted } = askAll(1, 3);
  await vi.advanceTimersByTimeAsync(249);
  expect(admitted).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1);
  expect(admitted).toEqual([0, 1]);
  // That it ends later gives no second place away.
  answers[0]?.emit('close');
  await vi.advanceTimersByTimeAsync(0);
  expect(admitted).toEqual([0, 1]);
});

test('one whose client has gone away while it waited takes no time', async () => {
  const take = makeTurns({ atOnce: 1, longest: 250 });
  const [first, gone, last] = [makeAnswer(), makeAnswer(), makeAnswer()];
  await take(first);
  const admitted: string[] = [];
  void take(gone).then(() => admitted.push('gone'));
  void take(last).then(() => admitted.push('last'));
  Object.assign(gone, { destroyed: true });
  first.emit('close');
  await vi.advanceTimersByTimeAsync(0);
  expect(admitted).toEqual(['gone', 'last']);
});
