import path from 'node:path';
import { withLock } from '../../core/lock.ts';
import { layout } from '../../core/paths.ts';

/** How long one waits for another push or pull of the tree, which may wait for the gateway, in milliseconds. */
const waitMs = 300_000;

/** Does `work` while no other process of this machine pushes or pulls. Not reentrant. Throws as `withLock`. */
export function withGatewayLock<T>(tree: string, work: () => T | Promise<T>): Promise<T> {
  return withLock(path.join(tree, layout.gatewayLock), { waitMs }, work);
}
