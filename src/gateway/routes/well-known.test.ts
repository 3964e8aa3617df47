import { beforeEach, expect, test } from 'vitest';
import { TestClient } from '../content/test-client.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';

const skill = '---\nname: deploy\ndescription: Deploys things.\n---\n# Deploy\n';
const files = {
  'state/skills/deploy/AGENTS.md': 'loader\n',
  'state/skills/deploy/SKILL.md': skill,
  'state/skills/deploy/page.html': '<script>alert(1)</script>',
  'state/skills/broken/AGENTS.md': 'no skill\n',
};
let home: TestHome;
let anybody: TestClient;

beforeEach(async () => {
  home = await makeTestHome();
  const operator = new TestClient(home, home.operatorKey);
  await operator.push({ tier: 'public', base: 0, changed: files });
  await operator.push({ tier: 'subscriber', base: 0, changed: { 'state/skills/secret/SKILL.md': skill } });
  await operator.push({ base: 0, changed: { 'state/skills/mine/SKILL.md': skill } });
  await home.idle();
  anybody = new TestClient(home);
});

test('a public file is read without a key, by its path in the tree or below the skills', async () => {
  for (const path of ['state/skills/deploy/SKILL.md', 'deploy/SKILL.md']) {
    const answer = await anybody.fetch(`/.well-known/skills/${path}`);
    expect([answer.status, await answer.text()]).toEqual([200, skill]);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    expect(answer.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    await home.idle();
  }
});

test('what no public file has is not there, whoever else has it', async () => {
  const paths = ['secret/SKILL.md', 'mine/SKILL.md', 'nobody/SKILL.md', 'state/skills', 'a%00b'];
  const answers = await Promise.all(paths.map((path) => anybody.fetch(`/.well-known/skills/${path}`)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
});

test('the list has each public skill with what it is for and its files', async () => {
  const answer = await anybody.fetch('/.well-known/skills/index.json');
  expect(await answer.json()).toEqual({
    skills: [{ name: 'deploy', description: 'Deploys things.', files: ['SKILL.md', 'AGENTS.md', 'page.html'] }],
  });
});

test('who has a file already is told that it is the same', async () => {
  const first = await anybody.fetch('/.well-known/skills/deploy/SKILL.md');
  const etag = first.headers.get('etag') ?? '';
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await anybody.fetch('/.well-known/skills/deploy/SKILL.md', { headers: { 'if-none-match': known } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
  }
  const other = await anybody.fetch('/.well-known/skills/deploy/SKILL.md', { headers: { 'if-none-match': '"x"' } });
  expect(other.status).toBe(200);
});

test('an answer is kept for a minute and then made anew', async () => {
  const read = async (): Promise<string> => (await anybody.fetch('/.well-known/skills/deploy/AGENTS.md')).text();
  expect(await read()).toBe('loader\n');
  await home.idle();
  const operator = new TestClient(home, home.operatorKey);
  await operator.push({
    tier: 'public',
    base: 1,
    before: files,
    changed: { 'state/skills/deploy/AGENTS.md': 'new\n' },
  });
  const began = home.clock.now.getTime();
  home.clock.now = new Date(began + 59_000);
  const late = await anybody.fetch('/.well-known/skills/deploy/AGENTS.md');
  expect([late.headers.get('age'), await late.text()]).toEqual(['59', 'loader\n']);
  home.clock.now = new Date(began + 60_000);
  expect(await read()).toBe('new\n');
  await home.idle();
});

test('what a cache gives for longer than it was told to is not taken', async () => {
  const kept = new Map<string, Uint8Array>();
  const cache = {
    get: async (key: string) => kept.get(key),
    put: async (key: string, value: Uint8Array) => void kept.set(key, value),
  };
  const client = new TestClient({ ...home, cache });
  const read = async (): Promise<string | null> => {
    const answer = await client.fetch('/.well-known/skills/deploy/SKILL.md');
    await answer.text();
    await home.idle();
    return answer.headers.get('age');
  };
  expect(await read()).toBeNull();
  home.clock.now = new Date(home.clock.now.getTime() + 10_000);
  expect(await read()).toBe('10');
  home.clock.now = new Date(home.clock.now.getTime() + 60_000);
  expect([kept.size, await read()]).toEqual([1, null]);
});

test('nothing of it runs in a browser', async () => {
  const answer = await anybody.fetch('/.well-known/skills/deploy/page.html');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
});
