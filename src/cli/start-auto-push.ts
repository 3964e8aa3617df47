import { spawn } from 'node:child_process';
import { isInside } from '../loop/background/start.ts';
import { hasConsentFile } from '../sync/gateway/consent.ts';

/**
 * Starts `snappy push --auto` as a process of its own, where somebody has consented to that once; the push itself finds out
 * whether the consent still holds. It holds no descriptor of the caller, and nobody waits for it. Whether it was started.
 */
export function startAutoPush(
  tree: string,
  env: NodeJS.ProcessEnv,
  script: string | undefined = process.argv[1],
): boolean {
  if (script === undefined || isInside(env) || !hasConsentFile(tree)) return false;
  const child = spawn(process.execPath, [script, 'push', '--auto', '--tree', tree], {
    cwd: tree,
    env,
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  // What cannot be started is tried when the next turn stops.
  child.on('error', () => {});
  child.unref();
  return true;
}
