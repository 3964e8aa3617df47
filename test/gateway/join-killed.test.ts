import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantRow } from '../../src/sync/wire/messages.ts';
import { builtProgram, type Ended } from '../program.ts';
import { makeMachines } from './machines.ts';
import type { Machine } from './machines.ts';

/**
 * Loaded before the program: counts its changes of the file system, and what it asks and is answered, and kills it at one of
 * them (`disk 12`, `line 3`). A run that goes to its end says how many there were, and between which two changes of the disk
 * the tree has joined and was filled.
 */
const killer = `
const fs = require('node:fs');
const http = require('node:http');
let disk = 0, line = 0, from = 0, to = 0;
const dieAt = (place) => { if (place === process.env.KILL_AT) process.kill(process.pid, 'SIGKILL'); };
const step = (...words) => {
  dieAt('disk ' + ++disk);
  const names = (part) => words.some((word) => typeof word === 'string' && word.includes(part));
  if (from === 0 && names('.env.cache')) from = disk;
  if (to === 0 && names('.claude')) to = disk;
};
for (const name of ['openSync', 'writeFileSync', 'writeSync', 'renameSync', 'symlinkSync', 'mkdirSync', 'rmdirSync', 'rmSync', 'unlinkSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    const reads = name === 'openSync' && (args[1] === undefined || args[1] === 'r');
    if (!reads) step(...args);
    return real(...args);
  };
}
const request = http.request;
// Before it is sent, and once its answer begins to come.
http.request = (...args) => {
  dieAt('line ' + ++line);
  return request(...args).once('response', () => dieAt('line ' + ++line));
};
require('node:module').syncBuiltinESMExports();
process.on('exit', () => process.env.KILL_AT === 'never' && process.stderr.write('steps: ' + [line, from, to, disk].join(' ')));
`;

const machines = makeMachines();
const { server: operator } = machines;
const done = '--apply';

beforeAll(async () => {
  operator.snappy('init');
  await machines.serve(done);
  operator.write('state/skills/kite/SKILL.md', '---\nname: kite\ndescription: How to fly one.\n---\n\n# kite\n');
  operator.write('state/skills/kite/AGENTS.md', '# kite\n\n- Tie the line first.\n');
  operator.snappy('migrate', done);
  operator.json('push', '--scope', 'all', done);
});

function invite(): string {
  return (operator.json('tenant', 'onboard', '--label', 'Ann', done) as { url: string }).url;
}
const countTenants = (): number => (operator.json('tenant', 'list') as { tenants: TenantRow[] }).tenants.length;

/** Runs the one line until step `at`, and no further. */
function joinUntil(machine: Machine, url: string, at: string): Ended {
  const file = path.join(machine.home, 'killer.cjs');
  fs.writeFileSync(file, killer);
  fs.mkdirSync(path.join(machine.home, '.claude'), { recursive: true });
  machine.env['KILL_AT'] = at;
  const ended = machine.node('--require', file, builtProgram, '--invite', url, done);
  delete machine.env['KILL_AT'];
  return ended;
}

/** What a machine has after all: the skill, as an agent sees it, and the settings that are wired. */
function outcomeOf(machine: Machine): unknown {
  const { home } = machine;
  return {
    loader: machine.read('state/skills/kite/AGENTS.md'),
    linked: fs.readFileSync(path.join(home, '.claude/skills/kite/AGENTS.md'), 'utf8'),
    wired: fs.readFileSync(path.join(home, '.claude/settings.json'), 'utf8').replaceAll(home, '~'),
    secrets: machine.read('.env.cache').replace(/snappy_[\w-]{43}/, 'key'),
  };
}

describe(`a machine that joins, in ${machines.kind}`, () => {
  test('and is killed at any request or any change of the disk is set up by the same line, as one tenant', () => {
    const whole = machines.addHome('whole');
    const told = joinUntil(whole, invite(), 'never');
    const [line = 0, from = 0, to = 0, disk = 0] = (/steps: ([\d ]+)/.exec(told.stderr)?.[1] ?? '')
      .split(' ')
      .map(Number);
    expect([told.status, line >= 6, from > 100, to > from + 10, disk > to]).toEqual([0, true, true, true, true]);
    const wanted = outcomeOf(whole);
    const findings = whole.snappy('doctor').status;
    const asked = Array.from({ length: line }, (_, n) => `line ${n + 1}`);
    // As the tree is laid, along the join, and as the programs are wired.
    const laid = [from / 2, from, from + 1, (from + to) / 2, to - 2, (to + disk) / 2].map(
      (n) => `disk ${Math.round(n)}`,
    );
    for (const at of [...asked, ...laid]) {
      const machine = machines.addHome(at.replace(' ', '-'));
      const url = invite();
      const before = countTenants();
      expect(joinUntil(machine, url, at).status, at).toBe(null);
      expect(machine.snappy('--invite', url, done), `after ${at}`).toMatchObject({ status: 0, stderr: '' });
      expect(outcomeOf(machine), `after ${at}`).toEqual(wanted);
      expect(countTenants(), `after ${at}`).toBe(before + 1);
      expect(machine.snappy('doctor').status, `after ${at}`).toBe(findings);
    }
  });
});
