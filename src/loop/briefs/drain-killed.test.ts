import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { realSystem } from '../../core/system.ts';
import { deadFrom, fullFrom, withFaults } from '../../core/test-faults.ts';
import type { Fault } from '../../core/test-faults.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { applyDrain, beginDrain, drain, planDrain } from './drain.ts';
import { testNow } from './test-state.ts';

const trees: TestTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const log = 'state/log/loader-feedback.log';
const now = new Date(testNow);
const fixed = (skill: string): string => `[2026-11-21T11:30:00Z] ${skill}: done [FIXED] action_kind=loader-rewritten\n`;
const gap = (skill: string): string => `[2026-11-21T11:00:00Z] ${skill}: needs --all [LOGGED]\n`;

/** A tree with three skills: one brief that is to go, one that is to come, one that is to change. */
async function lay(): Promise<TestTree> {
  const files = ['a', 'b', 'c'].map((name) => [`state/skills/${name}/SKILL.md`, `---\nname: ${name}\n---\n`]);
  const tree = makeTestTree({ ...Object.fromEntries(files), [log]: gap('a') + gap('c') });
  trees.push(tree);
  await drain(realSystem(), tree.dir, { now });
  const more = gap('c').replace('11:00', '11:05').replace('--all', '--more');
  fs.appendFileSync(path.join(tree.dir, log), fixed('a') + gap('b') + more);
  return tree;
}

/** Drains with a fault; whether it came to its end. */
async function drainsWith(fault: Fault, tree: TestTree): Promise<boolean> {
  try {
    const calls = withFaults(fault, () => beginDrain(realSystem(), tree.dir, { now }));
    const plan = await planDrain(tree.dir, { now });
    withFaults(
      (count, call) => fault(calls + count, call),
      () => applyDrain(realSystem(), tree.dir, plan),
    );
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['killed', deadFrom],
  ['out of room', fullFrom],
])('a drain that is %s at any call is ended by the next one, as if nothing had happened', async (_what, make) => {
  const whole = await lay();
  await drain(realSystem(), whole.dir, { now });
  const expected = whole.files();
  expect(Object.keys(expected).filter((file) => file.endsWith('.ready'))).toHaveLength(2);
  let at = 1;
  for (; ; at += 1) {
    const tree = await lay();
    const ended = await drainsWith(make(at), tree);
    const briefs = Object.keys(tree.files()).filter((file) => file.endsWith('.md') && file.includes('regen-queue'));
    expect(briefs.length, `cut off at call ${at}`).toBeLessThanOrEqual(3);
    expect(tree.read(log), `cut off at call ${at}`).toBe(whole.read(log));
    await drain(realSystem(), tree.dir, { now });
    expect(tree.files(), `cut off at call ${at}`).toEqual(expected);
    if (ended) break;
  }
  expect(at).toBeGreaterThan(10);
});
