import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A Claude Code that was installed from `package.json` beside this file. */
export interface Claude {
  readonly version: string;
  readonly program: string;
}

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = import.meta.dirname;

// The package holds a launcher whose install script we do not run; the program itself is in the package of the platform.
function locate(alias: string): Claude {
  const manifest = path.join(folder, 'node_modules', alias, 'package.json');
  const load = createRequire(manifest);
  const { version, optionalDependencies }: { version: string; optionalDependencies: Record<string, string> } =
    load('./package.json');
  const platform = `${process.platform}-${process.arch}`;
  const found = Object.keys(optionalDependencies)
    .filter((name) => name.endsWith(`-${platform}`) || name.endsWith(`-${platform}-musl`))
    .flatMap((name) => {
      try {
        return [path.dirname(load.resolve(`${name}/package.json`))];
      } catch {
        return [];
      }
    });
  const [first] = found;
  if (first === undefined)
    throw new Error(`${alias} has no program for ${platform}; run: node test/runtimes/install.mjs`);
  return { version, program: path.join(first, process.platform === 'win32' ? 'claude.exe' : 'claude') };
}

/** Both versions that are supported: the newest, and the one that npm resolves to on Node 20. */
export const claudes: readonly Claude[] = [locate('claude-197'), locate('claude-329')];

/** Runs a program to its end, or kills it and all it started after `seconds`; its output is bounded by nothing. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; seconds: number },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    const killGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself in the meantime.
      }
    };
    const timer = setTimeout(() => {
      killGroup();
      reject(new Error(`${program} ${args.join(' ')} did not end in ${options.seconds} s\n${stdout}${stderr}`));
    }, options.seconds * 1_000);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, stderr });
    });
  });
}
