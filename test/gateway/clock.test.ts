import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScene } from '../program.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { shiftedClock } from './shifted-clock.ts';
import { joinTree, operatorOf } from './trees.ts';
import type { Tree } from './trees.ts';

const scene = makeScene();
const data = path.join(scene.dir, 'gateway');
let port = '0';
let one: Tree;
let two: Tree;

/** Starts the gateway where its trees look for it, with its clock off by so many minutes. */
function serve(minutes: number, ...args: string[]): Promise<GatewayProcess> {
  const node = minutes === 0 ? [] : shiftedClock(scene, minutes);
  return startGateway(scene, ['--data', data, '--port', port, ...args], { node });
}

const skill = (name: string): string => `state/skills/${name}/SKILL.md`;

beforeAll(async () => {
  const operator = operatorOf(scene);
  const gateway = await serve(0, '--apply');
  port = new URL(gateway.url).port;
  one = await joinTree(scene, 'one', operator);
  two = await joinTree(scene, 'two', one, '--same-tenant');
  one.write(skill('first'), 'first\n');
  await one.json('push', '--apply');
  await two.json('pull', '--apply');
  await gateway.stop();
});

describe.each([
  ['ahead', 60, 'its clock is 1 hour ahead of the one here'],
  ['behind', -60, 'its clock is 1 hour behind the one here'],
] as const)('a gateway whose clock is an hour %s', (name, minutes, said) => {
  test('is refused by pull, push and status with how far apart the clocks are; when it is right again all goes on', async () => {
    one.write(skill(`one-${name}`), 'one\n');
    two.write(skill('first'), `first, and ${name}\n`);
    const before = [one, two].map((tree) => ({ files: tree.files(), known: tree.known() }));

    const wrong = await serve(minutes);
    for (const args of [
      ['pull', '--apply'],
      ['push', '--apply'],
      ['status', '--repo', 'os'],
    ]) {
      for (const tree of [one, two]) {
        const { status, stderr } = await tree.snappy(...args);
        const at = `${args.join(' ')} of ${path.basename(tree.dir)}`;
        expect({ at, status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining(said) as unknown });
        // A push is refused by the answer to it: that it may have landed is not kept back.
        expect(stderr, at).toMatch(/nothing was changed(?:$| here, and what was sent may have been taken there$)/m);
        expect(stderr, at).toContain('set the clock of this machine, or of the gateway, then run this again');
      }
    }
    expect([one, two].map((tree) => ({ files: tree.files(), known: tree.known() }))).toEqual(before);
    await wrong.stop();

    const right = await serve(0);
    await one.json('push', '--apply');
    await two.json('push', '--apply');
    await one.json('pull', '--apply');
    expect(one.files()).toEqual(two.files());
    expect(one.files()).toMatchObject({
      [skill('first')]: `first, and ${name}\n`,
      [skill(`one-${name}`)]: 'one\n',
    });
    await right.stop();
  });
});
