import fs from 'node:fs';
import path from 'node:path';
import { nodeProgram, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'write', input: { path: deed.file, content: deed.text } }];
    case 'edit':
      return [{ name: 'edit', input: { path: deed.file, edits: [{ oldText: deed.from, newText: deed.to }] } }];
    case 'shell':
      return [{ name: 'bash', input: { command: deed.command } }];
    case 'task':
      throw new Error('Pi has no subagents');
  }
}

const model = { id: 'scripted' };
const provider = (url: string) => ({
  baseUrl: `${url}/v1`,
  api: 'openai-completions',
  apiKey: 'not-a-key',
  models: [model],
});
const folder = ({ home }: { readonly home: string }): string => path.join(home, '.pi/agent');

// Pi names sessions itself: the id is in the name of the newest file of a session, `<time>_<id>.jsonl`.
function newestSession(home: string): string {
  const names = fs
    .readdirSync(path.join(folder({ home }), 'sessions'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => path.basename(name, '.jsonl'));
  const newest = names.toSorted().at(-1);
  if (newest === undefined) throw new Error('Pi has kept no session');
  return newest.slice(newest.indexOf('_') + 1);
}

function driverOf(packageName: string): Driver {
  return {
    id: 'pi',
    name: 'Pi',
    ...nodeProgram(packageName, 'pi'),
    program: 'pi',
    configure(stage) {
      fs.mkdirSync(folder(stage), { recursive: true });
      const write = (name: string, value: unknown): void =>
        fs.writeFileSync(path.join(folder(stage), name), `${JSON.stringify(value, undefined, '\t')}\n`);
      write('settings.json', { quietStartup: true });
      write('models.json', { providers: { scripted: provider(stage.url) } });
    },
    settings: ['.pi/agent/settings.json', '.pi/agent/models.json'],
    environment: () => ({ PI_OFFLINE: '1', PI_SKIP_VERSION_CHECK: '1' }),
    args: ({ prompt, session, resume, flags = [] }) => [
      '-p',
      ...(resume ? ['--session', session] : []),
      '--model',
      'scripted/scripted',
      ...flags,
      prompt,
    ],
    sessionOf: (_ended, { home }) => newestSession(home),
    calls,
    subagents: false,
  };
}

/**
 * Pi: the oldest that the contract names, and the newest that npm can install whole. (1.5.2 asks for packages of its own
 * that the registry does not hold.)
 */
export const pis: readonly Driver[] = [driverOf('pi-074'), driverOf('pi-087')];
