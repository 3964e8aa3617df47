import { expect, test } from 'vitest';
import { runtimes, selectRuntimes } from './table.ts';

test('no two rows share an id, and each row is complete', () => {
  expect(new Set(runtimes.map((row) => row.id)).size).toBe(runtimes.length);
  const place = { home: '/home/ann', env: {} };
  for (const row of runtimes) {
    expect(row.id).toMatch(/^[a-z][a-z-]*$/);
    expect(row.folder(place)).toMatch(/^\/home\/ann\/./);
    expect(row.warnings(place)).toEqual([]);
    expect(row.contextCap).toBeGreaterThan(1_000);
    for (const entry of row.wiring.entries) expect(entry.timeout).toBeGreaterThan(0);
    // Our hooks of one event would be told apart by the event alone.
    expect(new Set(row.wiring.entries.map((entry) => entry.on)).size).toBe(row.wiring.entries.length);
  }
});

test('runtimes are chosen by name; without names it is all of them', () => {
  expect(selectRuntimes(undefined)).toBe(runtimes);
  expect(selectRuntimes('claude-code, claude-code').map((row) => row.id)).toEqual(['claude-code']);
});

test('an unknown runtime is wrong usage, and the known ones are named', () => {
  const attempt = (): unknown => selectRuntimes('claude-code,emacs');
  expect(attempt).toThrow('there is no runtime "emacs"');
  expect(attempt).toThrow(expect.objectContaining({ code: 'usage', hint: expect.stringContaining('claude-code') }));
});
