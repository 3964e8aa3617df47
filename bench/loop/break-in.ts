// The control that the agent knows nothing but what it is told: a program under its very permissions tries to get hold of
// what a run keeps from it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { scratch } from '../corpus.ts';
import { agentArguments } from './agent-process.ts';
import { layPrograms, makePrograms } from './programs.ts';

const attempts = (program: string): Readonly<Record<string, string>> => ({
  'read the program': `fs.readFileSync(${JSON.stringify(program)}, 'utf8')`,
  'list the programs': `fs.readdirSync(${JSON.stringify(path.dirname(program))}).join()`,
  'run the program': `child.execFileSync(${JSON.stringify(program)}, ['explain', 'selector'], { encoding: 'utf8' })`,
  'read how programs are made': `fs.readFileSync(${JSON.stringify(path.join(import.meta.dirname, 'programs.ts'))}, 'utf8')`,
  'read its own environment': `Object.keys(process.env).join()`,
});

/** What each attempt came to: `ERR_ACCESS_DENIED` where it was refused, else what it got. */
export function breakIns(): Readonly<Record<string, string>> {
  const dir = scratch();
  const [program] = makePrograms(1, 1);
  layPrograms(dir, program === undefined ? [] : [program]);
  const thief = path.join(dir, 'thief.mjs');
  const tries = attempts(path.join(dir, program?.name ?? ''));
  const lines = Object.entries(tries).map(
    ([name, code]) =>
      `try { got[${JSON.stringify(name)}] = String(${code}); } catch (e) { got[${JSON.stringify(name)}] = e.code ?? e.message; }`,
  );
  fs.writeFileSync(
    thief,
    `import fs from 'node:fs';\nimport child from 'node:child_process';\nconst got = {};\n${lines.join('\n')}\nprocess.stdout.write(JSON.stringify(got));\n`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, agentArguments(thief), { env: {}, encoding: 'utf8' });
  if (stdout === '') throw new Error(`the attempt to break in did not run: ${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}

/** Whether any of it was not refused. An environment with nothing in it is no leak. */
export function reachesOracle(): boolean {
  return Object.values(breakIns()).some((got) => got !== 'ERR_ACCESS_DENIED' && got !== '');
}
