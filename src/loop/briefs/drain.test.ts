import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseBrief } from '../../../seed/state/lib/brief.ts';
import { formatEditRow } from '../../../seed/state/lib/edit.ts';
import { drySystem, realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { drain } from './drain.ts';
import type { DrainOptions, DrainResult } from './drain.ts';
import { ago, loaderEdit, testNow } from './test-state.ts';

const queue = 'state/log/regen-queue';
const loader = '# tool\n\n## Critical Rules\n- Run it.\n\n## Commands\n\n## Known Pitfalls\n\n## Self-Test\n';
const skillMd =
  '---\nname: tool\ndescription: "Runs the tool. Use it when asked."\ntriggers: ["run the tool"]\n---\n# tool\n\n## Eval\nA person.\n';
const skill = { 'state/skills/tool/SKILL.md': skillMd, 'state/skills/tool/AGENTS.md': loader };
const gap = '[2026-11-21T11:00:00Z] tool: needs --all [LOGGED]\n';
const fixed = '[2026-11-21T11:30:00Z] tool: wrote it in [FIXED] action_kind=loader-rewritten\n';

let tree: TestTree;
beforeEach(() => {
  tree = makeTestTree(skill);
});
afterEach(() => tree.remove());

const at = (file: string): string => path.join(tree.dir, file);
function append(file: string, text: string): void {
  fs.mkdirSync(path.dirname(at(file)), { recursive: true });
  fs.appendFileSync(at(file), text);
}
const feedback = (text: string): void => append('state/log/loader-feedback.log', text);
const drained = (options: Partial<DrainOptions> = {}): Promise<DrainResult> =>
  drain(realSystem(), tree.dir, { now: new Date(testNow), ...options });
/** The files of the queue but the drain's own. */
const queued = (): string[] => fs.readdirSync(at(queue)).filter((name) => !name.startsWith('.'));

describe('a drain', () => {
  test('makes a brief of a gap, with a marker, and removes both when a fix is logged', async () => {
    feedback(gap);
    const first = await drained();
    expect(first).toMatchObject({ opened: ['tool.loader-rewritten'], closed: [] });
    expect(queued()).toEqual(['tool.loader-rewritten.md', 'tool.ready']);
    const text = tree.read(`${queue}/tool.loader-rewritten.md`);
    expect(text.startsWith('# gap: needs --all\n')).toBe(true);
    expect(parseBrief(text)?.skill).toBe('tool');
    expect(tree.read(`${queue}/tool.ready`)).toBe('tool.loader-rewritten.md\n');
    feedback(fixed);
    expect(await drained()).toMatchObject({ opened: [], closed: ['tool.loader-rewritten'] });
    expect(queued()).toEqual([]);
  });

  test('moves edits into the history and holds what was edited to the lint', async () => {
    const edit = loaderEdit(ago(5), { added: ['- Run it.'] });
    append(`${queue}/tool.${edit.id}.edit.json`, formatEditRow(edit));
    fs.rmSync(at('state/skills/tool/AGENTS.md'));
    const result = await drained();
    expect(result.drained.map(({ id }) => id)).toEqual([edit.id]);
    expect(tree.read('state/log/edits.ndjson').match(new RegExp(edit.id, 'g'))).toHaveLength(1);
    expect(result.opened).toEqual(['tool.shape-ok']);
    expect(tree.read(`${queue}/tool.shape-ok.md`)).toContain('there is no loader');
  });

  test('done twice writes the same bytes, and changes nothing but its mark', async () => {
    feedback(gap);
    append('state/log/edits.ndjson', `${formatEditRow(loaderEdit(ago(5)))}\n`);
    await drained();
    const before = tree.files();
    const system = realSystem();
    await drain(system, tree.dir, { now: new Date(testNow) });
    expect(tree.files()).toEqual(before);
    expect(system.changes.map((change) => path.basename(change.path))).toEqual(['.draining', '.draining']);
  });

  test('an hour later keeps the time a brief was opened at, also of one that was removed by hand', async () => {
    feedback(gap);
    await drained();
    const before = tree.read(`${queue}/tool.loader-rewritten.md`);
    const later = { now: new Date(testNow + 3_600_000) };
    await drained(later);
    expect(tree.read(`${queue}/tool.loader-rewritten.md`)).toBe(before);
    fs.rmSync(at(`${queue}/tool.loader-rewritten.md`));
    fs.rmSync(at(`${queue}/tool.ready`));
    await drained(later);
    expect(tree.read(`${queue}/tool.loader-rewritten.md`)).toBe(before);
    expect(queued()).toContain('tool.ready');
  });

  test('leaves a mark that is older than anything written after it began', async () => {
    feedback(gap);
    await drained();
    const mark = fs.statSync(at(`${queue}/.drained`)).mtimeMs;
    expect(fs.statSync(at('state/log/loader-feedback.log')).mtimeMs).toBeLessThanOrEqual(mark);
    expect(fs.statSync(at(`${queue}/tool.loader-rewritten.md`)).mtimeMs).toBeGreaterThanOrEqual(mark);
    expect(fs.existsSync(at(`${queue}/.draining`))).toBe(false);
  });

  test('of one skill leaves the others and the mark alone', async () => {
    append('state/skills/other/SKILL.md', skillMd.replaceAll('tool', 'other'));
    append('state/skills/other/AGENTS.md', loader.replaceAll('tool', 'other'));
    feedback(gap + gap.replace('tool', 'other'));
    expect((await drained({ skill: 'other' })).opened).toEqual(['other.loader-rewritten']);
    expect(fs.existsSync(at(`${queue}/.drained`))).toBe(false);
    await drained();
    const before = tree.files();
    await drained({ skill: 'other' });
    expect(tree.files()).toEqual(before);
  });

  test('that is dry changes nothing, and says what would be', async () => {
    feedback(gap);
    const edit = loaderEdit(ago(5));
    append(`${queue}/tool.${edit.id}.edit.json`, formatEditRow(edit));
    const before = tree.files();
    const result = await drain(drySystem(), tree.dir, { now: new Date(testNow), dry: true });
    expect(result.opened).toEqual(['tool.loader-rewritten']);
    expect(tree.files()).toEqual(before);
  });
});

describe('what others have put into the queue', () => {
  test('a brief that a person wrote is never touched, and counts as open', async () => {
    append(`${queue}/tool.loader-rewritten.md`, '# My own work\n');
    append(`${queue}/notes.md`, 'mine');
    append(
      'state/log/regen.json',
      JSON.stringify({ _v: 1, mode: 'attended', runtime: null, revert: 'ask', maxOpen: 1 }),
    );
    append('state/log/edits.ndjson', `${formatEditRow(loaderEdit(ago(5)))}\n`);
    fs.rmSync(at('state/skills/tool/AGENTS.md'));
    feedback(gap + fixed);
    const result = await drained();
    expect(result.briefs).toEqual([]);
    expect(tree.read(`${queue}/tool.loader-rewritten.md`)).toBe('# My own work\n');
    expect(tree.read(`${queue}/notes.md`)).toBe('mine');
    expect(tree.read(`${queue}/tool.ready`)).toBe('tool.loader-rewritten.md\n');
  });

  test('a brief of ours that was damaged is made anew, and one of a skill that is gone removed', async () => {
    feedback(gap);
    await drained();
    const good = tree.read(`${queue}/tool.loader-rewritten.md`);
    append(`${queue}/gone.shape-ok.md`, good.replaceAll('tool', 'gone'));
    append(`${queue}/gone.ready`, '');
    fs.writeFileSync(at(`${queue}/tool.loader-rewritten.md`), good.replace('opened', 'opend'));
    await drained();
    expect(tree.read(`${queue}/tool.loader-rewritten.md`)).toBe(good);
    expect(queued()).toEqual(['tool.loader-rewritten.md', 'tool.ready']);
  });
});

describe('rows that are not as they should be', () => {
  test('torn lines, foreign lines and slugs without a skill are passed over and told', async () => {
    feedback(`${gap}noise\n${gap.replace('tool', 'nobody')}[2026-11-21T`);
    append('state/log/evals.ndjson', '{"torn\n[]\n');
    expect(await drained()).toMatchObject({ skipped: { evals: 2, feedback: 2 }, unknown: ['nobody'] });
    expect(queued()).toEqual(['tool.loader-rewritten.md', 'tool.ready']);
  });

  test('of a long row is made a brief of a page, which the next drain still knows for its own', async () => {
    feedback(gap.replace('--all', 'x'.repeat(4000)));
    feedback(gap.replace('--all', 'y'.repeat(100_000)));
    await drained();
    expect(tree.read(`${queue}/tool.loader-rewritten.md`).length).toBeLessThan(10_000);
    feedback(fixed);
    expect((await drained()).closed).toEqual(['tool.loader-rewritten']);
  });

  test('names that lead out of the tree are no skills', async () => {
    append('state/outside/AGENTS.md', loader);
    const row = { ...loaderEdit(ago(5)), skill: '..' };
    append('state/log/edits.ndjson', `${JSON.stringify(row)}\n`);
    append(
      'state/log/evals.ndjson',
      `${JSON.stringify({ ts: '2026-01-01T00:00:00Z', skill: '../outside', score: 1 })}\n`,
    );
    expect((await drained()).states).toEqual([]);
  });

  test('a memory that is torn costs nothing but a second question', async () => {
    feedback(gap);
    await drained();
    fs.writeFileSync(at(`${queue}/.seen.json`), '{"_v":1,"skills":{"tool');
    await drained();
    expect(queued()).toEqual(['tool.loader-rewritten.md', 'tool.ready']);
  });

  test('a credential in a row is masked in the brief, and its place is one', async () => {
    const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    feedback(gap.replace('--all', token));
    fs.appendFileSync(at('state/skills/tool/AGENTS.md'), `\n- Log in with ${token}\n`);
    await drained();
    const text = tree.read(`${queue}/tool.loader-rewritten.md`);
    expect(text).not.toContain(token.slice(0, 12));
    expect(text).toContain('gap: needs [github removed]');
    expect(text).toContain('credential: take the github credential out of state/skills/tool/AGENTS.md:12:15');
    expect(text).toContain('loader-feedback.log, in the row of 2026-11-21T11:00:00Z');
  });
});

test('of logs of 100 MB the end is read, in little time and memory', async () => {
  for (const file of ['evals.ndjson', 'edits.ndjson', 'loader-feedback.log']) {
    append(`state/log/${file}`, '');
    fs.truncateSync(at(`state/log/${file}`), 100 * 1024 * 1024);
    append(`state/log/${file}`, '\n');
  }
  feedback(gap);
  const before = process.memoryUsage().arrayBuffers;
  expect((await drained()).opened).toEqual(['tool.loader-rewritten']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 1024 * 1024);
});
