import fs from 'node:fs';
import path from 'node:path';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { pullRepo } from '../src/sync/gateway/pull.ts';
import { applyPush } from '../src/sync/gateway/push-apply.ts';
import type { PushReport, PushRequest } from '../src/sync/gateway/push.ts';

/** A push of a tree that has joined a gateway, as its command makes one. */
export const requestFor = (tree: string, more: Partial<PushRequest> = {}): PushRequest => ({
  tree,
  root: tree,
  gateway: findGateway(tree, {}),
  repo: 'os',
  scope: 'state',
  env: {},
  ...more,
});
export const push = (tree: string, more?: Partial<PushRequest>): Promise<PushReport> =>
  applyPush(requestFor(tree, more));
export const pull = (tree: string): Promise<unknown> => pullRepo({ ...requestFor(tree), scope: 'all' });

export const skill = (name: string): string => `state/skills/${name}/SKILL.md`;
export function write(tree: string, file: string, content: string | Buffer): void {
  fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  fs.writeFileSync(path.join(tree, file), content);
}
/** A file's text; `undefined` where there is none. */
export const read = (tree: string, file: string): string | undefined =>
  fs.existsSync(path.join(tree, file)) ? fs.readFileSync(path.join(tree, file), 'utf8') : undefined;
