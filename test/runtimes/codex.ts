import fs from 'node:fs';
import path from 'node:path';
import { trustHooks } from './codex-trust.ts';
import { manifestOf, platformPackage, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

const patch = (...lines: string[]): ToolCall => ({
  name: 'apply_patch',
  input: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n'),
});

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [patch(`*** Add File: ${deed.file}`, ...deed.text.split('\n').map((line) => `+${line}`))];
    case 'edit': {
      // A patch holds whole lines, so the line around the text is taken from the file.
      const line =
        fs
          .readFileSync(deed.file, 'utf8')
          .split('\n')
          .find((one) => one.includes(deed.from)) ?? deed.from;
      return [patch(`*** Update File: ${deed.file}`, '@@', `-${line}`, `+${line.replace(deed.from, deed.to)}`)];
    }
    case 'shell':
      return [{ name: 'exec_command', input: { cmd: deed.command } }];
    case 'task':
      return [
        { name: 'spawn_agent', namespace: 'multi_agent_v1', input: { message: deed.prompt } },
        { name: 'exec_command', input: { cmd: `while [ ! -e '${deed.done}' ]; do sleep 0.1; done` } },
      ];
  }
}

// The launcher is a script that only looks for this program.
function programFile(): string {
  const folder = platformPackage('@openai/codex', [`@openai/codex-${process.platform}-${process.arch}`]);
  const vendor = path.join(folder, 'vendor');
  const [target] = fs.readdirSync(vendor);
  if (target === undefined) throw new Error(`${vendor} is empty`);
  return path.join(vendor, target, 'bin/codex');
}

const program = programFile();

/** Codex CLI, with the sandbox as a person has it by default: the agent may write in its project and nowhere else. */
export const codex: Driver = {
  id: 'codex',
  name: 'Codex',
  version: manifestOf('@openai/codex').version,
  program: 'codex',
  command: [program],
  consent: ['--trust-codex-hooks'],
  async configure({ home, project, url }) {
    const folder = path.join(home, '.codex');
    fs.mkdirSync(folder);
    const lines = [
      '# keep: my own settings',
      'model = "gpt-5.5"',
      'model_provider = "scripted"',
      '',
      '[model_providers.scripted] # on this machine',
      'name = "scripted"',
      `base_url = "${url}/v1"`,
      'wire_api = "responses"',
    ];
    fs.writeFileSync(path.join(folder, 'config.toml'), `${lines.join('\n')}\n`);
    const own = { type: 'command', command: 'echo MY-OWN-HOOK' };
    // Codex reads this file as strict JSON: no comment can stand in it.
    const hooks = { description: 'keep: my own hooks', hooks: { UserPromptSubmit: [{ hooks: [own] }] } };
    fs.writeFileSync(path.join(folder, 'hooks.json'), JSON.stringify(hooks, undefined, 4));
    await trustHooks(program, project, { PATH: process.env['PATH'], HOME: home });
  },
  settings: ['.codex/config.toml', '.codex/hooks.json'],
  // `snappy install` asks it for its hooks, and it makes its databases at once.
  keeps: /^\.codex\/(?!config\.toml|hooks\.json|AGENTS)/,
  environment: () => ({}),
  args({ prompt, session, resume, flags = ['-c', 'sandbox_mode="workspace-write"'] }) {
    return ['exec', ...(resume ? ['resume', session] : []), '--skip-git-repo-check', ...flags, prompt];
  },
  sessionOf({ stderr }) {
    const id = /^session id: (\S+)$/m.exec(stderr)?.[1];
    if (id === undefined) throw new Error(`Codex has named no session:\n${stderr}`);
    return id;
  },
  calls,
  ownHook: 'MY-OWN-HOOK',
  subagents: true,
  // With the models of today this tool has to be searched for first; here it is offered at once.
  taskFlags: ['-m', 'gpt-5.2-codex'],
};
