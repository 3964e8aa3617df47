import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../corpus.ts';
import { drift, layPrograms, makePrograms, otherValue, promptOf, quirkId, topics, usageOf } from './programs.ts';

const programs = makePrograms(3, 12);

describe('the programs of a seed', () => {
  it('are the same each time, and others for another seed', () => {
    expect(makePrograms(3, 12)).toEqual(programs);
    expect(makePrograms(4, 12)).not.toEqual(programs);
  });

  it('have names of their own, and a value for each topic', () => {
    expect(new Set(programs.map(({ name }) => name)).size).toBe(12);
    for (const { quirks } of programs) expect(quirks.map(({ topic }) => topic)).toEqual(topics.map(({ name }) => name));
  });

  it('take the right value of a topic and no other, and explain it when asked, whatever it is', () => {
    const dir = scratch();
    const program = 'flobix';
    const run = (...args: string[]) => spawnSync(path.join(dir, program), args, { encoding: 'utf8' });
    const all = topics.flatMap(({ name: topic, values }) => values.map((value) => ({ program, topic, value })));
    for (const quirk of all) {
      layPrograms(dir, [{ name: program, quirks: [quirk] }]);
      expect(run(...usageOf(quirk.topic, quirk.value)).status, quirk.value).toBe(0);
      expect(run(...usageOf(quirk.topic, otherValue(quirk, 1)))).toMatchObject({
        status: 64,
        stderr: 'error: bad request\n',
      });
      expect(run('explain', quirk.topic).stdout).toBe(`${quirk.value}\n`);
    }
  });

  it('drift in a fifth of their quirks, each to another value', () => {
    const before = programs.flatMap(({ quirks }) => quirks);
    const after = drift(programs, 3, 0.2).flatMap(({ quirks }) => quirks);
    expect(after.map(quirkId)).toEqual(before.map(quirkId));
    expect(after.filter(({ value }, at) => value !== before[at]?.value)).toHaveLength(12);
  });
});

it('a prompt names the program, and no value', () => {
  const needs = topics.map(({ name }) => name);
  expect(promptOf({ program: 'flobix', needs })).toMatch(/^Use flobix and [^`-]+\.$/);
});
