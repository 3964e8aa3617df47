import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { isForBackground } from './choose.ts';
import { aboutOf, lastTry, mayTry, noteTry, readTries, workFolder } from './tries.ts';
import type { Try } from './tries.ts';

const start = Date.parse('2026-09-01T08:00:00Z');
const hours = (count: number): number => start + count * 60 * 60 * 1000;
const iso = (time: number): string => new Date(time).toISOString();

function briefWith(...rules: string[]): Brief {
  const reasons = rules.map((rule) => ({ rule, key: 'k', headline: 'h', since: iso(start), evidence: [], todo: '' }));
  return { skill: 'tool', kind: 'loader-rewritten', opened: iso(start), reasons };
}
const brief = briefWith('gap-logged');

const tried = (time: number, end: Try['end'] = 'started', of = brief): Try => ({
  _v: 1,
  ts: iso(time),
  skill: of.skill,
  kind: of.kind,
  about: aboutOf(of),
  runtime: 'codex',
  session: 's',
  end,
  why: [],
});

let tree: TestTree;
beforeEach(() => {
  tree = makeTestTree();
});
afterEach(() => tree.remove());

test('a brief may be tried when it was not, and again after an hour', () => {
  expect(mayTry([], brief, start)).toBe(true);
  expect(mayTry([tried(start)], brief, hours(0.9))).toBe(false);
  expect(mayTry([tried(start)], brief, hours(1.1))).toBe(true);
});

test('a brief is not tried a fourth time with the same reasons, and is with others', () => {
  const thrice = [tried(start), tried(hours(2)), tried(hours(4))];
  expect(mayTry(thrice, brief, hours(9))).toBe(false);
  expect(mayTry(thrice, briefWith('gap-logged', 'growth'), hours(9))).toBe(true);
});

test('how a try ended is no start, and the brief of another skill holds nothing up', () => {
  const ends = [tried(start), tried(start, 'failed'), tried(hours(2)), tried(hours(2), 'refused')];
  expect(mayTry(ends, brief, hours(9))).toBe(true);
  expect(mayTry([{ ...tried(start), skill: 'other' }], brief, start)).toBe(true);
});

test('a try that a wrong clock has put years ahead holds nothing up', () => {
  expect(mayTry([tried(hours(100_000))], brief, start)).toBe(true);
});

test('the same reasons are the same work in whatever order they are', () => {
  expect(aboutOf(briefWith('a', 'b'))).toBe(aboutOf(briefWith('b', 'a')));
  expect(aboutOf(briefWith('a'))).not.toBe(aboutOf(briefWith('b')));
});

test('what was tried is read back, torn and foreign lines passed over', () => {
  const { _v: _, ...row } = tried(start);
  noteTry(tree.dir, row);
  fs.appendFileSync(path.join(tree.dir, workFolder, 'tries.ndjson'), '{"_v":1,"ts":\n{"_v":2}\n');
  noteTry(tree.dir, { ...row, end: 'refused', why: ['x'.repeat(9000)] });
  const tries = readTries(tree.dir);
  expect(tries.map(({ end }) => end)).toEqual(['started', 'refused']);
  expect(lastTry(tries, brief)?.why[0]).toHaveLength(500);
});

test('the file does not grow for ever', () => {
  const { _v: _, ...row } = tried(start);
  for (let count = 0; count < 400; count++)
    noteTry(tree.dir, { ...row, why: Array.from({ length: 10 }, () => 'y'.repeat(500)) });
  expect(fs.statSync(path.join(tree.dir, workFolder, 'tries.ndjson')).size).toBeLessThan(300_000);
  expect(readTries(tree.dir).length).toBeGreaterThan(10);
});

test('what two machines differ in, a credential and a regression are left to an agent that somebody watches', () => {
  expect(isForBackground(briefWith('gap-logged', 'growth'))).toBe(true);
  for (const rule of ['conflict', 'credential', 'regressed'])
    expect(isForBackground(briefWith('growth', rule))).toBe(false);
});
