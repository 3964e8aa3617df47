import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatFinding } from '../lib/finding.ts';
import { evalRowMandatory } from './eval-row-mandatory.ts';
import { evalsPolled, ownReaders } from './evals-polled.ts';

const seed = path.resolve(import.meta.dirname, '../..');
const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-polled-'));
const lay = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  fs.writeFileSync(path.join(tree, file), text);
};

beforeAll(() => fs.cpSync(path.join(seed, 'state'), path.join(tree, 'state'), { recursive: true }));
afterAll(() => fs.rmSync(tree, { recursive: true }));

test('the seed has no program that polls graded runs, and each exception names the file still', () => {
  expect(evalsPolled(tree).map(formatFinding)).toEqual([]);
  for (const file of Object.keys(ownReaders))
    expect(fs.readFileSync(path.join(seed, file), 'utf8')).toContain('evals.ndjson');
});

test.each([
  ['state/bin/watch/main.ts', "const rows = fs.readFileSync('state/log/evals.ndjson');"],
  ['state/bin/watch/run', '#!/bin/sh\ntail -f state/log/evals.ndjson'],
  ['state/lib/scores.ts', "export const file = 'state/log/evals.ndjson';"],
  ['state/skills/skill/scripts/score.py', 'open("evals.ndjson")'],
  ['state/skills/skill/scripts/score', '#!/usr/bin/env python3\nopen("evals.ndjson")'],
  ['state/bin/watch/ask.sh', 'snappy eval tail skill --json | jq .'],
  ['state/bin/watch/ask.ts', "execFileSync('snappy', ['eval', 'export']);"],
])('%s that reads them is found', (file, text) => {
  lay(file, text);
  const findings = evalsPolled(tree).map(formatFinding);
  fs.rmSync(path.join(tree, file));
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(
    new RegExp(`^${file.replaceAll('.', '\\.')}:\\d+ evals-polled .* -> to note a run call logEval`),
  );
});

test.each([
  ['state/bin/rotate/main.ts', "// Rows are in state/log/evals.ndjson.\nlogEval({ skill: 'rotate-keys', score: 1 });"],
  ['state/skills/skill/resources/notes.md', 'See state/log/evals.ndjson.'],
  ['state/skills/skill/resources/data', 'state/log/evals.ndjson'],
  ['state/lib/scores.test.ts', "read('state/log/evals.ndjson')"],
  ['state/bin/rotate/node_modules/x/index.js', "read('evals.ndjson')"],
  ['sources/mine.ts', "read('state/log/evals.ndjson')"],
])('%s is left alone', (file, text) => {
  lay(file, text);
  const findings = evalsPolled(tree).map(formatFinding);
  fs.rmSync(path.join(tree, file));
  expect(findings).toEqual([]);
});

test('rows are held to the rule however long the log is, with their lines; a log that cannot be read is a finding', () => {
  const file = 'state/log/evals.ndjson';
  const bad = '{"ts":"2026-11-21T10:00:00Z","skill":"é","score":1,"ok":true}';
  lay(file, `${'"é, and some more of it"\n'.repeat(150_000)}${bad}\n${'x'.repeat(17 * 1024 * 1024)}\n${bad}`);
  const lines = new Set(evalRowMandatory(tree).map(({ line }) => line));
  expect([...lines]).toEqual([150_001, 150_003]);
  fs.rmSync(path.join(tree, file));
  expect(evalRowMandatory(tree)).toEqual([]);
  fs.mkdirSync(path.join(tree, file));
  expect(
    evalRowMandatory(tree)
      .map(({ message }) => message)
      .join(),
  ).toContain('cannot be read: EISDIR');
  fs.rmdirSync(path.join(tree, file));
});
