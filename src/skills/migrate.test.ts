import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { realSystem } from '../core/system.ts';
import { applyMigration, planMigration } from './migrate.ts';
import { makeTestTree } from './test-tree.ts';
import type { TestTree } from './test-tree.ts';

let tree: TestTree;
afterEach(() => tree.remove());

const now = () => new Date('2026-11-21T10:00:00Z');
const run = () => applyMigration(realSystem(), tree.dir, planMigration(tree.dir), now);
const plan = () =>
  planMigration(tree.dir).map(
    ({ kind, from, to, why }) => `${kind} ${from} ${to}${why === undefined ? '' : `: ${why}`}`,
  );

describe('a migration', () => {
  test('moves flat skills into folders and the old log to its name, and records each step', () => {
    tree = makeTestTree({
      'state/skills/a.md': 'A',
      'state/skills/a.agents.md': 'loader of A',
      'state/skills/b.md': 'B',
      'state/skills/README.md': 'stays',
      'state/log/agents-md-feedback.log': 'row\n',
    });
    expect(plan()).toEqual([
      'move state/skills/a.agents.md state/skills/a/AGENTS.md',
      'move state/skills/a.md state/skills/a/SKILL.md',
      'move state/skills/b.md state/skills/b/SKILL.md',
      'move state/log/agents-md-feedback.log state/log/loader-feedback.log',
    ]);
    run();
    const { 'state/log/migrations.ndjson': rows, ...files } = tree.files();
    expect(files).toEqual({
      'program.md': '# Contract\n',
      'state/log/loader-feedback.log': 'row\n',
      'state/skills/.keep': '',
      'state/skills/README.md': 'stays',
      'state/skills/a/AGENTS.md': 'loader of A',
      'state/skills/a/SKILL.md': 'A',
      'state/skills/b/SKILL.md': 'B',
    });
    expect(rows?.split('\n')).toHaveLength(5);
    expect(JSON.parse(rows?.split('\n')[1] ?? '')).toEqual({
      ts: '2026-11-21T10:00:00.000Z',
      op: 'move',
      from: 'state/skills/a.md',
      to: 'state/skills/a/SKILL.md',
      bytes: 1,
      sha256: '559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd',
    });
  });

  test('does nothing the second time', () => {
    tree = makeTestTree({ 'state/skills/a.md': 'A', 'state/log/agents-md-feedback.log': 'row\n' });
    run();
    const after = tree.files();
    expect(plan()).toEqual([]);
    expect(run()).toEqual([]);
    expect(tree.files()).toEqual(after);
  });

  test('refuses a target that is there and differs, and leaves both', () => {
    tree = makeTestTree({ 'state/skills/a.md': 'old', 'state/skills/a/SKILL.md': 'new', 'state/skills/b.md': 'B' });
    expect(plan()).toEqual([
      'refuse state/skills/a.md state/skills/a/SKILL.md: state/skills/a/SKILL.md is already there and differs; keep one of the two and remove the other',
      'move state/skills/b.md state/skills/b/SKILL.md',
    ]);
    run();
    expect(tree.files()).toMatchObject({
      'state/skills/a.md': 'old',
      'state/skills/a/SKILL.md': 'new',
      'state/skills/b/SKILL.md': 'B',
    });
  });

  test('drops a flat file whose bytes are already in the folder', () => {
    tree = makeTestTree({ 'state/skills/a.md': 'A', 'state/skills/a/SKILL.md': 'A' });
    expect(plan()).toEqual(['drop state/skills/a.md state/skills/a/SKILL.md']);
    run();
    expect(Object.keys(tree.files())).not.toContain('state/skills/a.md');
  });

  test('puts the rows of the old log before those of the new one, also when it was cut off half way', () => {
    tree = makeTestTree({
      'state/log/agents-md-feedback.log': 'old 1\nold 2',
      'state/log/loader-feedback.log': 'new\n',
    });
    expect(plan()[0]).toMatch(/^merge/);
    const old = tree.read('state/log/agents-md-feedback.log');
    run();
    expect(tree.read('state/log/loader-feedback.log')).toBe('old 1\nold 2\nnew\n');
    fs.writeFileSync(path.join(tree.dir, 'state/log/agents-md-feedback.log'), old);
    expect(plan()[0]).toMatch(/^drop/);
    run();
    expect(tree.read('state/log/loader-feedback.log')).toBe('old 1\nold 2\nnew\n');
  });

  test('does not follow a link', () => {
    tree = makeTestTree({ 'state/skills/a/SKILL.md': 'A' });
    fs.symlinkSync('a/SKILL.md', path.join(tree.dir, 'state/skills/b.md'));
    expect(plan()).toEqual([
      'refuse state/skills/b.md state/skills/b/SKILL.md: state/skills/b.md is a link; move it by hand',
    ]);
  });

  test('stops before it writes over what has come in the meantime', () => {
    tree = makeTestTree({ 'state/skills/a.md': 'A' });
    const planned = planMigration(tree.dir);
    fs.mkdirSync(path.join(tree.dir, 'state/skills/a'));
    fs.writeFileSync(path.join(tree.dir, 'state/skills/a/SKILL.md'), 'other');
    expect(() => applyMigration(realSystem(), tree.dir, planned, now)).toThrow('was changed since the plan was made');
    expect(tree.files()).toMatchObject({ 'state/skills/a.md': 'A', 'state/skills/a/SKILL.md': 'other' });
  });
});
