import fs from 'node:fs';
import path from 'node:path';
import { snapshot } from '../src/core/test-disk.ts';
import { makeScene, type Ended, type Scene } from './program.ts';

/** A home with runtimes in it and a tree beside it, wired by the built program. */
export interface World {
  readonly scene: Scene;
  readonly home: string;
  readonly tree: string;
  /** A path in the home. */
  at(...names: string[]): string;
  read(file: string): string;
  /** Writes a file of the home, and the folders above it. */
  put(file: string, data: string | Buffer): void;
  /** Runs `snappy` on this tree and home. */
  snappy(...args: string[]): Ended;
  /** Every entry of the home: path, mode, and bytes or where it leads. */
  entries(): string[];
}

/** What a user of each runtime has in its settings before install, or, where it is empty, only the folder. */
export const settingsBefore: Readonly<Record<string, string>> = {
  '.claude/settings.json':
    '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }]\n\t}\n}',
  '.codex/hooks.json':
    '{"hooks":{"UserPromptSubmit":[{"hooks":[{"type":"command","command":"mine","timeout":5}]}]}}\r\n',
  '.codex/config.toml': '# mine\nmodel = "gpt" # why\n\n[mcp_servers.a]\ncommand = "a"',
  '.codex/AGENTS.md': 'Be short.\n\n\n',
  '.gemini/settings.json':
    '// mine\n{\n  "theme": "Dark", /* why */\n  "hooks": {\n    "BeforeAgent": [] // none\n  }\n}\n',
  '.openclaw/openclaw.json': "{\n  // JSON5\n  gateway: { port: 0x4000, },\n  'name': 'x',\n}\n",
  '.cursor/hooks.json':
    '{\n    "version": 1,\n    "hooks": {\n        "stop": [{ "command": "./mine.sh" }]\n    }\n}\n',
  '.codeium/windsurf/memories/global_rules.md': '# Rules\r\n\r\nBe kind.\r\n',
  '.pi/agent/settings.json': '{}\n',
  '.copilot/config.json': '{ "banner": "never" }\n',
  '.config/opencode/opencode.json': '{}\n',
  '.qwen/settings.json': '\uFEFF{\n  "$version": 4\n}\n',
};

/** Lays a home with the given files; the tree is made by `snappy init`. `name` is that of the home, `treeName` of the tree. */
export function makeWorld(files: Readonly<Record<string, string>> = {}, name = 'home', treeName = 'tree'): World {
  const scene = makeScene();
  const home = path.join(scene.dir, name);
  const tree = path.join(scene.dir, treeName);
  fs.mkdirSync(home, { recursive: true });
  scene.env['HOME'] = home;
  // No runtime of the tester's machine is found. What a test puts into `bin` comes first.
  scene.env['PATH'] = `${path.join(scene.dir, 'bin')}:/usr/bin:/bin`;
  // An uninstall looks into the crontab, and would take out the line of the tester's own tree.
  putProgram(scene, 'crontab', 'echo "no crontab for ann" >&2\nexit 1');
  const at = (...names: string[]): string => path.join(home, ...names);
  const put = (file: string, data: string | Buffer): void => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), data);
  };
  for (const [file, text] of Object.entries(files)) put(file, text);
  const laid = scene.snappy('init', '--no-git', tree);
  if (laid.status !== 0) throw new Error(laid.stderr);
  const snappy = (...args: string[]): Ended => scene.snappy(...args, '--tree', tree);
  return {
    scene,
    home,
    tree,
    at,
    put,
    snappy,
    read: (file) => fs.readFileSync(at(file), 'utf8'),
    entries: () => snapshot(home),
  };
}

/** Puts a program on PATH, as a shell script. */
export function putProgram(scene: Scene, name: string, script: string): void {
  scene.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  fs.chmodSync(path.join(scene.dir, 'bin', name), 0o755);
}

interface Told {
  readonly applied: boolean;
  readonly report: {
    readonly mode: string;
    readonly steps: readonly { name: string; status: string; summary: string; notes: readonly string[]; ms: number }[];
    readonly checks: readonly { name: string; status: string; message: string }[];
    readonly versions: { readonly runtimes: Readonly<Record<string, string>> };
  };
}

/** What `--json` prints: it has to be one JSON value and nothing else. */
export const told = ({ stdout }: Ended): Told => JSON.parse(stdout) as Told;

/** The status of a step, and all it says. */
export function stepOf(ended: Ended, name: string): { status: string | undefined; text: string } {
  const step = told(ended).report.steps.find((one) => one.name === name);
  return { status: step?.status, text: [step?.summary ?? '', ...(step?.notes ?? [])].join('\n') };
}
