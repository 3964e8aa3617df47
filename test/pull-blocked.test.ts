import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SnappyError } from '../src/core/errors.ts';
import type { Outcome } from '../src/cli/command.ts';
import { pull } from '../src/cli/commands/pull.ts';
import { push } from '../src/cli/commands/push.ts';
import { status } from '../src/cli/commands/status.ts';
import { layout } from '../src/core/paths.ts';
import { storeSecrets } from '../src/core/secret-store.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();

function joined(): string {
  const tree = served.makeTree();
  storeSecrets(tree, { SNAPPY_GATEWAY: served.url, SNAPPY_MASTER_KEY: served.home.operatorKey });
  return tree;
}

const commands = { pull, push, status } as const;
const cases = [
  [
    'a folder stands where its records are',
    (tree: string) => fs.mkdirSync(path.join(tree, layout.gateway, 'os.known'), { recursive: true }),
  ],
  [
    'a file stands where the folder of its records is',
    (tree: string) => fs.writeFileSync(path.join(tree, layout.gateway), ''),
  ],
] as const;
const runs = [
  ['pull', { dry: true }],
  ['pull', { apply: true }],
  ['push', { dry: true }],
  ['push', { apply: true }],
  ['push', { auto: true, allowFor: '1d', apply: true }],
  ['status', { repo: 'os' }],
] as const;

test.each(cases.flatMap(([what, block]) => runs.map(([name, flags]) => ({ what, block, name, flags }))))(
  'where $what, $name $flags does without, or says what to mend',
  async ({ block, name, flags }) => {
    const tree = joined();
    block(tree);
    const asked = { args: [], flags: { tree, ...flags }, cwd: '/', env: {}, terminal: false };
    const outcome: Outcome | Error = await commands[name]({ ...asked, confirm: async () => false }).catch(
      (cause: unknown) => cause as Error,
    );
    if (!(outcome instanceof Error)) return;
    expect(outcome).toBeInstanceOf(SnappyError);
    expect(outcome.message).toMatch(
      /state\/log\/gateway.* (?:cannot be read|could not be written): a (?:file|folder) stands/,
    );
  },
);
