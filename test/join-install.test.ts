import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { mintInvite, whoAmI } from '../src/sync/gateway/admin.ts';
import { inviteLinkOf } from '../src/sync/gateway/invite.ts';
import { builtProgram, makeScene, type Ended } from './program.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
const operator = findGateway(served.operatorTree, {});
const scene = makeScene();
const tree = path.join(scene.home, 'snappy-os');
fs.mkdirSync(path.join(scene.home, '.claude'));
// No runtime of the tester's machine is found.
scene.env['PATH'] = '/usr/bin:/bin';

/** Runs `snappy` to its end while the gateway, which lives in this process, goes on answering. */
async function snappy(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [builtProgram, ...args], { cwd: scene.dir, env: { ...scene.env, ...env } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (piece: Buffer) => (said[name] += piece.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...said };
}

async function invite(): Promise<string> {
  const request = { label: 'Ann', subscriber: true, teams: [], expires_in: 3_600, uses: 1 };
  return inviteLinkOf(served.operatorTree, operator, await mintInvite(operator, request));
}
const asked = (): string[] => served.asked.filter((line) => line !== 'GET /_status');

beforeEach(() => {
  fs.rmSync(tree, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  fs.rmSync(path.join(scene.home, '.claude'), { recursive: true });
  fs.mkdirSync(path.join(scene.home, '.claude'));
});

describe('an install with an invite', () => {
  test('shows whom it would join, asks that one for its key alone, and lays nothing', async () => {
    const link = await invite();
    served.asked.length = 0;
    const { status, stdout } = await snappy({}, '--invite', link);
    expect([status, asked(), fs.existsSync(tree)]).toEqual([0, [], false]);
    expect(stdout).toMatch(
      /^A tree with \d+ skills would be laid in ~\/snappy-os; from then on it is yours\.\n\nThis tree would join /,
    );
    expect(stdout).toMatch(/Nothing was changed: this was the plan; add --apply to carry it out\.\n$/);
    expect(stdout).toContain(`\n  your key    made here and kept in .env.cache`);
    expect(stdout).toMatch(/\n 3 {2}master key +to change .* one is made, and enrolled at http:\S+\n/);
    expect(stdout).toMatch(/\n 4 {2}canonical +to change .* what it may read at http:\S+ is brought in\n/);
    expect(stdout).not.toContain('no gateway is configured');
    expect((await snappy({}, 'install', '--check', '--invite', link)).status).toBe(1);
  });

  test('shows of a tree that is wired already, and brings a key, that the join is left to be done', async () => {
    await snappy({}, '--apply');
    const env = { SNAPPY_MASTER_KEY: 'vT7-qL2x-Zp9w-Rk4m-Hn8c-Bd5f' };
    const { stdout } = await snappy(env, '--invite', await invite());
    expect(stdout).toContain('\n  your key    the one that is here already, and kept in .env.cache');
    expect(stdout).toMatch(/\n 3 {2}master key +to change .* that of this tree is enrolled at http:\S+\n/);
    expect(stdout).toMatch(/\n10 {2}what next .* carry the plan out: the same command with --apply\n/);
  });

  test('is refused by its plan where a tree belongs to another gateway', async () => {
    await snappy({}, '--apply');
    const env = { SNAPPY_GATEWAY: 'https://other.example' };
    expect(await snappy(env, '--invite', await invite())).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('this tree belongs to another gateway: https://other.example'),
    });
  });

  test('lays the tree, joins and wires, once; then there is nothing left to do', async () => {
    const link = await invite();
    const first = await snappy({}, '--invite', link, '--apply');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const { tenant } = await whoAmI(findGateway(tree, {}));
    expect(first.stdout).toContain(`joined ${served.url} as tenant ${tenant}`);
    expect(first.stdout).toMatch(
      /\n 3 {2}master key +ok .*the master key is in \.env\.cache\n 4 {2}canonical +ok .*canonical: nothing yet\n/,
    );
    expect(fs.existsSync(path.join(scene.home, '.claude/settings.json'))).toBe(true);
    expect(await snappy({}, '--invite', link, '--apply')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\nNothing was changed: .*\n$/),
    });
    expect((await snappy({}, 'install', '--check', '--invite', link)).status).toBe(0);
  });

  test('goes by the environment where a script sets machines up, until there is a key', async () => {
    const env = { BOOTSTRAP_INVITE_CODE: await invite(), SNAPPY_BOOTSTRAP_APPLY: '1' };
    expect((await snappy(env)).stdout).toContain(`joined ${served.url}`);
    served.asked.length = 0;
    expect((await snappy(env)).stdout).not.toContain('joined');
    expect(asked()).toEqual([]);
  });

  test('of a code without its link is not followed, and says what is missing', async () => {
    const env = { BOOTSTRAP_INVITE_CODE: 'A'.repeat(22), SNAPPY_GATEWAY: served.url };
    expect((await snappy(env)).stdout).toMatch(
      /\n 3 {2}master key +warn .*BOOTSTRAP_INVITE_CODE holds a code alone; set it to the whole link of the invite/,
    );
  });

  test('that leads nowhere, or to another gateway, lays nothing', async () => {
    const link = await invite();
    const nowhere = link.replace(/:\d+\//, ':9/');
    expect(await snappy({}, '--invite', nowhere, '--apply')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('could not be reached: ECONNREFUSED'),
    });
    const foreign = link.replace(/#.*/, `#${'A'.repeat(22)}`);
    expect(await snappy({}, '--invite', foreign, '--apply')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('is not the gateway that this invite was made at'),
    });
    expect((await snappy({}, '--invite', 'hello', '--apply')).status).toBe(2);
    expect(fs.existsSync(tree)).toBe(false);
  });
});
