import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { pullRepo } from './pull.ts';
import type { PullReport, PullRequest } from './pull.ts';
import { TestGateway, testTenant } from './test-pull-gateway.ts';
import type { TestFiles } from './test-pull-gateway.ts';
import { pin } from './trust.ts';

/** A tree that has joined a gateway of a test. */
export interface PullWorld {
  readonly gateway: TestGateway;
  readonly tree: string;
  readonly request: PullRequest;
  readonly pull: (options?: Partial<PullRequest>) => Promise<PullReport>;
  readonly write: (file: string, text: string) => void;
  readonly read: (file: string) => string | undefined;
  readonly remove: (file: string) => void;
  /** All files of the tree but those of this machine, by path. */
  readonly files: () => Record<string, string>;
}

const ownFolders = ['state/log', 'state/.index'];

/** The files below a folder by path, what is of the machine alone left out; links as `-> target`. */
export function filesBelow(root: string, folder = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ownFolders.includes(file)) continue;
    const full = path.join(root, file);
    if (entry.isDirectory()) Object.assign(found, filesBelow(root, file));
    else found[file] = entry.isSymbolicLink() ? `-> ${fs.readlinkSync(full)}` : fs.readFileSync(full, 'utf8');
  }
  return found;
}

/** Makes a tree for a gateway; the caller removes `tree`. */
export function makeTree(gateway: TestGateway, url: string, files: TestFiles = {}): PullWorld {
  const tree = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-pull-')));
  pin(tree, { url, tenant: testTenant, public_key: gateway.publicKey });
  const request: PullRequest = {
    tree,
    root: tree,
    gateway: { url, key: 'a-key-of-a-test-01' },
    repo: 'os',
    scope: 'state',
    env: {},
  };
  const write = (file: string, text: string): void => {
    const full = path.join(tree, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, text);
  };
  fs.mkdirSync(path.join(tree, 'state/skills'), { recursive: true });
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    gateway,
    tree,
    request,
    write,
    pull: (options) => pullRepo({ ...request, ...options }),
    read: (file) => (fs.existsSync(path.join(tree, file)) ? fs.readFileSync(path.join(tree, file), 'utf8') : undefined),
    remove: (file) => fs.rmSync(path.join(tree, file)),
    files: () => filesBelow(tree),
  };
}

/** A gateway and a tree for each call, in one file of tests; all are removed when it has ended. */
export function makeWorlds(): (files?: TestFiles) => Promise<PullWorld> {
  const worlds: PullWorld[] = [];
  afterAll(async () => {
    for (const { gateway, tree } of worlds) {
      await gateway.close();
      fs.rmSync(tree, { recursive: true, force: true });
    }
  });
  return async (files) => {
    const gateway = new TestGateway();
    const world = makeTree(gateway, await gateway.listen(), files);
    worlds.push(world);
    return world;
  };
}
