import { expect, test } from 'vitest';
import { realSystem } from '../../core/system.ts';
import { codex } from '../../runtimes/codex.ts';
import { hookCommand } from '../../runtimes/hook-command.ts';
import type { HookTrust } from '../../runtimes/row.ts';
import { testHome } from '../test-home.ts';
import type { Found } from '../versions.ts';
import { grantTrust } from './trust.ts';

const here = testHome();

/** Codex on this machine, whose program answers in this way. */
function codexThat(ask: HookTrust['ask'], id = 'codex', name = codex.name): Found {
  const { trust } = codex;
  if (trust === undefined) throw new Error('Codex runs only trusted hooks');
  return {
    runtime: { ...codex, id, name, trust: { ...trust, ask } },
    presence: { program: '/opt/codex', folder: undefined },
    version: '0.169.0',
    gate: { state: 'fine', missing: [] },
  };
}

const grant = (...found: Found[]): ReturnType<typeof grantTrust> =>
  grantTrust(realSystem(), here.tree, { home: here.home, env: {} }, found, []);

test('a Codex that does not answer is told of, and keeps no other from being asked', async () => {
  const command = hookCommand(here.tree, 'prompt', 'codex');
  const hook = { place: 'user_prompt_submit:0:0', hash: 'sha256:1', command };
  const { trust, notes } = await grant(
    codexThat(() => Promise.reject(new Error('no answer')), 'dumb', 'Dumb Codex'),
    codexThat(() => Promise.resolve([hook, { place: 'stop:0:0', hash: 'sha256:2', command: 'echo mine' }])),
  );
  expect(trust).toEqual([expect.objectContaining({ runtime: 'codex', hooks: [hook], granted: true })]);
  expect(notes).toEqual([
    'Dumb Codex could not be asked about our hooks (no answer), so they are not trusted: open `/hooks` in Codex and trust those of snappy-os',
  ]);
});
