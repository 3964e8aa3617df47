import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../core/run-program.ts';
import type { RunProgram } from '../../core/run-program.ts';
import { testPrograms } from '../../core/test-programs.ts';
import { storeSecret } from '../../core/secret-store.ts';
import { configuredGateway, describeMasterKey, findMasterKey } from './master-key.ts';
import type { KeyRequest, MasterKey } from './master-key.ts';

const key = 'k3y-"quoted" #1 of $many';
const programs = testPrograms();
let tree = '';
/** Every word that a program was started with. */
let words: string[] = [];

beforeEach(() => {
  tree = path.join(programs.dir, 'tree');
  fs.mkdirSync(tree);
  words = [];
});

const run: RunProgram = (program, args, options) => {
  words.push(program, ...args);
  return runProgram(program, args, options);
};

/** PATH holds the test's programs and the system's plain tools, no 1Password of the tester's own. */
const find = (env: NodeJS.ProcessEnv = {}, more: Partial<KeyRequest> = {}): Promise<MasterKey> =>
  findMasterKey({ tree, env: { PATH: `${programs.dir}:/usr/bin:/bin`, ...env }, askPrograms: true, run, ...more });

/** Prints the key for the right words alone, and tells it on stderr too, as no program should. */
function add(name: string, expected: string, body = `cat '${programs.dir}/key'; cat '${programs.dir}/key' >&2`): void {
  fs.writeFileSync(path.join(programs.dir, 'key'), `${key}\n`);
  programs.add(name, `[ "$*" = '${expected}' ] || exit 9\n${body}`);
}
const op = (body?: string): void => add('op', 'read --no-newline op://Private/snappy-os/master-key', body);
const doppler = (body?: string): void => add('doppler', 'secrets get SNAPPY_MASTER_KEY --plain', body);
const prompt = async (): Promise<string> => `${key} typed`;

describe('the master key is looked for', () => {
  test('in the environment before anything else', async () => {
    op();
    const env = { SNAPPY_MASTER_KEY: `${key} env`, BOOTSTRAP_INVITE_CODE: 'invite' };
    expect(await find(env, { prompt })).toMatchObject({ kind: 'key', key: `${key} env`, from: 'the environment' });
    expect(words).toEqual([]);
  });

  test('then in the tree, so that a second run asks nobody', async () => {
    op();
    storeSecret(tree, 'SNAPPY_MASTER_KEY', key);
    expect(await find({ BOOTSTRAP_INVITE_CODE: 'invite' }, { prompt })).toEqual({ kind: 'stored', notes: [] });
    expect(words).toEqual([]);
  });

  test('then as an invite', async () => {
    op();
    expect(await find({ BOOTSTRAP_INVITE_CODE: 'invite' }, { prompt })).toEqual({
      kind: 'invite',
      code: 'invite',
      notes: [],
    });
    expect(words).toEqual([]);
  });

  test('then in 1Password, at the usual place or at SNAPPY_OP_REF', async () => {
    op();
    doppler();
    expect(await find({}, { prompt })).toMatchObject({ key, from: '1Password' });
    expect(words).toEqual([path.join(programs.dir, 'op'), 'read', '--no-newline', 'op://Private/snappy-os/master-key']);
    add('op', 'read --no-newline op://Work/my vault/key');
    expect(await find({ SNAPPY_OP_REF: 'op://Work/my vault/key' })).toMatchObject({ key, from: '1Password' });
  });

  test('then in Doppler, with a note on what 1Password said', async () => {
    op('exit 6');
    doppler();
    const notes = ['1Password gave no key (status 6)'];
    expect(await find({}, { prompt })).toEqual({ kind: 'key', key, from: 'Doppler', notes });
  });

  test('then by asking the person, where there is a terminal', async () => {
    expect(await find({}, { prompt })).toEqual({ kind: 'key', key: `${key} typed`, from: 'the person', notes: [] });
    expect(await find()).toEqual({ kind: 'none', notes: [] });
    expect(await find({}, { prompt: async () => undefined })).toEqual({ kind: 'none', notes: [] });
  });

  test('in a plan without starting a program', async () => {
    op();
    doppler();
    expect(await find({}, { askPrograms: false })).toEqual({
      kind: 'none',
      notes: ['1Password will be asked for the key', 'Doppler will be asked for the key'],
    });
    expect(words).toEqual([]);
  });
});

describe('what is no key', () => {
  test.each([
    ['is too short', 'echo short', 'what 1Password gave was not taken: it has fewer than 16 characters'],
    ['is empty', 'exit 0', 'what 1Password gave was not taken: it has fewer than 16 characters'],
    [
      'has several lines',
      'echo 0123456789abcdef; echo 0123456789abcdef',
      'what 1Password gave was not taken: it has a line break or another control character in it',
    ],
    ['has no end', 'while :; do echo 0123456789abcdef; done', '1Password gave no key (too much output)'],
    ['comes with a failure', 'echo 0123456789abcdef; exit 1', '1Password gave no key (status 1)'],
  ])('is passed over where it %s', async (_, body, note) => {
    op(body);
    expect(await find()).toEqual({ kind: 'none', notes: [note] });
  });

  test('is passed over in the environment and from the person too', async () => {
    expect(await find({ SNAPPY_MASTER_KEY: 'tooshort' }, { prompt: async () => 'short-too' })).toEqual({
      kind: 'none',
      notes: [
        'SNAPPY_MASTER_KEY in the environment was not taken: it has fewer than 16 characters',
        'what was typed was not taken: it has fewer than 16 characters',
      ],
    });
  });

  test('a reference that could be an option is not handed on', async () => {
    op();
    expect(await find({ SNAPPY_OP_REF: '--account=x' })).toEqual({
      kind: 'none',
      notes: ['1Password was not asked: SNAPPY_OP_REF does not begin with op://'],
    });
    expect(words).toEqual([]);
  });
});

test('no key and no code is in any argument, note or description', async () => {
  const told: string[] = [];
  const note = (found: MasterKey): number => told.push(describeMasterKey(found), ...found.notes);
  note(await find({ SNAPPY_MASTER_KEY: key }));
  note(await find({ BOOTSTRAP_INVITE_CODE: key }));
  for (const program of [op, doppler]) {
    program();
    note(await find());
    program(`cat '${programs.dir}/key' >&2; cat '${programs.dir}/key'; exit 1`);
    note(await find());
    program(`cat '${programs.dir}/key' '${programs.dir}/key'`);
    note(await find());
  }
  note(await find({}, { prompt: async () => `${key}\n` }));
  storeSecret(tree, 'SNAPPY_MASTER_KEY', key);
  note(await find());
  expect(told.length).toBeGreaterThan(15);
  expect(words.length).toBeGreaterThan(10);
  expect([...told, ...words].filter((text) => text.includes('k3y') || text.includes('$many'))).toEqual([]);
});

test('a gateway is configured in the environment or the tree', () => {
  expect(configuredGateway(tree, {})).toBeUndefined();
  storeSecret(tree, 'SNAPPY_GATEWAY', 'https://gateway.example');
  expect(configuredGateway(tree, {})).toBe('https://gateway.example');
  expect(configuredGateway(tree, { SNAPPY_GATEWAY: 'http://127.0.0.1:1' })).toBe('http://127.0.0.1:1');
});
