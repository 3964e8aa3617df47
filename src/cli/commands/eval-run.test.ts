import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { Outcome } from '../command.ts';
import { evalRun } from './eval-run.ts';

const rubric = '| criterion | kind | check |\n|---|---|---|\n| it is there | deterministic | `touch ran` |\n';
const tree = makeTestTree({ 'state/skills/ship-it/SKILL.md': `---\nname: ship-it\n---\n## Rubric\n${rubric}` });
afterAll(() => tree.remove());

const at = (file: string): string => path.join(tree.dir, file);
let asked: (string | undefined)[] = [];

beforeEach(() => {
  asked = [];
  for (const file of ['ran', layout.evals]) fs.rmSync(at(file), { force: true });
});

/** Gives the command on a terminal whose person answers so. */
function grade(answer: boolean, flags: Record<string, string | boolean> = {}): Promise<Outcome> {
  return evalRun({
    args: ['ship-it'],
    flags: { tree: tree.dir, actor: 'a', runtime: 'codex', ...flags },
    cwd: tree.dir,
    env: { PATH: process.env['PATH'] },
    terminal: true,
    confirm: async (_question, plan) => {
      asked.push(plan);
      return answer;
    },
  });
}

test('on a terminal the commands are shown before anybody says yes, and then run', async () => {
  const outcome = await grade(true);
  expect(asked).toEqual([expect.stringContaining('1.00   run  it is there  touch ran')]);
  expect(outcome).toMatchObject({ ok: true, changed: 'state/log/evals.ndjson has one more run of ship-it' });
  expect(outcome.text).not.toContain('touch ran');
  expect(fs.existsSync(at('ran'))).toBe(true);
});

test.each([
  ['no', () => grade(false)],
  ['--dry', () => grade(true, { dry: true, apply: true })],
])('with %s nothing is run and nothing is written', async (_answer, run) => {
  expect(await run()).toMatchObject({ ok: true, unchanged: expect.stringContaining('--apply') as string });
  expect([fs.existsSync(at('ran')), fs.existsSync(at(layout.evals))]).toEqual([false, false]);
});

test('nobody is asked with --apply', async () => {
  await grade(false, { apply: true });
  expect(asked).toEqual([]);
  expect(tree.read(layout.evals).trimEnd().split('\n')).toHaveLength(1);
});
