import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Invocation, Outcome } from '../src/cli/command.ts';
import { inviteRedeem } from '../src/cli/commands/invite-redeem.ts';
import { migrate } from '../src/cli/commands/migrate.ts';
import { push } from '../src/cli/commands/push.ts';
import { status } from '../src/cli/commands/status.ts';
import { tenantOnboard } from '../src/cli/commands/tenant-onboard.ts';
import { layout } from '../src/core/paths.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
type Body = (invocation: Invocation) => Promise<Outcome>;

let tree = '';
const run = (body: Body, flags: Invocation['flags'] = {}, args: string[] = []): Promise<Outcome> =>
  body({ args, flags: { tree, ...flags }, cwd: '/', env: {}, terminal: false, confirm: async () => false });
const done = { apply: true };

function write(file: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  fs.writeFileSync(path.join(tree, file), content);
}
const posts = (): string[] => served.asked.filter((asked) => asked.startsWith('POST'));

beforeEach(async () => {
  tree = served.operatorTree;
  const { url } = (await run(tenantOnboard, { label: 'Ann', ...done })).data as { url: string };
  tree = served.makeTree();
  await run(inviteRedeem, done, [url]);
  served.asked.length = 0;
});

describe('snappy push', () => {
  test('shows what is new, odd and refused, in words, and sends nothing without consent', async () => {
    write('state/skills/a/SKILL.md', '# a\n');
    write('state/skills/a/.SKILL.md.swp', '');
    write('state/log/odd.log', '');
    const { text, unchanged } = await run(push);
    expect(text.replace(served.url, 'GATEWAY').replace(tree, 'TREE')).toBe(
      [
        'Push of TREE to GATEWAY',
        '',
        'To your tenant alone (private)',
        '  new: 2 files, 4 B',
        '    state/skills/a/.SKILL.md.swp  (0 B)',
        '    state/skills/a/SKILL.md  (4 B)',
        '',
        'Look at these:',
        '  state/skills/a/.SKILL.md.swp: is left by an editor',
        '',
        'Refused: 1 file',
        '  state/log/odd.log  (0 B): no rule says whether this log travels',
        '',
        'To let these travel, add to "allow" of state/config/sync-rules.json (to keep them here, to "deny"):',
        '  "state/log/odd.log"',
      ].join('\n'),
    );
    expect(unchanged).toBe('this was the plan; add --apply to carry it out');
    expect(posts()).toEqual([]);
    expect((await run(push, done)).changed).toBe('private is at revision 1 (2 files sent)');
    expect((await run(push)).unchanged).toBe('the gateway has all of state/, but for 1 file held back as said above');
  });

  test('refuses a plan with a credential with status 3, and names its place alone', async () => {
    write('state/skills/a/SKILL.md', `x\n${['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_')}\n`);
    const outcome = await run(push);
    expect(outcome).toMatchObject({ refused: true, unchanged: 'this cannot be sent as it is' });
    expect(outcome.text).toContain('state/skills/a/SKILL.md:2 (github)');
    expect(JSON.stringify(outcome)).not.toContain('wWPw5k4a');
  });

  test.each([
    [{ scope: 'some' }, /--scope "some"/],
    [{ repo: 'x' }, /--repo "x"/],
    [{ tier: 'team:' }, /--tier "team:"/],
    [{ allowFor: '30d' }, /--allow-for goes with --auto/],
    [{ auto: true, scope: 'all' }, /--auto pushes state\//],
    [{ auto: true, tier: 'public' }, /--auto takes no --tier/],
    [{ auto: true, allowFor: '400d' }, /--allow-for is "400d"/],
  ])('is told what %o cannot mean', async (flags, message) => {
    await expect(run(push, flags)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('of a tree that belongs to nobody says how to join', async () => {
    tree = served.makeTree();
    await expect(run(push)).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('snappy invite redeem') as unknown,
    });
  });

  test('of no folder of the library says where that would be', async () => {
    const flags = { repo: 'kernel' };
    const env = { SNAPPY_KERNEL: path.join(tree, 'nowhere') };
    const asked = push({
      args: [],
      flags: { tree, ...flags },
      cwd: '/',
      env,
      terminal: false,
      confirm: async () => false,
    });
    await expect(asked).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('SNAPPY_KERNEL') as unknown,
    });
  });
});

describe('snappy push --auto', () => {
  test('does nothing, and asks nobody, without a consent; with one it pushes state/ alone', async () => {
    write('state/skills/a/SKILL.md', '# a\n');
    write('sources/b.md', 'b\n');
    expect(await run(push, { auto: true })).toMatchObject({ refused: true, text: '' });
    expect(served.asked).toEqual([]);
    expect(await run(push, { auto: true, allowFor: '30d' })).toMatchObject({
      unchanged: 'add --apply to consent to it',
    });
    expect(await run(push, { auto: true })).toMatchObject({ refused: true });
    expect((await run(push, { auto: true, allowFor: '30d', apply: true })).changed).toContain('push-consent.json');
    expect((await run(push, { auto: true })).changed).toBe('private is at revision 1 (1 file sent)');
    const consent = path.join(tree, layout.gateway, 'push-consent.json');
    fs.writeFileSync(consent, fs.readFileSync(consent, 'utf8').replace(/"expires": "\d+/, '"expires": "2020'));
    write('state/skills/a/SKILL.md', '# b\n');
    expect(await run(push, { auto: true })).toMatchObject({ refused: true });
  });
});

describe('snappy status --repo', () => {
  test('says plainly that there is no difference, and else what it is', async () => {
    write('state/skills/a/SKILL.md', '# a\n');
    expect((await run(status, { repo: 'os' })).text).toContain('2 files to push, 0 to delete there, 0 tiers to pull');
    await run(push, { scope: 'all', ...done });
    const { text, data } = await run(status, { repo: 'os' });
    expect(text).toContain('zero difference: what is here is what the gateway has');
    expect(text).toMatch(/private +revision 1 +2 files +all of it is here/);
    expect(data).toMatchObject({
      isSame: true,
      tiers: [{ tier: 'private', rev: 1, here: 1, news: 0, behind: 0 }, {}, {}],
    });
    write('state/log/odd.log', '');
    const odd = await run(status, { repo: 'os' });
    expect(odd.text).toContain('0 files to push, 0 to delete there, 0 tiers to pull, 1 file held back');
    expect(odd.text).toContain('state/log/odd.log  (0 B): no rule says whether this log travels');
    expect(odd.data).toMatchObject({ isSame: false, held: 1 });
    await expect(run(status, { repo: 'x' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('snappy migrate', () => {
  test('notes once that a tree has the layout of today, which the first push of an operator waits for', async () => {
    tree = served.operatorTree;
    write('state/skills/canon/SKILL.md', '# canon\n');
    expect(await run(push)).toMatchObject({
      refused: true,
      text: expect.stringContaining('snappy migrate --apply') as unknown,
    });
    expect((await run(migrate)).unchanged).toContain('--apply notes that for this machine');
    expect(fs.existsSync(path.join(tree, layout.migrations))).toBe(false);
    expect((await run(migrate, done)).changed).toContain(layout.migrations);
    expect((await run(migrate, done)).unchanged).toBe('the tree has the layout of today');
    expect((await run(push, done)).changed).toContain('subscriber is at revision 1 (1 file sent)');
  });
});
