import { describe, expect, test } from 'vitest';
import { lostLines } from '../lost-lines.ts';
import { ago, loaderEdit, rowsOf, stateWith } from '../test-state.ts';
import { linesLostRule } from './lines-lost.ts';

const facts = [
  '- The login needs a wait of 3 seconds.',
  '- Exit status 4 means that the token is stale.',
  '- Pass `--region eu` for the staging host.',
  '- The export leaves out drafts unless `--all` is given.',
];
const kept = [
  '# tool',
  '',
  '## Known Pitfalls',
  '- Ask the owner before a purge.',
  '- Logs are in `/var/log/tool`.',
  '',
];
const loader = kept.join('\n');
const collapse = loaderEdit(ago(30), { removed: facts });

const found = (more: Parameters<typeof stateWith>[0]): string[] =>
  linesLostRule.look(stateWith({ loader, edits: [collapse], ...more })).map(({ key }) => key);

describe('a rewrite that lost lines', () => {
  test('is a finding that lists them', () => {
    const [one] = linesLostRule.look(stateWith({ loader, edits: [collapse] }));
    expect(one).toMatchObject({ key: collapse.id, fixed: true });
    expect(one?.headline).toContain('4 lines');
    for (const fact of facts) expect(one?.todo).toContain(fact);
  });

  test('is none when two lines went, or less than three in ten', () => {
    expect(found({ edits: [loaderEdit(ago(30), { removed: facts.slice(0, 2) })] })).toEqual([]);
    const long = `${loader}${Array.from({ length: 20 }, (_, at) => `- Fact ${at} of many.`).join('\n')}\n`;
    expect(found({ loader: long })).toEqual([]);
  });

  test('is none once the lines are back, in their own words or nearly', () => {
    expect(found({ loader: `${loader}${facts.slice(1).join('\n')}\n` })).toEqual([]);
    const nearly = ['- Exit status 4 means the token is stale.', '- For the staging host pass `--region eu`.'];
    expect(found({ loader: `${loader}${nearly.join('\n')}\n` })).toEqual([]);
    expect(found({ loader: `${loader}${nearly[0] ?? ''}\n` })).toEqual([collapse.id]);
  });

  test('is none when each line was replaced by one like it', () => {
    const added = facts.map((line) =>
      line.replace('3', '5').replace('4', '14').replace('eu', 'us').replace('--all', '--drafts'),
    );
    expect(
      found({ loader: `${loader}${added.join('\n')}\n`, edits: [loaderEdit(ago(30), { removed: facts, added })] }),
    ).toEqual([]);
  });

  test('is none when a rewrite has put every fact right', () => {
    const removed = ['- selector: `@red`', '- output: `--to`', '- stdin: `-`', '- lock: `3`'];
    const added = ['- lock: `4`', '- stdin: `/dev/stdin`', '- output: `--into`', '- selector: `@blue`'];
    expect(lostLines(loaderEdit(ago(30), { removed, added }), added.join('\n'))).toEqual([]);
  });

  test('counts one new line for one old line only', () => {
    const removed = ['- The login needs a wait of 3 seconds.', '- The login needs a wait of 4 seconds.'];
    const added = ['- The login needs a wait of 9 seconds.'];
    expect(lostLines(loaderEdit(ago(30), { removed, added }), loader)).toEqual(removed.slice(1));
  });

  test.each([
    [
      'a row after it names the removal',
      '[2026-11-21T11:35:00Z] tool: removed what was false [FIXED] action_kind=loader-rewritten',
      false,
    ],
    ['its author wrote that before it was found', '[2026-11-21T11:20:00Z] tool: Removing old notes [LOGGED]', false],
    [
      'a row speaks of something else',
      '[2026-11-21T11:35:00Z] tool: wrote it anew [FIXED] action_kind=loader-rewritten',
      true,
    ],
    [
      'a removal was named hours before',
      '[2026-11-21T08:00:00Z] tool: removed a line [FIXED] action_kind=loader-rewritten',
      true,
    ],
    [
      'a removal is named in the future',
      '[2031-01-01T00:00:00Z] tool: removed it [FIXED] action_kind=loader-rewritten',
      true,
    ],
  ])('when %s', (_when, line, expected) => {
    expect(found({ feedback: rowsOf(line) }).length > 0).toBe(expected);
  });

  test('by a program that put a revision back is none', () => {
    for (const how of ['revert', 'merge', 'drain'] as const)
      expect(found({ edits: [loaderEdit(ago(30), { removed: facts }, { how })] })).toEqual([]);
  });

  test('is found through later edits', () => {
    const later = loaderEdit(ago(10), { added: ['- Logs are in `/var/log/tool`.'] });
    expect(found({ edits: [collapse, later] })).toEqual([collapse.id]);
  });

  test('is asked about no more after twenty edits that came later', () => {
    const later = Array.from({ length: 20 }, () => loaderEdit(ago(10)));
    expect(found({ edits: [collapse, ...later.slice(1)] })).toEqual([collapse.id]);
    expect(found({ edits: [collapse, ...later] })).toEqual([]);
  });

  test('does not count headings, blank lines and rules, nor other files', () => {
    const shape = ['## A', '', '---', '|---|---|', '```', '### B'];
    expect(lostLines(loaderEdit(ago(30), { removed: shape }), '')).toEqual([]);
    const other = { changes: [{ file: 'SKILL.md', diff: facts.map((line) => `-${line}`).join('\n') }] };
    expect(lostLines(loaderEdit(ago(30), {}, other), '')).toEqual([]);
  });
});
