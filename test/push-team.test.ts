import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pull } from '../src/cli/commands/pull.ts';
import { push } from '../src/cli/commands/push.ts';
import type { Outcome } from '../src/cli/command.ts';
import { describeScope, viewGateway } from '../src/cli/gateway-scopes.ts';
import { addMember, createTeam, removeMember, whoAmI } from '../src/sync/gateway/admin.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { write } from './push-calls.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
const operator = findGateway(served.operatorTree, {});
await createTeam(operator, 'acme');

/** A tree of a new tenant that may write to the team. */
const member = (label: string): Promise<string> => served.join({ label, teams: [{ slug: 'acme', write: true }] });

const read = (tree: string, file: string): string => fs.readFileSync(path.join(tree, file), 'utf8');
const run = (body: typeof push, tree: string, flags: Record<string, string | boolean> = {}): Promise<Outcome> =>
  body({
    args: [],
    flags: { tree, apply: true, ...flags },
    cwd: '/',
    env: {},
    terminal: false,
    confirm: async () => false,
  });

const skill = 'state/skills/ship/SKILL.md';
const hook = 'state/hooks/snappy-os-inject.sh';

test('a push that finds something newer brings in no program of others, and says what did come in', async () => {
  const [ann, bob] = [await member('Ann'), await member('Bob')];
  write(bob, skill, '# ship\n\n## One\n\none\n\n## Two\n\ntwo\n');
  write(bob, hook, 'echo hook\n');
  await run(push, bob, { tier: 'team:acme' });
  await run(pull, ann);
  expect(read(ann, hook)).toBe('echo hook\n');
  write(bob, skill, read(bob, skill).replace('one', 'one, by Bob'));
  write(bob, hook, 'echo evil\n');
  write(bob, 'state/bin/new.sh', 'echo evil\n');
  await run(push, bob, { tier: 'team:acme' });

  write(ann, skill, read(ann, skill).replace('two', 'two, by Ann'));
  const { text, changed, data } = await run(push, ann);
  expect(changed).toContain('team:acme is at revision 3');
  expect(text).toContain(`Merged, as both sides had changed them: 1 file`);
  expect(text).toContain(`${hook} stays out: it is a program of team:acme`);
  expect((data as { pulled: unknown }).pulled).toMatchObject([{ path: skill, change: 'merged', tier: 'team:acme' }]);
  expect(read(ann, skill)).toContain('two, by Ann');
  expect(read(ann, skill)).toContain('one, by Bob');
  expect(read(ann, hook)).toBe('echo hook\n');
  expect(fs.existsSync(path.join(ann, 'state/bin/new.sh'))).toBe(false);

  // What was left is neither sent back nor removed there; a pull that is asked for shows it, and brings it in.
  write(ann, 'state/skills/other/SKILL.md', '# other\n');
  await run(push, ann);
  expect((await run(pull, ann)).text).toContain('Programs, which will run here');
  expect([read(ann, hook), read(ann, 'state/bin/new.sh')]).toEqual(['echo evil\n', 'echo evil\n']);
});

test('a program that others have removed is not sent back by a push that finds it, and a pull removes it', async () => {
  const [ann, bob] = [await member('Ann'), await member('Bob')];
  const program = 'state/bin/old.sh';
  write(bob, program, 'echo old\n');
  write(bob, skill, '# ship\n');
  await run(push, bob, { tier: 'team:acme' });
  await run(pull, ann);
  fs.rmSync(path.join(bob, program));
  write(bob, skill, '# ship, by Bob\n');
  await run(push, bob);
  write(ann, skill, '# ship\n\nmore\n');
  const { text, data } = await run(push, ann);
  expect(JSON.stringify((data as { sent: unknown }).sent)).not.toContain(program);
  expect(text).toContain(`${program}: it was removed at the gateway`);
  await run(pull, ann);
  expect(fs.existsSync(path.join(ann, program))).toBe(false);
});

test('a tree that is taken out of a team says so from its next pull on, and reads on when it is taken in again', async () => {
  const ann = await member('Ann');
  write(ann, skill, '# ship, of all\n');
  await run(push, ann, { tier: 'team:acme' });
  const { tenant } = await whoAmI(findGateway(ann, {}));
  const shown = (): string => {
    const view = viewGateway(ann, {});
    return view === undefined ? '' : describeScope('SHARED STATE', view).join('\n');
  };
  expect(shown()).toMatch(/^os team:acme: revision \d+, \d+ files?$/);
  await removeMember(operator, 'acme', tenant);
  await run(pull, ann);
  expect(shown()).toMatch(/, which this key may no longer read$/);
  await addMember(operator, 'acme', tenant, false);
  await run(pull, ann);
  expect(shown()).toMatch(/, to read$/);
});
