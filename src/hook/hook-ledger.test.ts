import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import type { Combination } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
const sessions = path.join(tree, layout.sessions);
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeEach(() => {
  fs.rmSync(tree, { recursive: true, force: true, maxRetries: 10 });
  layTestTree(tree, [
    { name: 'deploy-site', triggers: ['ship it now'] },
    {
      name: 'invoice-maker',
      description: 'Makes invoices',
      examples: ['make an invoice for a customer', 'invoice the customer'],
    },
  ]);
  compileIndex(tree);
});

function says(combination: Combination, session: unknown, prompt = 'ship it now'): string {
  const { stdout, stderr, status } = runUnder(
    combination,
    tree,
    'prompt',
    JSON.stringify({ session_id: session, prompt }),
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

function starts(combination: Combination, session: string, source: string): void {
  const { stdout, status } = runUnder(combination, tree, 'session', JSON.stringify({ session_id: session, source }));
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    hookSpecificOutput: { hookEventName: 'SessionStart', watchPaths: [`${tree}/state/skills`] },
  });
}

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);
const loader = 'LOADER OF deploy-site';

describe.each(everywhere)('the ledger under $name', (combination) => {
  it('holds what a session was given until it is edited, compacted or cleared', () => {
    expect(says(combination, 'a')).toContain(loader);
    expect(says(combination, 'a')).toBe('');
    expect(says(combination, 'b')).toContain(loader);
    starts(combination, 'a', 'resume');
    expect(says(combination, 'a')).toBe('');
    for (const source of ['compact', 'clear', 'startup']) {
      starts(combination, 'a', source);
      expect(says(combination, 'b'), source).toBe('');
      expect(says(combination, 'a'), source).toContain(loader);
      expect(says(combination, 'a'), source).toBe('');
    }
    fs.writeFileSync(path.join(tree, 'state/skills/deploy-site/AGENTS.md'), 'A "NEW" \\ ONE\n');
    expect(says(combination, 'a')).toContain('A \\"NEW\\" \\\\ ONE');
    expect(says(combination, 'a')).toBe('');
  });

  it('lets a brief ride along on the next turn of its skill, once, also where the loader is held', () => {
    const brief = path.join(tree, layout.queue, 'deploy-site.loader-rewritten.md');
    fs.mkdirSync(path.dirname(brief));
    const contextOf = (session: string): string => {
      const answer = says(combination, session);
      if (answer === '') return '';
      return (JSON.parse(answer) as { hookSpecificOutput: { additionalContext: string } }).hookSpecificOutput
        .additionalContext;
    };
    expect(contextOf('a')).toContain(loader);
    fs.writeFileSync(brief, '# gap: the port is 7000\n');
    const line = /^\[snappy-os\] Open brief for `deploy-site`: gap: the port is 7000 \(more in .*\)\n$/;
    expect(contextOf('a')).toMatch(line);
    expect(contextOf('a')).toBe('');
    expect(contextOf('b')).toMatch(/LOADER OF deploy-site[^]*Open brief/);
    expect(contextOf('b')).toBe('');
    fs.writeFileSync(brief, '# another gap\n');
    expect(contextOf('b')).toContain('another gap');
    fs.rmSync(brief);
    expect(contextOf('a')).toBe('');
  });

  it('does not point twice at the same skill', () => {
    expect(says(combination, 'a', 'please make an invoice for a customer')).toContain('may fit');
    expect(says(combination, 'a', 'please make an invoice for a customer')).toBe('');
    expect(says(combination, 'a', 'use invoice-maker')).toContain('LOADER OF invoice-maker');
  });

  it('stays in its folder whatever the session is called', () => {
    const hostile = [
      '../../x',
      '..',
      '.',
      'a/b',
      'a b',
      '日本',
      'a\nb',
      'x'.repeat(10_000),
      '$(touch x)',
      '-rf',
      '"',
      '\\',
    ];
    for (const session of hostile) {
      expect(says(combination, session), session).toContain(loader);
      expect(says(combination, session), session).toBe('');
    }
    // None: nothing is remembered, and the loader is given each time.
    for (const session of ['', 7, null]) for (const _ of [1, 2]) expect(says(combination, session)).toContain(loader);
    const files = fs.readdirSync(sessions);
    expect(files.filter((file) => !/^s-[A-Za-z0-9_.-]{1,160}$/.test(file))).toEqual([]);
    expect(files).toHaveLength(hostile.length);
    expect(fs.readdirSync(tree).toSorted()).toEqual(['program.md', 'state']);
  });
});

it('a loader of which nothing could be shown is shown when there is room', () => {
  fs.writeFileSync(path.join(tree, 'state/skills/deploy-site/AGENTS.md'), 'x'.repeat(20_000));
  expect(says(usual, 'a')).toContain('Read the rest in');
  expect(says(usual, 'a')).toContain('Read the rest in');
});

it('hooks of one session that run at once each give an answer, and spoil no ledger', async () => {
  const [program = 'sh', ...words] = usual.shell;
  const input = JSON.stringify({ session_id: 'a', prompt: 'ship it now' });
  const runs = Array.from({ length: 8 }, async () => {
    const child = spawn(path.join(usual.bin, program), [...words, path.join(tree, layout.hook), 'prompt'], {
      env: { PATH: usual.bin },
    });
    child.stdin.end(input);
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    return text;
  });
  for (const text of await Promise.all(runs)) if (text !== '') JSON.parse(text);
  expect(says(usual, 'a')).toBe('');
  expect(fs.readFileSync(path.join(sessions, 's-a'), 'utf8')).toMatch(
    /^(deploy-site\t# deploy-site\\nLOADER OF deploy-site\\n\n)+$/,
  );
});

it('the ledger of a session that ended weeks ago goes when the skills are looked at', () => {
  const [old, young] = ['s-old', 's-young'].map((name) => path.join(sessions, name)) as [string, string];
  fs.writeFileSync(old, '');
  fs.writeFileSync(young, '');
  const weeksAgo = Date.now() / 1000 - 40 * 24 * 3600;
  fs.utimesSync(old, weeksAgo, weeksAgo);
  runUnder(usual, tree, 'check', '');
  expect(fs.readdirSync(sessions)).toEqual(['s-young']);
});

it('a matched skill without a loader is named with the file to read, once', () => {
  fs.rmSync(path.join(tree, 'state/skills/deploy-site/AGENTS.md'));
  compileIndex(tree);
  expect(says(usual, 'a')).toContain(`${tree}/state/skills/deploy-site/SKILL.md`);
  expect(says(usual, 'a')).toBe('');
});
