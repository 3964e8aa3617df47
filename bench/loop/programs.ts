// A dozen command-line programs that nobody has documented. Each is a real sh script with quirks of its own, so that a
// scripted agent and a real one can be set to the same work.
import fs from 'node:fs';
import path from 'node:path';
import { pick, shuffle } from './chance.ts';

/** What is hidden of a program, and how it may turn out. `{}` in `usage` is where the value goes. */
interface Topic {
  readonly name: string;
  /** The subcommand whose use depends on it. */
  readonly command: string;
  /** What a task wants done, in a person's words. */
  readonly wish: string;
  readonly usage: string;
  readonly values: readonly string[];
}

/** Flag spelling, order of arguments, an exit code to hand on, the spelling of a selector, and of a subcommand's mode. */
export const topics: readonly Topic[] = [
  {
    name: 'output-flag',
    command: 'emit',
    wish: 'write the report to out.txt',
    usage: 'emit {} out.txt',
    values: ['--out', '--output', '--dest', '--to', '--into', '--file', '-O', '--emit-to'],
  },
  {
    name: 'argument-order',
    command: 'copy',
    wish: 'copy alpha over to beta',
    usage: 'copy {}',
    values: ['alpha beta', 'beta alpha', 'alpha -- beta', 'beta=alpha', 'alpha:beta', '-s alpha beta'],
  },
  {
    name: 'retry-code',
    command: 'settle',
    wish: 'say which exit code means "try again"',
    usage: 'settle --retry-on {}',
    values: ['3', '4', '7', '9', '11', '42', '75', '111'],
  },
  {
    name: 'selector',
    command: 'pick',
    wish: 'take only the items of the group red',
    usage: 'pick {}',
    values: ['@red', '#red', '%red', 'red:', ':red', 'group=red', '+red', '[red]'],
  },
  {
    name: 'dry-mode',
    command: 'plan',
    wish: 'show the plan and change nothing',
    usage: 'plan {}',
    values: ['--dry', '--dry-run', '--noop', '--simulate', '-n', '--preview', '--what-if'],
  },
];

/** One hidden fact of one program: what its agents have to find out, or to be told. */
export interface Quirk {
  readonly program: string;
  readonly topic: string;
  readonly value: string;
}

/** A program of a world. */
export interface Program {
  readonly name: string;
  readonly quirks: readonly Quirk[];
}

/** How a quirk is named in records. */
export function quirkId({ program, topic }: Pick<Quirk, 'program' | 'topic'>): string {
  return `${program}/${topic}`;
}

function topicOf(name: string): Topic {
  const topic = topics.find((one) => one.name === name);
  if (topic === undefined) throw new RangeError(`there is no topic ${name}`);
  return topic;
}

const beginnings = 'bra cro dri fla gle kro mur nib pla quo ste tru vex zum'.split(' ');
const ends = 'bix dax fip gor kel lum mox nar pod rup sil tav'.split(' ');

/** `count` programs with a name and a value for each topic of their own. */
export function makePrograms(seed: number, count: number): Program[] {
  const first = shuffle(beginnings, seed, 'beginnings');
  const last = shuffle(ends, seed, 'ends');
  return Array.from({ length: count }, (_, at) => {
    const name = `${first[at % first.length] ?? ''}${last[at % last.length] ?? ''}`;
    const quirks = topics.map(({ name: topic, values }) => ({
      program: name,
      topic,
      value: pick(values, seed, name, topic),
    }));
    return { name, quirks };
  });
}

/** The programs after an update of theirs: this share of all quirks, to the nearest, has another value. */
export function drift(programs: readonly Program[], seed: number, share: number): Program[] {
  const all = programs.flatMap(({ quirks }) => quirks.map(quirkId));
  const changed = new Set(shuffle(all, seed, 'drift').slice(0, Math.round(all.length * share)));
  return programs.map(({ name, quirks }) => ({
    name,
    quirks: quirks.map((quirk) =>
      changed.has(quirkId(quirk)) ? { ...quirk, value: otherValue(quirk, seed, 'drifted') } : quirk,
    ),
  }));
}

/** A value that the quirk does not have: what a program's older version had, or what somebody got wrong. */
export function otherValue({ program, topic, value }: Quirk, ...name: readonly (string | number)[]): string {
  const others = topicOf(topic).values.filter((one) => one !== value);
  return pick(others, ...name, program, topic);
}

/** The words that a person would type to use a program with this value. */
export function usageOf(topic: string, value: string): string[] {
  return topicOf(topic).usage.replace('{}', value).split(' ');
}

/** Writes the programs into a folder, each as an executable of its own name. */
export function layPrograms(folder: string, programs: readonly Program[]): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const program of programs) fs.writeFileSync(path.join(folder, program.name), scriptOf(program), { mode: 0o755 });
}

/** Wrong usage ends with a status that says nothing and a message that does not help; `explain` is the long way round. */
function scriptOf({ quirks }: Program): string {
  const cases = quirks.map(({ topic, value }) => {
    const { command } = topicOf(topic);
    return `'${usageOf(topic, value).join(' ')}') echo 'ok: ${command}' ;;`;
  });
  const explained = quirks.map(({ topic, value }) => `'explain ${topic}') printf '%s\\n' '${value}' ;;`);
  return `#!/bin/sh
case "$*" in
${[...cases, ...explained].join('\n')}
*)
	echo 'error: bad request' >&2
	exit 64
	;;
esac
`;
}

/** What a run of a program is about: a few of its quirks, each needed once. */
export interface Task {
  readonly program: string;
  readonly needs: readonly string[];
}

/** A task as a person would put it into a prompt. */
export function promptOf({ program, needs }: Task): string {
  const wishes = needs.map((need) => topicOf(need).wish);
  return `Use ${program} and ${wishes.join(', then ')}.`;
}
