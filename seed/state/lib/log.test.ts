import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  actionKinds,
  appendJsonRow,
  appendRow,
  formatFeedbackRow,
  isAnswer,
  parseFeedbackRow,
  parseJsonLine,
  readRows,
} from './log.ts';
import type { FeedbackRow, Question } from './log.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-log-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe('feedback rows', () => {
  test('are read as they are written', () => {
    const line = '[2026-11-21T10:00:00Z] code-review: said where: the tests are [FIXED] action_kind=loader-rewritten';
    const row = {
      ts: '2026-11-21T10:00:00Z',
      slug: 'code-review',
      what: 'said where: the tests are',
      outcome: 'FIXED',
      actionKind: 'loader-rewritten',
    };
    expect(parseFeedbackRow(line)).toEqual(row);
    expect(formatFeedbackRow(row as FeedbackRow)).toBe(line);
  });

  test('any row that can be written is read back the same', () => {
    const row = fc.record({
      ts: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
        .map((date) => date.toISOString()),
      slug: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      what: fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `did ${text}`.replace(/\s+/g, ' ').trim()),
      outcome: fc.constant('FIXED' as const),
      actionKind: fc.constantFrom(...actionKinds),
    });
    fc.assert(
      fc.property(row, (given) => {
        expect(parseFeedbackRow(formatFeedbackRow(given))).toEqual(given);
      }),
    );
  });

  test.each([
    '[2026-11-21T10:00:00Z] x: fixed without a kind [FIXED]',
    '[2026-11-21T10:00:00Z] x: unknown kind [LOGGED] action_kind=other',
    '[yesterday] x: no date [LOGGED]',
    '[2026-11-21T10:00:00Z] Bad Slug: y [LOGGED]',
    '[2026-11-21T10:00:00Z] x: y',
    'free text',
  ])('%s is none', (line) => {
    expect(parseFeedbackRow(line)).toBeUndefined();
  });

  test('the slug may be any name of a folder', () => {
    for (const slug of ['My_Skill', 'a.b', '0'])
      expect(parseFeedbackRow(`[2026-11-21T10:00:00Z] ${slug}: y [LOGGED]`)?.slug).toBe(slug);
    for (const slug of ['../x', 'a/b', '.x', '-x', 'é'])
      expect(parseFeedbackRow(`[2026-11-21T10:00:00Z] ${slug}: y [LOGGED]`)).toBeUndefined();
  });

  test('a LOGGED row may come without a kind, and a bad row is not written', () => {
    expect(parseFeedbackRow('[2026-11-21T10:00:00Z] x: y [LOGGED]')?.outcome).toBe('LOGGED');
    expect(() => formatFeedbackRow({ ts: 'now', slug: 'x', what: 'y', outcome: 'LOGGED' })).toThrow(
      'not a feedback row',
    );
  });
});

describe('a row answers a brief', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const question: Question = { skill: 'x', kind: 'loader-rewritten', since: '2026-11-21T11:00:00.500Z' };
  const row = (line: string): FeedbackRow => {
    const parsed = parseFeedbackRow(line);
    if (parsed === undefined) throw new Error(`no row: ${line}`);
    return parsed;
  };

  test.each([
    ['of its slug and kind, later', '[2026-11-21T11:30:00Z] x: y [FIXED] action_kind=loader-rewritten', true],
    ['that is only LOGGED', '[2026-11-21T11:30:00Z] x: y [LOGGED] action_kind=loader-rewritten', true],
    ['LOGGED without a kind', '[2026-11-21T11:30:00Z] x: y [LOGGED]', false],
    ['of another kind', '[2026-11-21T11:30:00Z] x: y [FIXED] action_kind=shape-ok', false],
    ['of another skill', '[2026-11-21T11:30:00Z] x2: y [FIXED] action_kind=loader-rewritten', false],
    [
      'of a skill that is spelled with a capital',
      '[2026-11-21T11:30:00Z] X: y [FIXED] action_kind=loader-rewritten',
      false,
    ],
    ['that is older', '[2026-11-21T10:59:59Z] x: y [FIXED] action_kind=loader-rewritten', false],
    ['of the same second, from a shell', '[2026-11-21T11:00:00Z] x: y [FIXED] action_kind=loader-rewritten', true],
    ['of the same second, before it', '[2026-11-21T11:00:00.499Z] x: y [FIXED] action_kind=loader-rewritten', false],
    ['of the same millisecond', '[2026-11-21T11:00:00.500Z] x: y [FIXED] action_kind=loader-rewritten', true],
    ['of this moment', '[2026-11-21T12:00:00Z] x: y [FIXED] action_kind=loader-rewritten', true],
    ['from the future', '[2026-11-21T12:00:01Z] x: y [FIXED] action_kind=loader-rewritten', false],
    ['with another offset from UTC', '[2026-11-21T12:30:00+01:00] x: y [FIXED] action_kind=loader-rewritten', true],
  ])('%s: %s is %s', (_which, line, expected) => {
    expect(isAnswer(row(line), question, now)).toBe(expected);
  });

  test('what only a fix answers is not answered by LOGGED', () => {
    const line = '[2026-11-21T11:30:00Z] x: y [LOGGED] action_kind=loader-rewritten';
    expect(isAnswer(row(line), { ...question, fixed: true }, now)).toBe(false);
    expect(isAnswer(row(line.replace('LOGGED', 'FIXED')), { ...question, fixed: true }, now)).toBe(true);
  });

  test('a question whose time cannot be read has no answer', () => {
    const line = '[2026-11-21T11:30:00Z] x: y [FIXED] action_kind=loader-rewritten';
    expect(isAnswer(row(line), { ...question, since: 'yesterday' }, now)).toBe(false);
  });
});

describe('logs', () => {
  test('torn and foreign lines are counted and skipped', () => {
    const text = '{"a":1}\r\n\n{"a":2\n[1]\nnull\n{"a":3}\n{"torn';
    expect(readRows(text, parseJsonLine)).toEqual({ rows: [{ a: 1 }, { a: 3 }], skipped: 4 });
  });

  test('a row after a torn line starts a line of its own', () => {
    const file = path.join(dir, 'new', 'log.ndjson');
    appendJsonRow(file, { a: 1 });
    fs.appendFileSync(file, '{"torn');
    appendJsonRow(file, { a: 2 });
    appendJsonRow(file, { a: 3 });
    expect(fs.readFileSync(file, 'utf8')).toBe('{"a":1}\n{"torn\n{"a":2}\n{"a":3}\n');
  });

  test('a row with a line break is refused', () => {
    expect(() => appendRow(path.join(dir, 'x'), 'a\nb')).toThrow('one line');
  });
});
