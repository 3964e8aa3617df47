import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'smol-toml';
import * as z from 'zod/mini';
import type { TrustedHook } from './row.ts';

const answer = z.object({
  id: z.optional(z.number()),
  result: z.optional(
    z.object({
      data: z.optional(
        z.array(
          z.object({ hooks: z.array(z.object({ key: z.string(), currentHash: z.string(), command: z.string() })) }),
        ),
      ),
    }),
  ),
});

/** How long Codex may take to answer, in milliseconds; about one second was seen. */
const patience = 15_000;

function message(body: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...body })}\n`;
}

/**
 * Plays the three messages with `codex app-server`: `initialize`, `initialized`, `hooks/list`. It reads one JSON object a
 * line, and gives up what it is doing when its input ends, so that stays open until the answer is there.
 */
function listHooks(
  program: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  wait: number,
): Promise<z.infer<typeof answer>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['app-server'], {
      cwd: folder,
      env: { ...env, HOME: folder, CODEX_HOME: folder },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // `codex` may be a script that starts the program proper: that one is left without input, and is not waited for.
    const stop = (signal: NodeJS.Signals): void => {
      clearTimeout(timer);
      child.kill(signal);
      child.stdin.destroy();
      child.stdout.destroy();
    };
    const timer = setTimeout(() => {
      reject(new Error(`codex app-server gave no answer to hooks/list within ${wait / 1_000} s`));
      stop('SIGKILL');
    }, wait);
    child.on('error', (cause) => {
      reject(cause);
      stop('SIGKILL');
    });
    child.on('close', () => {
      clearTimeout(timer);
      reject(new Error('codex app-server ended without an answer to hooks/list'));
    });
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = answer.safeParse(jsonOf(line));
      if (!parsed.success) return;
      if (parsed.data.id === 1) {
        child.stdin.write(message({ method: 'initialized' }));
        child.stdin.write(message({ id: 2, method: 'hooks/list', params: { cwds: [folder] } }));
      } else if (parsed.data.id === 2) {
        resolve(parsed.data);
        stop('SIGTERM');
      }
    });
    const clientInfo = { name: 'snappy-os', title: 'snappy-os', version: '1' };
    child.stdin.write(message({ id: 1, method: 'initialize', params: { clientInfo } }));
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Asks Codex for the hash of each hook in a hooks.json, by which it knows a hook that was trusted. It is asked in a
 * throwaway folder, since it leaves databases in the one it runs in; the hash is that of the hook alone (seen on 0.169:
 * the same text gives the same hash in another folder). `place` is event, group and handler: `user_prompt_submit:0:0`.
 * `wait` is in milliseconds. Throws when Codex cannot be asked, or does not know the question.
 */
export async function askHookHashes(
  program: string,
  hooks: string,
  env: NodeJS.ProcessEnv,
  wait = patience,
): Promise<readonly TrustedHook[]> {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-codex-'));
  try {
    const file = path.join(folder, 'hooks.json');
    fs.writeFileSync(file, hooks);
    const { result } = await listHooks(program, folder, env, wait);
    // An empty list would be kept as "none of ours needs trust".
    if (result?.data === undefined) throw new Error('codex app-server does not answer hooks/list');
    return result.data
      .flatMap((entry) => entry.hooks)
      .filter(({ key }) => key.startsWith(`${file}:`))
      .map(({ key, currentHash, command }) => ({ place: key.slice(file.length + 1), hash: currentHash, command }));
  } finally {
    // Codex may still be writing its databases.
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const stateSchema = z.object({
  hooks: z.optional(
    z.object({ state: z.optional(z.record(z.string(), z.object({ trusted_hash: z.optional(z.string()) }))) }),
  ),
});

/** What config.toml says is trusted of a hooks.json: place -> hash. An unreadable text trusts nothing. */
export function readTrust(config: string, hooksFile: string): ReadonlyMap<string, string> {
  const trusted = new Map<string, string>();
  try {
    const state = stateSchema.parse(parse(config)).hooks?.state ?? {};
    for (const [key, { trusted_hash: hash }] of Object.entries(state))
      if (key.startsWith(`${hooksFile}:`) && hash !== undefined) trusted.set(key.slice(hooksFile.length + 1), hash);
  } catch {
    // A file that does not parse is refused where it would be edited.
  }
  return trusted;
}

/** The tables that say of these hooks what `/hooks` in Codex writes when the user trusts them. */
export function trustTables(hooksFile: string, hooks: readonly TrustedHook[]): string {
  return hooks
    .map(
      ({ place, hash }) =>
        `[hooks.state.${JSON.stringify(`${hooksFile}:${place}`)}]\ntrusted_hash = ${JSON.stringify(hash)}`,
    )
    .join('\n');
}
