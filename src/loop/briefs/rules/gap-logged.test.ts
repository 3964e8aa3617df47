import { describe, expect, test } from 'vitest';
import { rowsOf, stateWith } from '../test-state.ts';
import { gapLoggedRule } from './gap-logged.ts';

const gaps = (...lines: string[]): string[] =>
  gapLoggedRule.look(stateWith({ feedback: rowsOf(...lines) })).map(({ headline }) => headline);

describe('a gap that was logged', () => {
  test('is the headline, word for word', () => {
    expect(gaps('[2026-11-21T10:00:00Z] tool: the flag is --all, not --every [LOGGED]')).toEqual([
      'gap: the flag is --all, not --every',
    ]);
  });

  test.each(['loader-rewritten', 'skill-ran'])('is one with the kind %s too', (kind) => {
    expect(gaps(`[2026-11-21T10:00:00Z] tool: a [LOGGED] action_kind=${kind}`)).toEqual(['gap: a']);
  });

  test.each(['shape-ok', 'pattern-elevated'])('is none with the kind %s, which answers a brief', (kind) => {
    expect(gaps(`[2026-11-21T10:00:00Z] tool: a [LOGGED] action_kind=${kind}`)).toEqual([]);
  });

  test('is closed by a later fix, and not by a second one that is only logged', () => {
    const gap = '[2026-11-21T10:00:00Z] tool: a [LOGGED]';
    expect(gaps(gap, '[2026-11-21T10:05:00Z] tool: b [FIXED] action_kind=loader-rewritten')).toEqual([]);
    expect(gaps(gap, '[2026-11-21T10:05:00Z] tool: b [LOGGED] action_kind=loader-rewritten')).toEqual([
      'gap: a',
      'gap: b',
    ]);
    expect(gaps(gap, '[2026-11-21T10:05:00Z] tool: b [FIXED] action_kind=shape-ok')).toEqual(['gap: a']);
  });

  test('is not closed by a fix that was before it, nor by one from the future', () => {
    const gap = '[2026-11-21T10:00:00Z] tool: a [LOGGED]';
    expect(gaps('[2026-11-21T09:59:59Z] tool: b [FIXED] action_kind=loader-rewritten', gap)).toEqual(['gap: a']);
    expect(gaps(gap, '[2030-01-01T00:00:00Z] tool: b [FIXED] action_kind=loader-rewritten')).toEqual(['gap: a']);
  });

  test('of the same second as a fix is closed if the fix was written after it', () => {
    const gap = '[2026-11-21T10:00:00.900Z] tool: a [LOGGED]';
    const fix = '[2026-11-21T10:00:00Z] tool: b [FIXED] action_kind=loader-rewritten';
    expect(gaps(gap, fix)).toEqual([]);
    expect(gaps(fix, gap)).toEqual(['gap: a']);
  });

  test('that was logged twice is one finding with two rows', () => {
    const [found, ...others] = gapLoggedRule.look(
      stateWith({
        feedback: rowsOf('[2026-11-21T10:00:00Z] tool: a [LOGGED]', '[2026-11-21T11:00:00Z] tool: a [LOGGED]'),
      }),
    );
    expect(others).toEqual([]);
    expect(found?.evidence).toHaveLength(2);
    expect(found?.since).toBe('2026-11-21T11:00:01.000Z');
  });
});
