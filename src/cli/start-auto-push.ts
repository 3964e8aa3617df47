import { startDetached } from '../core/start-detached.ts';
import { isInside } from '../loop/background/start.ts';
import { hasConsentFile } from '../sync/gateway/consent.ts';

/**
 * Starts `snappy push --auto` as a process of its own, where somebody has consented to that once; the push itself finds out
 * whether the consent still holds. Whether it was started.
 */
export function startAutoPush(
  tree: string,
  env: NodeJS.ProcessEnv,
  script: string | undefined = process.argv[1],
): boolean {
  if (script === undefined || isInside(env) || !hasConsentFile(tree)) return false;
  startDetached(script, ['push', '--auto', '--tree', tree], { cwd: tree, env });
  return true;
}
