import { expect, test } from 'vitest';
import type { Outcome } from '../src/cli/command.ts';
import { pull } from '../src/cli/commands/pull.ts';
import { push } from '../src/cli/commands/push.ts';
import { storeSecrets } from '../src/core/secret-store.ts';
import { snapshot } from '../src/core/test-disk.ts';
import { readTrust } from '../src/sync/gateway/trust.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();

/** A tree that was given an address and a key by hand: it has met no gateway yet. */
function strangers(): string {
  const tree = served.makeTree();
  storeSecrets(tree, { SNAPPY_GATEWAY: served.url, SNAPPY_MASTER_KEY: served.home.operatorKey });
  return tree;
}

const run = (body: typeof pull, tree: string, flags: Record<string, boolean> = {}): Promise<Outcome> =>
  body({ args: [], flags: { tree, ...flags }, cwd: '/', env: {}, terminal: false, confirm: async () => false });

test.each([
  ['pull', pull],
  ['push', push],
] as const)('a %s that is only tried writes nothing, not even whom the tree trusts', async (_name, body) => {
  const tree = strangers();
  const before = snapshot(tree);
  const { text, changed } = await run(body, tree, { dry: true });
  expect(changed).toBeUndefined();
  expect(text).toContain('met without an invite');
  expect(snapshot(tree)).toEqual(before);
  await run(body, tree, { apply: true });
  expect(readTrust(tree)).toMatchObject({ url: served.url });
});

test('a pull that brings nothing, and notes where the gateway stands, says that it does', async () => {
  const tree = strangers();
  expect((await run(pull, tree)).changed).toBe('what is known here of the gateway, and no file of the tree');
  expect(readTrust(tree)).toBeDefined();
  const before = snapshot(tree);
  expect((await run(pull, tree)).changed).toBeUndefined();
  expect(snapshot(tree)).toEqual(before);
});
