import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isObject, objectsOf, type JsonObject } from './model-request.ts';

/** Asks `codex app-server`, by JSON-RPC over its stdin and stdout, as Codex's own screens do. */
async function ask<T>(
  program: string,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
  talk: (call: (method: string, params: JsonObject) => Promise<JsonObject>) => Promise<T>,
): Promise<T> {
  const child = spawn(program, ['app-server'], { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('close', (status) => reject(new Error(`codex app-server has ended with ${status}`)));
  });
  ended.catch(() => undefined);
  const waiting = new Map<unknown, (result: JsonObject) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: unknown = JSON.parse(line);
    if (isObject(message) && isObject(message['result'])) waiting.get(message['id'])?.(message['result']);
  });
  const send = (message: JsonObject): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const call = (method: string, params: JsonObject): Promise<JsonObject> => {
    const id = waiting.size + 1;
    const result = new Promise<JsonObject>((resolve) => waiting.set(id, resolve));
    send({ id, method, params });
    return Promise.race([result, ended]);
  };
  try {
    await call('initialize', { clientInfo: { name: 'test', title: 'test', version: '0.0.0' } });
    send({ method: 'initialized' });
    return await talk(call);
  } finally {
    child.stdin.end();
    await ended.catch(() => undefined);
  }
}

/** A hook as Codex lists it. */
export interface CodexHook {
  readonly key: string;
  readonly command: string;
  readonly currentHash: string;
  /** `untrusted`, `modified`, `trusted` or `managed`. */
  readonly trustStatus: string;
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

function hooksIn(result: JsonObject): CodexHook[] {
  return objectsOf(result['data'])
    .flatMap((place) => objectsOf(place['hooks']))
    .map((hook) => ({
      key: word(hook['key']),
      command: word(hook['command']),
      currentHash: word(hook['currentHash']),
      trustStatus: word(hook['trustStatus']),
    }));
}

/** The hooks of the home folder in `env`, and whether Codex trusts them. */
export function listHooks(program: string, cwd: string, env: NodeJS.ProcessEnv): Promise<CodexHook[]> {
  return ask(program, { cwd, env }, async (call) => hooksIn(await call('hooks/list', { cwds: [cwd] })));
}

/** Trusts all hooks that there are, as a user does in Codex's `/hooks`. */
export function trustHooks(program: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return ask(program, { cwd, env }, async (call) => {
    const hooks = hooksIn(await call('hooks/list', { cwds: [cwd] }));
    const value = Object.fromEntries(hooks.map(({ key, currentHash }) => [key, { trusted_hash: currentHash }]));
    await call('config/batchWrite', { edits: [{ keyPath: 'hooks.state', value, mergeStrategy: 'upsert' }] });
  });
}
