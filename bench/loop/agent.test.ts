import { afterAll, describe, expect, it } from 'vitest';
import type { Action, Assignment } from './agent.ts';
import { startAgent } from './agent-process.ts';

const agent = startAgent();
afterAll(() => agent.end());

const path = '/tree/state/skills/flobix/AGENTS.md';
const context = (...facts: string[]): string =>
  `[snappy-os] Loader of the skill \`flobix\` (named in the prompt), from ${path}; its reference is SKILL.md beside it.\n\n` +
  `# flobix\n\n## Commands\n${facts.map((fact) => `- ${fact}\n`).join('')}\n## Known Pitfalls\n- None.\n\n`;
const plain = { program: 'flobix', writes: true, whole: false, collapses: false };

/** Plays a task against a program that takes these values; what the agent did. */
async function play(mind: string, needs: string[], truth: Record<string, string>, more: Partial<Assignment> = {}) {
  const done: Action[] = [];
  let action = await agent.ask({ mind, says: 'task', luck: 'any', needs, ...plain, ...more });
  while (action.does !== 'stop') {
    const { mind: _mind, ...own } = action as Action & { mind: string };
    done.push(own);
    const ok = action.does !== 'run' || truth[action.topic] === action.value;
    const found = action.does === 'probe' ? { value: truth[action.topic] ?? '' } : {};
    action = await agent.ask({ mind, says: 'reply', ok, ...found });
  }
  return done;
}

const does = (actions: readonly Action[]): string[] => actions.map((action) => action.does);
const changed = (actions: readonly Action[]): Action | undefined =>
  actions.find((action) => ['edit', 'sed', 'write'].includes(action.does));

describe('the scripted agent', () => {
  it('probes for what it was not told, and can write nothing where it was told of no loader', async () => {
    expect(does(await play('ignorant', ['selector'], { selector: '@red' }))).toEqual(['probe']);
  });

  it('uses what a loader says', async () => {
    agent.tell({ mind: 'told', says: 'context', text: context('selector: `@red`') });
    expect(await play('told', ['selector'], { selector: '@red' })).toEqual([
      { does: 'run', topic: 'selector', value: '@red' },
    ]);
  });

  it('forgets what it was told when it is to', async () => {
    agent.tell({ mind: 'forgetful', says: 'context', text: context('selector: `@red`') });
    agent.tell({ mind: 'forgetful', says: 'forget' });
    expect(does(await play('forgetful', ['selector'], { selector: '@red' }))).toEqual(['probe']);
  });

  it('tells no other session what it was told', async () => {
    agent.tell({ mind: 'one', says: 'context', text: context('selector: `@red`') });
    expect(does(await play('another', ['selector'], { selector: '@red' }))).toEqual(['probe']);
  });

  it('writes down what it found out, and says so in a row', async () => {
    agent.tell({ mind: 'writer', says: 'context', text: context('dry-mode: `-n`') });
    const actions = await play('writer', ['selector'], { selector: '@red' }, { whole: true });
    expect(does(actions)).toEqual(['probe', 'write', 'log']);
    expect(changed(actions)).toMatchObject({
      path,
      text: expect.stringMatching(/^- selector: `@red`.*\n- dry-mode: `-n`\n/m),
    });
    expect(actions.at(-1)).toMatchObject({
      line: expect.stringMatching(/ flobix: .* \[FIXED\] action_kind=loader-rewritten$/),
    });
  });

  it('puts the true line in the place of a false one', async () => {
    agent.tell({ mind: 'mender', says: 'context', text: context('selector: `#red`', 'dry-mode: `-n`') });
    const actions = await play('mender', ['selector'], { selector: '@red' }, { whole: true });
    expect(does(actions)).toEqual(['run', 'probe', 'write', 'log']);
    const text = (changed(actions) as { text: string }).text;
    expect(text).toContain('- selector: `@red`');
    expect(text).not.toContain('#red');
  });

  it('tries the other of two lines that contradict each other, and takes out the false one', async () => {
    agent.tell({ mind: 'chooser', says: 'context', text: context('selector: `#red`', 'selector: `@red`') });
    const actions = await play('chooser', ['selector'], { selector: '@red' }, { whole: true });
    expect(does(actions)).toEqual(['run', 'run', 'write', 'log']);
    expect((changed(actions) as { text: string }).text).not.toContain('#red');
  });

  it('logs what it found out where it may write nothing', async () => {
    agent.tell({ mind: 'reader', says: 'context', text: context('dry-mode: `-n`') });
    const actions = await play('reader', ['selector'], { selector: '@red' }, { writes: false });
    expect(does(actions)).toEqual(['probe', 'log']);
    expect(actions.at(-1)).toMatchObject({
      line: expect.stringMatching(/selector: `@red` \(not in the loader\) \[LOGGED\]$/),
    });
  });

  it('uses what an open brief says, and writes it into the loader', async () => {
    const brief =
      '[snappy-os] Open brief for `flobix`: gap: selector: `@red` (not in the loader) (answer it with action_kind=loader-rewritten)\n';
    agent.tell({ mind: 'worker', says: 'context', text: `${context('dry-mode: `-n`')}${brief}` });
    const actions = await play('worker', ['selector'], { selector: '@red' }, { whole: true });
    expect(does(actions)).toEqual(['run', 'write', 'log']);
    expect(changed(actions)).toMatchObject({ text: expect.stringContaining('- selector: `@red`') });
  });

  it('loses half of the facts where its rewrite collapses', async () => {
    const facts = ['selector: `@red`', 'dry-mode: `-n`', 'retry-code: `7`', 'output-flag: `--to`'];
    agent.tell({ mind: 'careless', says: 'context', text: context(...facts) });
    const actions = await play('careless', ['selector'], { selector: '@red' }, { collapses: true });
    const text = (changed(actions) as { text: string }).text;
    expect(facts.filter((fact) => text.includes(fact))).toHaveLength(2);
  });
});
