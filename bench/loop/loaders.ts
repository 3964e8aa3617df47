// The skills of a world: one for each program, with a loader that knows a little of it and may be out of date.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/core/paths.ts';
import { chance, shuffle } from './chance.ts';
import { otherValue } from './programs.ts';
import type { Program, Quirk } from './programs.ts';

/** What a line of a loader says of a program. */
export interface Statement {
  readonly topic: string;
  readonly value: string;
}

/** The statements of a loader's text, in its order. */
export function statementsOf(text: string): Statement[] {
  return [...text.matchAll(/^- ([a-z-]+): `([^`]*)`/gm)].map(([, topic = '', value = '']) => ({ topic, value }));
}

/** The loader of a skill in a tree; '' when there is none. */
export function readLoader(tree: string, skill: string): string {
  try {
    return fs.readFileSync(path.join(tree, layout.skills, skill, 'AGENTS.md'), 'utf8');
  } catch {
    return '';
  }
}

/** Whether a loader says what is true of a quirk, and nothing else beside it. */
export function isToldRight(text: string, { topic, value }: Quirk): boolean {
  const told = statementsOf(text).filter((statement) => statement.topic === topic);
  return told.length > 0 && told.every((statement) => statement.value === value);
}

/** Whether a loader says what is true of a quirk, whatever else it says. */
export function isTold(text: string, { topic, value }: Quirk): boolean {
  return statementsOf(text).some((statement) => statement.topic === topic && statement.value === value);
}

/** Writes the skill of each program: the loader knows one or two quirks, and of every second program a wrong one. */
export function laySkills(tree: string, programs: readonly Program[], seed: number): void {
  for (const program of programs) {
    const folder = path.join(tree, layout.skills, program.name);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'SKILL.md'), skillText(program.name));
    fs.writeFileSync(path.join(folder, 'AGENTS.md'), loaderText(program, seed));
  }
}

function loaderText({ name, quirks }: Program, seed: number): string {
  const known = chance(seed, name, 'known') < 0.5 ? 1 : 2;
  const outdated = chance(seed, name, 'outdated') < 0.5 ? 1 : 0;
  const told = shuffle(quirks, seed, name, 'told')
    .slice(0, known + outdated)
    .map((quirk, at) => `- ${quirk.topic}: \`${at < known ? quirk.value : otherValue(quirk, seed, 'outdated')}\``);
  return `# ${name}

## Critical Rules
- Do not guess: a wrong use of ${name} leaves something behind that has to be cleared away.

## Commands
${told.join('\n')}

## Known Pitfalls
- Its errors do not say what is wrong.

## Self-Test
- The task is done when every command ends with status 0.
`;
}

function skillText(name: string): string {
  return `---
name: ${name}
description: "How ${name} is used, a program that came with no manual. Use it when a task names ${name}."
triggers:
  - "use ${name}"
examples:
  - "Use ${name} and copy alpha over to beta."
eval: deterministic
graduation: prose
---
# ${name}

The loader says how each of its commands wants to be called. Where it says nothing, \`${name} explain\` is the long way round.

## Eval
Mode: \`eval: deterministic\`. The score is the steps that one needs who knows all of it, over the steps that were taken.
`;
}
