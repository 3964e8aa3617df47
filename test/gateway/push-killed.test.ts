import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { layout } from '../../src/core/paths.ts';
import { pullRepo } from '../../src/sync/gateway/pull.ts';
import { applyPush } from '../../src/sync/gateway/push-apply.ts';
import { readStanding } from '../../src/sync/gateway/standing.ts';
import { requestFor, write } from '../push-calls.ts';
import { serveGateway } from '../served-gateway.ts';

const program = path.resolve(import.meta.dirname, '../../src/sync/gateway/push.program.ts');
const served = await serveGateway();

const all = { scope: 'all' } as const;

const made = new Map<number, Buffer>();

/** Bytes that no codec makes smaller. */
function noise(size: number): Buffer {
  const known = made.get(size);
  if (known !== undefined) return known;
  const bytes = Buffer.alloc(size);
  made.set(size, bytes);
  let seed = size;
  for (let at = 0; at + 4 <= size; at += 4)
    bytes.writeUInt32LE((seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0), at);
  return bytes;
}

const large = noise(5 * 1024 * 1024);
const text = '# a\n\n## One\n\nfirst\n\n## Two\n\nsecond\n';
const ours = text.replace('first', 'first, by one');
const theirs = text.replace('second', 'second, by two');

/**
 * Two machines that know revision 1. The other one has pushed since, and this one has changed the same file, removed one, and
 * has a large file and more than one body holds: a push that asks the gateway for all there is to ask.
 */
async function layWorld(): Promise<{ one: string; two: string }> {
  const one = await served.join({ subscriber: true });
  const two = await served.join({ of: one });
  write(one, 'state/skills/a/SKILL.md', text);
  write(one, 'state/skills/old/SKILL.md', 'old\n');
  await applyPush(requestFor(one, all));
  await pullRepo(requestFor(two, all));
  write(two, 'state/skills/a/SKILL.md', theirs);
  write(two, 'state/skills/two/SKILL.md', 'two\n');
  await applyPush(requestFor(two, all));
  write(one, 'state/skills/a/SKILL.md', ours);
  write(one, 'state/skills/a/large.bin', large);
  for (let n = 0; n < 6; n += 1) write(one, `state/skills/one/${n}.bin`, noise(3_000_000 + n));
  fs.rmSync(path.join(one, 'state/skills/old'), { recursive: true });
  return { one, two };
}

/** Runs a push in a process of its own, and kills it at the request of this number: before the gateway has seen it, or after. */
async function pushKilledAt(tree: string, number: number, when: 'before' | 'after'): Promise<number> {
  const child = spawn(process.execPath, ['--no-warnings', program, tree], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  let count = 0;
  served.between = async (_request, pass) => {
    const mine = count++;
    if (mine === number && when === 'before') {
      child.kill('SIGKILL');
      await ended;
      return new Response('nobody hears this', { status: 500 });
    }
    const response = await pass();
    if (mine === number) {
      child.kill('SIGKILL');
      await ended;
    }
    return response;
  };
  await ended;
  served.between = (_request, pass) => pass();
  return count;
}

const contents = (tree: string): unknown =>
  ['a/SKILL.md', 'two/SKILL.md', 'old/SKILL.md', 'one/5.bin', 'a/large.bin'].map((name) => {
    const file = path.join(tree, 'state/skills', name);
    return fs.existsSync(file) ? fs.readFileSync(file).toString('latin1') : undefined;
  });
const merged = ours.replace('second', 'second, by two');
const wanted = [merged, 'two\n', undefined, noise(3_000_005).toString('latin1'), large.toString('latin1')];

afterEach(() => {
  served.between = (_request, pass) => pass();
});

describe('a push that is killed at any of its requests', () => {
  test('is ended by the next one: no line is lost, and the other machine gets all of it', async () => {
    const first = await layWorld();
    const requests = await pushKilledAt(first.one, Number.POSITIVE_INFINITY, 'after');
    expect(contents(first.one)).toEqual(wanted);
    expect(requests).toBeGreaterThan(6);
    for (let number = 0; number < requests; number += 1) {
      for (const when of ['before', 'after'] as const) {
        const { one, two } = await layWorld();
        await pushKilledAt(one, number, when);
        const at = `${when} request ${number}`;
        // What another machine sees at this moment is the revision before or the one after, whole.
        await pullRepo(requestFor(two, all));
        const [a] = contents(two) as string[];
        expect([theirs, merged], at).toContain(a);
        await applyPush(requestFor(one, all));
        await pullRepo(requestFor(two, all));
        expect(contents(one), at).toEqual(wanted);
        expect(contents(two), at).toEqual(wanted);
        expect((await readStanding(requestFor(one, all))).isSame, at).toBe(true);
        expect(fs.existsSync(path.join(one, layout.gatewayLock)), at).toBe(false);
      }
    }
  });
});
