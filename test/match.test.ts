import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runHook } from '../src/hook/run.ts';
import { builtProgram } from './program.ts';
import { layTestTree, throwaway } from '../src/hook/tree-fixture.ts';
import { compileIndex } from '../src/skills/compile.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

it('snappy match shows what the hook prints, and with --explain why', () => {
  layTestTree(tree, [
    { name: 'deploy-site', triggers: ['ship it now'] },
    { name: 'vetoed', triggers: ['ship it'], antiTriggers: ['now'] },
  ]);
  compileIndex(tree);
  const input = { hook_event_name: 'UserPromptSubmit', prompt: 'ship it now' };
  const { hookSpecificOutput } = JSON.parse(runHook(tree, 'prompt', input).stdout) as {
    hookSpecificOutput: { additionalContext: string };
  };
  const match = (...flags: string[]): string =>
    spawnSync(process.execPath, [builtProgram, 'match', input.prompt, '--tree', tree, ...flags], { encoding: 'utf8' })
      .stdout;
  const text = hookSpecificOutput.additionalContext;
  expect(text).toContain('LOADER OF deploy-site');
  expect(match()).toContain(text.trimEnd());
  const explained = match('--explain');
  expect(explained).toContain(text.trimEnd());
  expect(explained).toContain('match   deploy-site: trigger "ship it now"');
  expect(explained).toContain('veto    vetoed: the anti-trigger "now"');
  expect(match('--json')).toContain(JSON.stringify(text).slice(1, -1));
});
