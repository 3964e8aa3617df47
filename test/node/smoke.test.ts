// What ships (the bundled CLI, the seed, the hook) on every supported Node, in a home folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeBinary } from '../../scripts/toolchain.mjs';
import manifest from './package.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../..');
const cli = path.join(root, 'dist/snappy.js');

describe.each(Object.entries(manifest.optionalDependencies))('%s (%s)', (name, spec) => {
  const node = nodeBinary(import.meta.dirname, name);
  let home: string;
  let tree: string;

  /** Runs one program with this Node first on the PATH; whatever it says on stderr is a fault. */
  function run(command: string, args: readonly string[], input = ''): string {
    const env = {
      PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`,
      HOME: home,
      USERPROFILE: home,
      LC_ALL: 'C.UTF-8',
    };
    const result = spawnSync(command, args, { cwd: home, env, input, encoding: 'utf8' });
    if (result.error) throw result.error;
    expect({ stderr: result.stderr, status: result.status, stdout: result.stdout }).toMatchObject({
      stderr: '',
      status: 0,
    });
    return result.stdout;
  }
  const snappy = (...args: string[]): string => run(node, [cli, ...args]);
  const inTree = (...args: string[]): string => run(node, [path.join(tree, 'bin/snappy.js'), ...args, '--tree', tree]);

  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), `snappy-${name}-`));
    tree = path.join(home, 'tree');
    snappy('init', tree);
  });

  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 10 }));

  test('it is the Node that was asked for', () => {
    expect(spec).toContain(run(node, ['--version']).trim().slice(1));
  });

  test('init lays a tree, and says that nothing was changed the second time', () => {
    expect(existsSync(path.join(tree, 'state/hooks/snappy-os-inject.sh'))).toBe(true);
    expect(snappy('init', tree)).toContain('Nothing was changed');
  });

  test('a new skill is listed and indexed', () => {
    inTree('skill', 'new', 'deploy-rocket');
    expect(inTree('skill', 'list')).toContain('deploy-rocket');
    expect(inTree('skill', 'show', 'deploy-rocket', '--json')).toContain('"deploy-rocket"');
    inTree('index');
  });

  test('skill lint is content with the seed', () => {
    expect(inTree('skill', 'lint', 'skill', 'snappy-ops')).toContain('Nothing was changed');
  });

  test('match finds a skill by its name', () => {
    expect(inTree('match', 'please use the snappy-ops skill')).toContain('snappy-ops');
  });

  test('the hook puts the loader in front of the agent', () => {
    const event = { hook_event_name: 'UserPromptSubmit', session_id: name, cwd: home, prompt: 'use snappy-ops now' };
    const printed = run('sh', [path.join(tree, 'state/hooks/snappy-os-inject.sh'), 'prompt'], JSON.stringify(event));
    const loader = readFileSync(path.join(tree, 'state/skills/snappy-ops/AGENTS.md'), 'utf8');
    const { hookSpecificOutput } = JSON.parse(printed) as { hookSpecificOutput: { additionalContext: string } };
    expect(hookSpecificOutput.additionalContext).toContain(loader.trim());
  });

  test('doctor finds a fresh tree in order, and status tells its four scopes', () => {
    expect(inTree('doctor')).toContain('Nothing was changed');
    expect(inTree('status')).toContain('THIS MACHINE');
  });

  test('install and uninstall leave the settings as they were', () => {
    const settings = path.join(home, '.claude/settings.json');
    const before = '{\n  "model": "x"\n}\n';
    mkdirSync(path.dirname(settings));
    writeFileSync(settings, before);
    expect(inTree('install', '--runtime', 'claude-code')).toContain('Nothing was changed');
    expect(readFileSync(settings, 'utf8')).toBe(before);
    inTree('install', '--runtime', 'claude-code', '--apply');
    expect(readFileSync(settings, 'utf8')).toContain('snappy-os-inject.sh');
    inTree('uninstall', '--runtime', 'claude-code', '--apply');
    expect(readFileSync(settings, 'utf8')).toBe(before);
  });
});
