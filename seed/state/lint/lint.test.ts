import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatFinding } from '../lib/finding.ts';
import { checkAggregateRow, checkAggregateRows } from './aggregate-schema.ts';
import { check } from './check.ts';
import { checkEvalRows } from './eval-row-mandatory.ts';
import { checkLibrary, libraryShape } from './library-shape.ts';

const seed = path.resolve(import.meta.dirname, '../..');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-lint-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

const evalRow = {
  ts: '2026-11-21T10:00:00Z',
  skill: 'a',
  rev_id: '0123456789ab',
  run_id: 'r',
  score: 1,
  ok: true,
  actor_session_id: 's1',
  auditor_session_id: 's2',
  runtime: 'codex',
  machine_id: 'm',
  eval_mode: 'manual',
};
const aggregate = {
  _v: 1,
  ts: '2026-11-21T10:00:00Z',
  skill: 'a:0123456789ab',
  score: 0.5,
  run_id: 'r',
  tenant: 't',
  ok: true,
};

describe('the seed itself', () => {
  test('has no finding in its skills and libraries', () => {
    expect(check(seed).map(formatFinding)).toEqual([]);
    expect(libraryShape(seed).map(formatFinding)).toEqual([]);
  });
});

describe('eval-row-mandatory', () => {
  test('names the line of a row without an actor or with one party for both, and passes over torn lines', () => {
    const rows = [evalRow, { ...evalRow, actor_session_id: undefined }, { ...evalRow, auditor_session_id: 's1' }];
    const text = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n{"torn`;
    expect(checkEvalRows(text).map(formatFinding)).toEqual([
      'state/log/evals.ndjson:2 eval-row-mandatory actor_session_id is missing -> grade the run again in another session; a row is added, never edited',
      'state/log/evals.ndjson:3 eval-row-mandatory actor and auditor are the same session -> grade the run again in another session; a row is added, never edited',
    ]);
  });
});

describe('aggregate-schema', () => {
  test('takes version 1 with and without a cost', () => {
    expect(checkAggregateRow(aggregate)).toEqual([]);
    expect(checkAggregateRow({ ...aggregate, skill: 'a-b', cost_usd_cents: 1 })).toEqual([]);
  });

  test.each([
    [{ machine_id: 'm' }, 'the key "machine_id" is not one of'],
    [{ _v: 2 }, '_v has no value that version 1 allows'],
    [{ cost_usd_cents: 0.5 }, 'cost_usd_cents has no value'],
    [{ score: 2 }, 'score has no value'],
    [{ skill: 'A b' }, 'skill has no value'],
    [{ tenant: undefined }, 'tenant is missing'],
  ])('refuses %j', (change, message) => {
    expect(checkAggregateRows(JSON.stringify({ ...aggregate, ...change }))[0]?.message).toContain(message);
  });
});

describe('library-shape', () => {
  test('takes a library of named, explained functions', () => {
    const text =
      "import fs from 'node:fs';\nimport type { A } from './a.ts';\n\n/** Does it. */\nexport async function go(): Promise<void> {}\n";
    expect(checkLibrary('my-lib.ts', text)).toEqual([]);
  });

  test.each([
    ['Bad_Name.ts', 'export const a = 1;', 'the file name Bad_Name.ts'],
    ['a.ts', 'const a = 1;', 'exports nothing'],
    ['a.ts', 'export default 1;', 'a default export'],
    ['a.ts', 'export enum A { B }', 'an enum'],
    ['a.ts', 'export namespace A { }', 'a namespace'],
    ['a.ts', 'import a = require("a");\nexport { a };', 'an "import x = require()"'],
    ['a.ts', 'export class A {\n  constructor(private readonly x: string) {}\n}', 'a parameter property'],
    ['a.ts', "import chalk from 'chalk';\nexport { chalk };", 'imports chalk'],
    ['a.ts', "export const a = await import('left-pad');", 'imports left-pad'],
    ['a.ts', "import {\n  b,\n} from '../b.ts';\nexport { b };", 'imports ../b.ts'],
    ['a.ts', "export { b } from './b';", 'imports ./b without its ending .ts'],
    ['a.ts', 'export function go(): void {}', 'go is exported without a comment'],
  ])('refuses %s with %j', (name, text, message) => {
    expect(
      checkLibrary(name, text)
        .map((finding) => finding.message)
        .join('\n'),
    ).toContain(message);
  });
});

describe('each lint as a program', () => {
  test.each(['check', 'eval-row-mandatory', 'evals-polled', 'aggregate-schema', 'library-shape'])(
    '%s finds the tree it lies in',
    (name) => {
      const tree = path.join(dir, name);
      fs.cpSync(path.join(seed, 'state'), path.join(tree, 'state'), { recursive: true });
      fs.writeFileSync(path.join(tree, 'program.md'), '');
      fs.writeFileSync(path.join(tree, 'package.json'), '{"type":"module"}');
      const program = path.join(tree, `state/lint/${name}.ts`);
      expect(execFileSync(process.execPath, ['--no-warnings', program], { cwd: '/', encoding: 'utf8' })).toBe(
        `${name}.ts: no findings\n`,
      );
    },
  );

  test('prints findings, one a line, and exits 1; 2 where there is no tree', () => {
    const tree = path.join(dir, 'bad');
    fs.mkdirSync(path.join(tree, 'state/skills/x'), { recursive: true });
    fs.writeFileSync(path.join(tree, 'state/skills/x/notes.txt'), '');
    const run = (where: string) =>
      spawnSync(process.execPath, ['--no-warnings', path.join(seed, 'state/lint/check.ts'), where], {
        encoding: 'utf8',
      });
    expect(run(tree)).toMatchObject({
      status: 1,
      stdout:
        'state/skills/x/SKILL.md:1 skill-missing the folder x has no SKILL.md -> write one (snappy skill new shows the form), or remove state/skills/x\ncheck.ts: 1 finding\n',
    });
    expect(run(path.join(dir, 'nothing')).status).toBe(2);
  });
});
