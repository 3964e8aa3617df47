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

const address = '192.0.2.1';

/** Asks for a turn for each answer; the names of those who have got one, in order. */
function askAll(atOnce: number, count: number): { answers: ServerResponse[]; admitted: number[] } {
  const take = makeTurns({ atOnce, longest: 250, waiting: 10 });
  const admitted: number[] = [];
  const answers = Array.from({ length: count }, makeAnswer);
  for (const [at, answer] of answers.entries()) void take(answer, address).then(() => admitted.push(at));
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

test('one whose client has gone away while it waited takes no time, and is not worked at', async () => {
  const take = makeTurns({ atOnce: 1, longest: 250, waiting: 10 });
  const [first, gone, last] = [makeAnswer(), makeAnswer(), makeAnswer()];
  await take(first, address);
  const isLeft = take(gone, address);
  const isLast = take(last, address);
  Object.assign(gone, { destroyed: true });
  first.emit('close');
  await vi.advanceTimersByTimeAsync(0);
  expect(await Promise.all([isLeft, isLast])).toEqual([false, true]);
});

test('an address that sends many waits for itself, and another one for one turn of it', async () => {
  const take = makeTurns({ atOnce: 1, longest: 250, waiting: 1_000 });
  const admitted: string[] = [];
  const ask = (from: string): void => void take(makeAnswer(), from).then(() => admitted.push(from));
  for (let n = 0; n < 500; n++) ask('flood');
  ask('ann');
  ask('bob');
  await vi.advanceTimersByTimeAsync(5 * 250);
  expect(admitted).toEqual(['flood', 'flood', 'ann', 'bob', 'flood', 'flood']);
});

test('more than may wait of one address are turned away, and others are not', async () => {
  const take = makeTurns({ atOnce: 1, longest: 250, waiting: 2 });
  const ask = (from: string): Promise<boolean> => take(makeAnswer(), from);
  const all = [ask('flood'), ask('flood'), ask('flood'), ask('flood'), ask('ann')];
  await vi.advanceTimersByTimeAsync(4 * 250);
  expect(await Promise.all(all)).toEqual([true, true, true, false, true]);
});
