import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { SnappyError } from '../../core/errors.ts';
import { encodeRecord } from '../wire/frames.ts';
import { limits } from '../wire/limits.ts';
import type { PullDocument } from '../wire/messages.ts';
import { discardPull, planPull } from './pull.ts';
import type { PullPlan } from './pull.ts';
import type { Tampering } from './test-pull-gateway.ts';
import { makeWorlds } from './test-pull-world.ts';
import type { PullWorld } from './test-pull-world.ts';
import { pin } from './trust.ts';

const makeWorld = makeWorlds();
const skill = 'state/skills/ship/SKILL.md';
const before = { [skill]: '# Ship\n', 'state/bin/run.sh*': '#!/bin/sh\n', 'state/old.md': 'old\n' };
const after = { [skill]: '# Ship\n\n- new\n', 'state/bin/run.sh*': '#!/bin/sh\ntrue\n', 'state/fresh.md': 'fresh\n' };

/** All that a refused answer must leave alone: the tree, and what is known. */
function everything({ tree }: PullWorld): string {
  const rows: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of fs.readdirSync(path.join(tree, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else
        rows.push(
          `${file} ${fs.statSync(path.join(tree, file)).mode} ${fs.readFileSync(path.join(tree, file), 'hex')}`,
        );
    }
  };
  walk('');
  return rows.toSorted().join('\n');
}

let world: PullWorld;

beforeAll(async () => {
  world = await makeWorld();
  world.gateway.set('private', before);
  world.gateway.set('public', { 'state/skills/read/SKILL.md': '# Read\n' });
  await world.pull();
  world.gateway.set('private', after);
});

afterEach(() => {
  world.gateway.tampering = {};
});

/** Pulls, and expects a refusal that leaves everything as it was. Gives what was said. */
async function refusal(): Promise<SnappyError> {
  const was = everything(world);
  const error = await world.pull().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(SnappyError);
  expect(everything(world)).toBe(was);
  return error as SnappyError;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Each place of a value that is no list and no object. */
function leaves(value: Json, at: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [at];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...at, key]));
}

function other(value: Json): Json[] {
  if (typeof value === 'number') return [value + 1, -1, 0.5];
  if (typeof value === 'boolean') return [!value, 'x'];
  const text = typeof value === 'string' ? value : '';
  return [text === '' ? 'x' : `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`, '', 7];
}

function changed(document: Json, place: readonly (string | number)[], value: Json): Json {
  const copy = structuredClone(document);
  let at = copy as { [key: string]: Json };
  for (const key of place.slice(0, -1)) at = at[key] as { [key: string]: Json };
  at[String(place.at(-1))] = value;
  return copy;
}

/** What a plan says that it does. The plan is discarded. */
function told(plan: PullPlan): string {
  discardPull(plan);
  return plan.items.map(({ path: file, change }) => `${change} ${file}`).join();
}

/** Whether an answer that was tampered with is refused; one that is not must come to the same plan. Nothing is changed. */
async function isRefused(tampering: Tampering, what: string): Promise<boolean> {
  world.gateway.tampering = tampering;
  const was = everything(world);
  const outcome = await planPull(world.request).catch((cause: unknown) => cause);
  const refused = outcome instanceof SnappyError;
  const items = refused ? honest : told(outcome as PullPlan);
  expect(items, what).toBe(honest);
  expect(everything(world), what).toBe(was);
  return refused;
}

const honest = 'changed state/bin/run.sh,new state/fresh.md,deleted state/old.md,changed state/skills/ship/SKILL.md';

test('an answer that was changed anywhere on its way is refused, or says the same', async () => {
  let document: Json = null;
  world.gateway.tampering = {
    signed: (given) => {
      document = structuredClone(given) as unknown as Json;
      return given;
    },
  };
  discardPull(await planPull(world.request));
  const places = leaves(document);
  expect(places.length).toBeGreaterThan(50);
  const taken = new Set<string>();
  for (const place of places) {
    for (const value of other(
      place.reduce<Json>((at, key) => (at as { [key: string]: Json })[key] ?? null, document),
    )) {
      const signed = (given: PullDocument): unknown => changed(given as unknown as Json, place, value);
      const isTaken = !(await isRefused({ signed }, `${place.join('.')} = ${JSON.stringify(value)}`));
      if (isTaken) taken.add(place.filter((key) => Number.isNaN(Number(key))).join('.'));
    }
  }
  // What is not signed, and does no harm: who may write is asked again when somebody does, frames say themselves what they
  // are, and all files of a tier are its changes too where it has no others.
  expect([...taken].toSorted()).toEqual(['frames.size', 'tiers.full', 'tiers.writable']);
});

test('an answer of which a byte was changed, or that ends early, is refused, or says the same', async () => {
  let size = 0;
  world.gateway.tampering = { body: (body) => ((size = body.length), body) };
  discardPull(await planPull(world.request));
  let refused = 0;
  const attempts = [
    ...Array.from({ length: size }, (_, at) => (body: Buffer) => {
      const copy = Buffer.from(body);
      copy[at] = (copy[at] ?? 0) ^ 0x11;
      return copy;
    }).filter((_, at) => at % 7 === 0),
    ...Array.from({ length: size }, (_, at) => (body: Buffer) => body.subarray(0, at)).filter((_, at) => at % 31 === 0),
  ];
  for (const [at, body] of attempts.entries()) if (await isRefused({ body }, String(at))) refused += 1;
  // Of gzip's header some bytes say nothing of the content.
  expect(refused).toBeGreaterThan(attempts.length * 0.9);
});

test.each([
  ['../outside.md', /climbs|\.\./i],
  ['/etc/passwd', /./],
  ['state/../../outside.md', /./],
  ['state/.git/config', /./],
  ['state/a\\b.md', /./],
  ['state/a\u0000b', /./],
  ['state/a\u202Eb.md', /./],
  ['state/CON.md', /./],
  ['state/dot./x.md', /./],
  ['state/log/evals.ndjson', /graded runs/],
  ['.env.cache', /secrets/],
  ['state/log/gateway/trust.json', /this machine/],
  ['STATE/LOG/regen.json', /this machine/],
  ['state/log/sessions/s.jsonl', /./],
  ['state/id_rsa', /key/],
])('a signed manifest with the path %j is refused whole', async (file, why) => {
  world.gateway.set('private', { ...after, [file]: 'x' });
  const { message, hint } = await refusal();
  expect(message).toMatch(why);
  expect(message).toContain('nothing was changed');
  expect(hint).toContain('operator');
  world.gateway.rewind('private');
});

test('an empty file that is said to be in a frame which is not there is refused, rather than never laid', async () => {
  world.gateway.set('private', { ...after, 'state/empty.md': '' });
  const signed = (document: PullDocument): unknown => {
    const files = document.tiers.flatMap((tier) => tier.files).filter(({ size }) => size === 0);
    for (const file of files) Object.assign(file, { frame: document.frames.length, at: 0 });
    return document;
  };
  world.gateway.tampering = { signed };
  expect((await refusal()).message).toContain('frame');
  world.gateway.rewind('private');
});

test.each([
  ['names that differ in case', { 'state/A.md': '1', 'state/a.md': '2' }],
  ['a file that is a folder of another', { 'state/x': '1', 'state/x/y': '2' }],
])('a signed manifest with %s is refused whole', async (_what, files) => {
  world.gateway.set('private', files);
  expect((await refusal()).message).toContain('cannot both be in one tree');
  world.gateway.rewind('private');
});

test.each([
  ['an hour late', -3_600_000, /behind/],
  ['an hour early', 3_600_000, /ahead/],
])(
  'a gateway whose clock is %s is refused, and it is said how far the clocks are apart',
  async (_what, clock, words) => {
    world.gateway.tampering = { clock };
    const { message, hint } = await refusal();
    expect(message).toMatch(words);
    expect(message).toMatch(/\d+ (?:hour|minutes)/);
    expect(hint).toContain('clock');
  },
);

test('an older answer that is sent again is refused, and so is another content under a revision that was seen', async () => {
  const here = await makeWorld();
  here.gateway.set('private', before);
  let first: Buffer = Buffer.alloc(0);
  here.gateway.tampering = { body: (body) => (first = body) };
  await here.pull();
  here.gateway.tampering = {};
  here.gateway.set('private', after);
  await here.pull();
  const was = here.files();
  here.gateway.tampering = { body: () => first };
  await expect(here.pull()).rejects.toThrow(/revision/);
  here.gateway.tampering = {};
  here.gateway.rewind('private');
  here.gateway.set('private', { 'state/other.md': 'x' });
  await expect(here.pull()).rejects.toThrow(/refused/);
  // Put back from a backup, and past that again.
  here.gateway.set('private', { 'state/other.md': 'y' });
  const hint = expect.stringContaining('.known') as string;
  await expect(here.pull()).rejects.toMatchObject({ code: 'refused', hint });
  expect(here.files()).toEqual(was);
});

test('a gateway that was put back from a backup is refused, and it is said what to do to take it as it is', async () => {
  world.gateway.tampering = {
    problem: { status: 409, type: 'x', title: 'x', code: 'since_ahead', tier: 'private', rev: 0 },
  };
  const { message, hint } = await refusal();
  expect(message).toContain('private is at revision 0 there');
  expect(hint).toContain('.known');
});

test('an answer with the key of another gateway is refused, and it is said what to do if that is right', async () => {
  const foreign = await makeWorld();
  foreign.gateway.set('private', before);
  const was = foreign.files();
  pin(foreign.tree, { url: foreign.request.gateway.url, tenant: '0123456789ab', public_key: world.gateway.publicKey });
  const error: unknown = await foreign.pull().catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('pinned') as string });
  expect((error as SnappyError).hint).toContain('trust.json');
  expect(foreign.files()).toEqual(was);
});

test('what says to be small and is large when it is decompressed is given up before it is', async () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
  world.gateway.tampering = {
    body: (body) => Buffer.concat([body.subarray(0, 5), ...encodeRecord('document', 'gzip', bomb, 1_000)]),
  };
  const used = process.memoryUsage().rss;
  expect((await refusal()).message).toContain('refused');
  world.gateway.tampering = {
    body: (body) => Buffer.concat([body.subarray(0, 5), ...encodeRecord('document', 'gzip', bomb, 2 ** 31)]),
  };
  await refusal();
  expect(process.memoryUsage().rss - used).toBeLessThan(64 * 1024 * 1024);
});

test('a file that is said to be larger than any may be is refused before it is fetched', async () => {
  world.gateway.tampering = {
    unsigned: (document) => ({
      ...document,
      tiers: document.tiers.map((tier) => ({
        ...tier,
        files: tier.files.map(({ frame: _frame, at: _at, ...file }) => ({ ...file, size: limits.file + 1 })),
      })),
    }),
  };
  world.gateway.requests.length = 0;
  expect((await refusal()).message).toContain(String(limits.file));
  expect(world.gateway.requests).toEqual(['/_pull']);
});
