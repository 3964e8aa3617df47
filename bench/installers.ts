// The programs that `bench:install` compares, each told to bring the same skills to the same four agents of a person:
// Claude Code, Codex CLI, Gemini CLI and Cursor. Every one has a home folder, and a copy of the skills, of its own.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../src/core/paths.ts';
import { runtimes } from '../src/runtimes/table.ts';
import type { Command } from './timing.ts';

/** A program that sets agents up, and the three ways it is called; they run in this order, again and again. */
export interface Installer {
  readonly name: string;
  readonly home: string;
  /** Into a home that has the agents' folders and nothing in them. */
  readonly first: Command;
  /** The same once more: there is nothing to do. */
  readonly again: Command;
  /** Only asks whether there is something to do. */
  readonly check: Command;
  /** What stands in for a check in a program that has none. */
  readonly checkedBy?: string;
}

const agents = ['claude-code', 'codex', 'gemini', 'cursor'];
const folders = ['.claude', '.codex', '.gemini', '.cursor'];

/** Where each of the agents looks for skills of the user; in one of them it has to find all. */
const roots: Readonly<Record<string, readonly string[]>> = {
  'claude-code': ['.claude/skills'],
  codex: ['.agents/skills', '.codex/skills'],
  gemini: ['.agents/skills', '.gemini/skills'],
  cursor: ['.cursor/skills', '.agents/skills', '.claude/skills'],
};

/** Throws when an agent does not see `count` skills in a home: a program that did not do the job has no speed. */
export function expectSkills({ name, home }: Installer, count: number): void {
  const seen = (root: string): number => {
    const dir = path.join(home, root);
    const names = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
    return names.filter((skill) => fs.existsSync(path.join(dir, skill, 'SKILL.md'))).length;
  };
  for (const agent of agents) {
    const most = Math.max(...(roots[agent] ?? []).map(seen));
    if (most < count) throw new Error(`${name} brought ${most} of ${count} skills to ${agent}`);
  }
}

let moved = 0;

/** Moved away, not removed: files made soon after a mass delete take up to ten times as long. */
function away(file: string, work: string): void {
  if (fs.existsSync(file)) fs.renameSync(file, path.join(work, `away-${(moved += 1)}`));
}

function freshHome(home: string, work: string): void {
  away(home, work);
  for (const folder of folders) fs.mkdirSync(path.join(home, folder), { recursive: true });
}

/** The PATH without the folders in which an agent program is: asking for its version would be timed. */
const quietPath = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .filter((dir) => !runtimes.some(({ program }) => fs.existsSync(path.join(dir, program))))
  .join(path.delimiter);

/** Whatever a program may look at, it looks into `home`; none of them has anything to ask the network. */
function envOf(home: string): Record<string, string> {
  return {
    HOME: home,
    PATH: quietPath,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    CLAUDE_CONFIG_DIR: path.join(home, '.claude'),
    CODEX_HOME: path.join(home, '.codex'),
    DISABLE_TELEMETRY: '1',
    DO_NOT_TRACK: '1',
  };
}

interface Ways {
  readonly first: readonly string[];
  readonly again?: readonly string[];
  readonly check: readonly string[];
  readonly checkedBy?: string;
}

/** An installer whose program is a file that Node runs. `prepare` gets a fresh home ready for the first install. */
function installer(name: string, work: string, program: string, ways: Ways, prepare?: () => void): Installer {
  const home = path.join(work, 'home');
  const command = (args: readonly string[]): Command => ({
    name,
    command: process.execPath,
    args: [program, ...args],
    cwd: work,
    env: envOf(home),
  });
  const before = (): void => {
    freshHome(home, work);
    prepare?.();
  };
  return {
    name,
    home,
    first: { ...command(ways.first), before },
    again: command(ways.again ?? ways.first),
    check: command(ways.check),
    ...(ways.checkedBy === undefined ? {} : { checkedBy: ways.checkedBy }),
  };
}

/**
 * Our own program on a tree whose index is compiled. It also wires the hooks, tries each of them and writes a report.
 * With `single`, the person has a skill of their own in both folders of skills: a link for each skill is made then,
 * instead of one for the folder, which is nearest to what the others do.
 */
export function snappy(work: string, tree: string, single: boolean): Installer {
  const home = path.join(work, 'home');
  const base = ['install', '--tree', tree, '--home', home, '--runtime', agents.join(','), '--links', 'all'];
  return installer(
    single ? 'snappy-os, a link for each skill' : 'snappy-os',
    work,
    path.join(tree, layout.cli),
    { first: [...base, '--apply'], check: [...base, '--check'] },
    () => {
      for (const file of [layout.installs, layout.versions, layout.backups]) away(path.join(tree, file), work);
      for (const root of single ? ['.agents/skills', '.claude/skills'] : []) {
        fs.mkdirSync(path.join(home, root, 'own'), { recursive: true });
        fs.writeFileSync(path.join(home, root, 'own', 'SKILL.md'), '---\nname: own\ndescription: mine\n---\n');
      }
    },
  );
}

const packages = path.join(import.meta.dirname, 'peers', 'node_modules');

function versioned(name: string): string {
  const manifest: unknown = JSON.parse(fs.readFileSync(path.join(packages, name, 'package.json'), 'utf8'));
  const { version } = manifest as { version: string };
  return `${name} ${version}`;
}

/**
 * The programs of bench/peers/package-lock.json, each with the options that come nearest to the job and do nothing
 * beside it. `skills` is a folder of skills; each gets a copy.
 */
export function peers(work: string, skills: string): Installer[] {
  const place = (name: string, below: string): string => {
    const dir = path.join(work, name);
    fs.cpSync(skills, path.join(dir, below, 'skills'), { recursive: true });
    return dir;
  };
  const program = (...parts: string[]): string => path.join(packages, ...parts);
  const [one, two, three] = [place('skills', 'source'), place('rulesync', 'source'), place('ruler', 'source')];

  const add = ['add', path.join(one, 'source'), '-g', '-y', '--skill', '*', '--agent'];
  // It knows no skills of Gemini CLI, which finds those in ~/.agents/skills that are made for Codex.
  const generate = ['generate', '-g', '-f', 'skills', '-t', 'claudecode,codexcli,cursor'];
  const from = ['--input-roots', path.join(two, 'source')];
  // It knows projects only: the home is one, with its rules beside it.
  const apply = ['apply', '--project-root', path.join(three, 'home'), '--agents', 'claude,codex,gemini-cli,cursor'];
  const plain = ['--local-only', '--no-mcp', '--no-gitignore', '--no-backup'];
  return [
    installer(versioned('skills'), one, program('skills/bin/cli.mjs'), {
      first: [...add, 'claude-code', 'codex', 'gemini-cli', 'cursor'],
      check: ['list', '-g', '--json'],
      checkedBy: 'its list, since it cannot check local skills',
    }),
    installer(versioned('rulesync'), two, program('rulesync/dist/cli/index.js'), {
      first: [...generate, ...from],
      check: [...generate, ...from, '--check'],
    }),
    installer(
      versioned('@intellectronica/ruler'),
      three,
      program('@intellectronica/ruler/dist/cli/index.js'),
      { first: [...apply, ...plain], check: [...apply, ...plain, '--dry-run'], checkedBy: 'its dry run' },
      () => fs.symlinkSync(path.join(three, 'source'), path.join(three, 'home', '.ruler')),
    ),
  ];
}
