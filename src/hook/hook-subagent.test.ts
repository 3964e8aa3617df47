import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { combinations, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
const ledger = path.join(tree, layout.sessions, 's-parent');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeAll(() => {
  layTestTree(tree, [
    { name: 'deploy-site', triggers: ['ship it now'], loader: `# "Deploy" \\ & 日本\n${'long\n'.repeat(5000)}end` },
  ]);
  compileIndex(tree);
});

interface Answer {
  readonly hookSpecificOutput: { readonly hookEventName: string; readonly updatedInput: Record<string, unknown> };
}

const key = fc
  .oneof(
    fc.constantFrom('description', 'subagent_type', 'a"b', 'back\\slash', 'prompt ', 'tool_input', '日'),
    fc.string({ maxLength: 5 }),
  )
  .filter((name) => name !== 'prompt' && name !== '__proto__');
const toolInput = fc.record({
  before: fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
  prompt: fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) => `${text} /deploy-site \\ " ${text}`.replaceAll('<', '')),
  after: fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
  indent: fc.constantFrom(undefined, 2, '\t'),
});

describe.each(combinations(scratch))('the task of a subagent under $name', (combination) => {
  const run = (input: unknown, indent?: number | string): string => {
    const { stdout, stderr, status } = runUnder(
      combination,
      tree,
      'subagent',
      JSON.stringify(input, undefined, indent),
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout;
  };

  it('comes back complete, with the loader behind the prompt', () => {
    fc.assert(
      fc.property(toolInput, ({ before, prompt, after, indent }) => {
        const input = { ...before, prompt, ...after };
        const { hookSpecificOutput } = JSON.parse(
          run({ tool_name: 'Agent', tool_input: input, session_id: 'parent', x: { prompt: 'y' } }, indent),
        ) as Answer;
        const { prompt: wholePrompt, ...others } = hookSpecificOutput.updatedInput;
        expect(hookSpecificOutput.hookEventName).toBe('PreToolUse');
        expect({ ...others, prompt }).toEqual(JSON.parse(JSON.stringify(input)));
        expect(String(wholePrompt).startsWith(`${prompt}\n\n[snappy-os] Loader of the skill \`deploy-site\``)).toBe(
          true,
        );
        expect(wholePrompt).toContain(fs.readFileSync(path.join(tree, 'state/skills/deploy-site/AGENTS.md'), 'utf8'));
      }),
      { numRuns: 10 },
    );
  });

  it('is read without a look at what the parent holds, and enters nothing there', () => {
    const prompt = { session_id: 'parent', prompt: '/deploy-site' };
    runUnder(combination, tree, 'prompt', JSON.stringify(prompt));
    const before = fs.readFileSync(ledger, 'utf8');
    expect(before).toContain('deploy-site\t');
    for (const _ of [1, 2])
      expect(
        run({ session_id: 'parent', tool_name: 'Task', tool_input: { description: 'ship it now', prompt: 'go' } }),
      ).toContain('updatedInput');
    expect(fs.readFileSync(ledger, 'utf8')).toBe(before);
  });

  it('is left alone where it needs no skill, and so are other tools', () => {
    expect(run({ tool_name: 'Agent', tool_input: { prompt: 'nothing of note' } })).toBe('');
    for (const tool of ['Bash', 'Agent Task', 'Age', ''])
      expect(run({ tool_name: tool, tool_input: { prompt: 'ship it now' } }), tool).toBe('');
    expect(run({ tool_name: 'Agent', tool_input: { prompt: ['ship it now'] } })).toBe('');
    expect(run({ tool_name: 'Agent', tool_input: ['ship it now'], prompt: 'ship it now' })).toBe('');
    expect(run({ tool_name: 'Agent' })).toBe('');
    const { stdout } = runUnder(
      combination,
      tree,
      'subagent',
      '{"tool_name":"Agent","tool_input":{"prompt":"ship it now"},"tool_input":{"x":1}}',
    );
    expect(stdout).toBe('');
  });
});
