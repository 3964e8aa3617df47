import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBrief, isBriefText, parseBrief } from './brief.ts';
import type { Brief, BriefReason } from './brief.ts';
import { actionKinds } from './log.ts';

const reason: BriefReason = {
  rule: 'gap-logged',
  key: 'k',
  headline: 'gap: the tests need --runInBand',
  since: '2026-11-21T10:00:00.000Z',
  fixed: true,
  evidence: ['feedback row of 2026-11-21T09:59:59Z: the tests need --runInBand'],
  todo: 'Write it into the loader.',
};
const brief: Brief = { skill: 'x', kind: 'loader-rewritten', opened: '2026-11-21T10:00:00.000Z', reasons: [reason] };

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

describe('a brief', () => {
  test('says in its first line what to do, and how it is closed', () => {
    const text = formatBrief(brief);
    expect(firstLine(text)).toBe('# gap: the tests need --runInBand');
    expect(text).toContain('[<ISO ts>] x: <what> [FIXED] action_kind=loader-rewritten');
    expect(text).toContain('snappy log x "<what>" --fixed --action-kind loader-rewritten');
    const { fixed: _fixed, ...either } = reason;
    const shape = formatBrief({ ...brief, kind: 'shape-ok', reasons: [either] });
    expect(shape).toContain('[FIXED|LOGGED] action_kind=shape-ok');
  });

  test('has as many headlines in its first line as fit, and counts the others', () => {
    const many = ['a', 'b', 'c'].map((letter) => ({ ...reason, headline: `gap: ${letter.repeat(90)}` }));
    expect(firstLine(formatBrief({ ...brief, reasons: many }))).toBe(
      `# gap: ${'a'.repeat(90)}; gap: ${'b'.repeat(90)} (and 1 more)`,
    );
    const long = [{ ...reason, headline: 'x'.repeat(5000) }];
    expect(firstLine(formatBrief({ ...brief, reasons: long })).length).toBeLessThanOrEqual(202);
  });

  test('is read as it was written, whatever it says', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('-->', ' -->\n', '<!-- snappy-os:brief {} -->', '\n# x', '```', '\u2028', '"\\'),
    );
    const reasons = fc.array(
      fc.record({ rule: words, key: words, headline: words, since: words, evidence: fc.array(words), todo: words }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...actionKinds), reasons, (skill, kind, given) => {
        const one: Brief = { skill, kind, opened: brief.opened, reasons: given };
        const text = formatBrief(one);
        expect(parseBrief(text)).toEqual(one);
        expect(isBriefText(text)).toBe(true);
        expect(firstLine(text).startsWith('# ')).toBe(true);
      }),
    );
  });

  test('shows nothing that steers a terminal', () => {
    const text = formatBrief({ ...brief, reasons: [{ ...reason, headline: 'gap: \u001b[2J\u009bx' }] });
    expect(firstLine(text)).toBe('# gap: [2J x');
  });

  test('without reasons is none', () => {
    expect(() => formatBrief({ ...brief, reasons: [] })).toThrow('at least one reason');
  });
});

describe('other texts', () => {
  const text = formatBrief(brief);

  test.each([
    ['a note', '# Work\n'],
    ['an empty one', ''],
    ['a brief that was cut off', text.slice(0, -40)],
    ['a brief of an unknown kind', text.replaceAll('loader-rewritten', 'other')],
    ['a brief without reasons', text.replace(/"reasons":\[.*\](?=\})/, '"reasons":[]')],
    ['a brief whose evidence is no list', text.replace(/"evidence":\[[^\]]*\]/, '"evidence":"x"')],
  ])('%s is no brief', (_what, other) => {
    expect(parseBrief(other)).toBeUndefined();
  });

  test('a person’s own is told from a damaged brief', () => {
    expect(isBriefText('# Work\n')).toBe(false);
    expect(isBriefText(text.slice(0, -40))).toBe(true);
  });
});
