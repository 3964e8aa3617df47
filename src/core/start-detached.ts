import { spawn } from 'node:child_process';

/**
 * Starts our own program, the file `script`, as a process that goes on by itself: it holds no descriptor of this one, and
 * nobody waits for it. That it cannot be started is no error: whoever asks for such a thing asks again, at the next turn.
 */
export function startDetached(
  script: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): void {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env,
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  child.on('error', () => {});
  child.unref();
}
