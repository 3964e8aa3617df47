import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { layout } from '../core/paths.ts';

/** An agent program with one of our modules in it, reduced to what all of them have. */
export interface Agent {
  /** Sends a prompt: gives what the module puts before the model, '' for nothing. */
  prompt(text: string): Promise<string>;
  /** After the agent has written a file: gives what the module adds to the tool's result, '' for nothing. */
  edited(file: string): Promise<string>;
  compacted(): Promise<void>;
  ended(): Promise<void>;
}

/** What a module has registered: event -> handler. */
type Handlers = Map<string, (event: unknown, context: unknown) => unknown>;
type Registered = { readonly on: (event: string, handler: (event: unknown, context: unknown) => unknown) => void };

const session = 'session-1';
const seed = path.resolve(import.meta.dirname, '../../seed/state/hooks/modules');

function registry(): { handlers: Handlers; api: Registered } {
  const handlers: Handlers = new Map();
  return { handlers, api: { on: (event, handler) => void handlers.set(event, handler) } };
}

function piAgent(load: (api: Registered) => void, cwd: string): Agent {
  const { handlers, api } = registry();
  load(api);
  const context = { cwd, sessionManager: { getSessionId: () => session } };
  const emit = async (event: string, fields: object): Promise<unknown> => handlers.get(event)?.(fields, context);
  return {
    async prompt(prompt) {
      const result = (await emit('before_agent_start', { prompt })) as { message: { content: string } } | undefined;
      return result?.message.content ?? '';
    },
    async edited(file) {
      const result = { toolName: 'write', input: { path: file }, content: [{ type: 'text', text: 'done' }] };
      const answer = (await emit('tool_result', result)) as { content: { text: string }[] } | undefined;
      return answer?.content[1]?.text ?? '';
    },
    compacted: async () => void (await emit('session_compact', {})),
    ended: async () => void (await emit('agent_end', {})),
  };
}

function openclawAgent(plugin: { register(api: Registered): void }, workspaceDir: string): Agent {
  const { handlers, api } = registry();
  plugin.register(api);
  let run = 0;
  const context = (): object => ({ sessionId: session, sessionKey: `agent:main:${session}`, runId: `run-${run}` });
  const emit = async (event: string, fields: object, more: object = {}): Promise<unknown> =>
    handlers.get(event)?.(fields, { ...context(), ...more });
  return {
    async prompt(prompt) {
      run += 1;
      const result = await emit('before_prompt_build', { prompt, messages: [] }, { workspaceDir });
      return (result as { prependContext: string } | undefined)?.prependContext ?? '';
    },
    async edited(file) {
      await emit('after_tool_call', { toolName: 'write', params: { path: file } });
      return '';
    },
    compacted: async () => void (await emit('after_compaction', {})),
    ended: async () => void (await emit('agent_end', {})),
  };
}

type OpenCodePlugin = (place: object) => Promise<Record<string, (input: unknown, output?: unknown) => Promise<void>>>;

async function openCodeAgent(plugin: OpenCodePlugin, directory: string): Promise<Agent> {
  const hooks = await plugin({ directory });
  const notify = async (type: string): Promise<void> =>
    hooks['event']?.({ event: { type, properties: { sessionID: session } } });
  return {
    async prompt(text) {
      const parts: { type: string; text: string; synthetic?: boolean }[] = [{ type: 'text', text }];
      await hooks['chat.message']?.({ sessionID: session }, { message: { id: 'msg_1', sessionID: session }, parts });
      return parts.find((part) => part.synthetic)?.text ?? '';
    },
    async edited(file) {
      const output = { output: 'done' };
      await hooks['tool.execute.after']?.({ tool: 'write', sessionID: session, args: { filePath: file } }, output);
      return output.output.slice('done'.length).trimStart();
    },
    compacted: () => notify('session.compacted'),
    ended: () => notify('session.idle'),
  };
}

/** The runtimes that our modules run inside of. */
export const moduleNames = ['pi', 'openclaw', 'opencode'] as const;
export type ModuleName = (typeof moduleNames)[number];

/**
 * Loads a module as install writes it, with the path of the tree's hook program filled in, into a fake of its runtime
 * that works in the tree's own folder. Everything of the module is loaded anew.
 */
export async function loadModule(name: ModuleName, tree: string): Promise<Agent> {
  const folder = fs.mkdtempSync(path.join(path.dirname(tree), 'wired-'));
  const file = path.join(folder, `${name}.mjs`);
  const hook = JSON.stringify(path.join(tree, layout.hook));
  fs.writeFileSync(
    file,
    fs.readFileSync(path.join(seed, `${name}.js`), 'utf8').replace("'@HOOK@'", () => hook),
  );
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  switch (name) {
    case 'pi':
      return piAgent(loaded['default'] as (api: Registered) => void, tree);
    case 'openclaw':
      return openclawAgent(loaded['default'] as { register(api: Registered): void }, tree);
    case 'opencode':
      return openCodeAgent(loaded['Snappy'] as OpenCodePlugin, tree);
  }
}
