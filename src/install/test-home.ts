import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { applyChanges } from '../core/test-apply.ts';
import { layout } from '../core/paths.ts';
import { realSystem } from '../core/system.ts';
import { claudeCode } from '../runtimes/claude-code.ts';
import { planInstall, planUninstall, type Plan, type PlanRequest } from './plan.ts';

/** A home folder and a tree with one skill, `mail`, made anew for each test. */
export interface TestHome {
  base: string;
  tree: string;
  home: string;
  /** Where Claude Code's settings are; not there at first. */
  settings: string;
}

/** Writes a file and the folders above it. */
export function put(file: string, data: string | Buffer): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, data);
}

/** The home of the test that runs: made before it, removed after it. */
export function testHome(): TestHome {
  const here: TestHome = { base: '', tree: '', home: '', settings: '' };
  beforeEach(() => {
    here.base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-plan-'));
    here.tree = path.join(here.base, "Ann's tree");
    here.home = path.join(here.base, 'home');
    here.settings = path.join(here.home, '.claude', 'settings.json');
    fs.mkdirSync(here.home);
    put(path.join(here.tree, layout.program), 'The contract.\n');
    put(path.join(here.tree, layout.hook), '#!/bin/sh\n');
    put(path.join(here.tree, layout.skills, 'mail', 'SKILL.md'), '---\nname: mail\n---\n');
    put(path.join(here.tree, layout.skills, 'half-made', 'notes.md'), 'no SKILL.md yet\n');
  });
  afterEach(() => fs.rmSync(here.base, { recursive: true }));
  return here;
}

/** What a test asks to be planned, on a machine where `claude` is on PATH. */
export function requestFor(here: TestHome, env: NodeJS.ProcessEnv = {}): PlanRequest {
  put(path.join(here.base, 'bin', 'claude'), '');
  fs.chmodSync(path.join(here.base, 'bin', 'claude'), 0o755);
  const place = { home: here.home, env: { PATH: path.join(here.base, 'bin'), ...env } };
  return { tree: here.tree, place, runtimes: [claudeCode], now: new Date() };
}

function withoutFaults(plan: Plan): Plan {
  for (const { fault } of plan.runtimes) if (fault !== undefined) throw fault;
  return plan;
}

/** Plans and carries out an install; throws the fault of a runtime that cannot be wired. */
export function install(here: TestHome, env?: NodeJS.ProcessEnv): Plan {
  const system = realSystem();
  const plan = withoutFaults(planInstall(system, requestFor(here, env)));
  applyChanges(system, plan.changes);
  return plan;
}

/** Plans and carries out an uninstall. */
export function uninstall(here: TestHome, env?: NodeJS.ProcessEnv): Plan {
  const system = realSystem();
  const plan = withoutFaults(planUninstall(system, requestFor(here, env)));
  applyChanges(system, plan.changes);
  return plan;
}

/** Every entry below a folder: its mode and its bytes, or where it leads. */
export function snapshot(dir: string): Record<string, string> {
  const entries = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const mode = fs.lstatSync(file).mode.toString(8);
    const held = entry.isSymbolicLink()
      ? `-> ${fs.readlinkSync(file)}`
      : entry.isFile()
        ? fs.readFileSync(file, 'hex')
        : '';
    return [path.relative(dir, file), `${mode} ${held}`];
  });
  return Object.fromEntries(entries);
}

/** What the person is told beside the changes. */
export const notesOf = (plan: Plan): readonly string[] => [
  ...plan.notes,
  ...plan.runtimes.flatMap(({ notes }) => notes),
  ...plan.skills.notes,
];
