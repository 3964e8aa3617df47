import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import * as z from 'zod/mini';
import { applyChanges } from '../../core/test-apply.ts';
import { layout } from '../../core/paths.ts';
import { stepsOf } from '../../core/steps.ts';
import { realSystem } from '../../core/system.ts';
import { planLinks, planUnlink, type LinkRecord, type LinkRequest, type LinksPlan } from './plan.ts';
import { linkRecordSchema } from './record.ts';

/** A tree and a home whose `~/.agents/skills` is served, for tests of links. */
export interface LinkHome {
  base: string;
  tree: string;
  skills: string;
  home: string;
  root: string;
  /** What the last install or uninstall recorded. */
  record: readonly LinkRecord[];
  runs: number;
}

/** Makes an empty home and an empty tree on the disk. */
export function makeLinkHome(): LinkHome {
  const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-links-'));
  const here = linkHomeIn(base);
  fs.mkdirSync(here.skills, { recursive: true });
  fs.mkdirSync(path.join(here.tree, 'state', 'log'));
  fs.mkdirSync(here.home);
  return here;
}

function linkHomeIn(base: string): LinkHome {
  const tree = path.join(base, 'tree');
  const home = path.join(base, 'home');
  return {
    base,
    tree,
    skills: path.join(tree, layout.skills),
    home,
    root: path.join(home, '.agents', 'skills'),
    record: [],
    runs: 0,
  };
}

/** A home for the test that runs: made before it, removed after it. */
export function linkHome(): LinkHome {
  const here = linkHomeIn('');
  beforeEach(() => Object.assign(here, makeLinkHome()));
  afterEach(() => fs.rmSync(here.base, { recursive: true }));
  return here;
}

/** Writes a good skill, or one with this SKILL.md. */
export function putSkill(
  here: LinkHome,
  name: string,
  text = `---\nname: ${name}\ndescription: Does it.\n---\n`,
): string {
  const folder = path.join(here.skills, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'SKILL.md'), text);
  return folder;
}

/** What is asked for in tests: one root that may be linked as a whole, unless told otherwise. */
export function requestFor(here: LinkHome, asked: Partial<LinkRequest> = {}): LinkRequest {
  here.runs++;
  return {
    tree: here.tree,
    roots: [{ root: here.root, runtimes: ['Codex', 'Pi'], wholeLink: true, listing: 8000 }],
    mode: undefined,
    pinned: [],
    // As it comes back from the disk.
    record: z.array(linkRecordSchema).parse(JSON.parse(JSON.stringify(here.record))),
    backups: path.join(here.tree, layout.backups, `run-${here.runs}`),
    symlinks: true,
    ...asked,
  };
}

/** Carries out a plan, once it is known that it could be undone half-way. Without a journal, whose `fsync` takes its time. */
function carryOut({ changes }: LinksPlan): void {
  stepsOf(changes);
  applyChanges(realSystem(), changes);
}

/** Plans and carries out the links. */
export function installLinks(here: LinkHome, asked?: Partial<LinkRequest>): LinksPlan {
  const plan = planLinks(requestFor(here, asked));
  carryOut(plan);
  here.record = plan.record;
  return plan;
}

/** Plans and carries out the way back. */
export function uninstallLinks(here: LinkHome, asked?: { roots?: string[]; adopt?: boolean }): LinksPlan {
  const plan = planUnlink({ ...requestFor(here), roots: [here.root], ...asked });
  carryOut(plan);
  here.record = plan.record;
  return plan;
}

/** Every entry below a folder: its mode and its bytes, or where it leads. Links are not gone through. */
export function snapshotOf(dir: string, prefix = ''): Record<string, string> {
  const entries = fs.readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    const file = path.join(dir, name);
    const held = entry.isSymbolicLink()
      ? `-> ${fs.readlinkSync(file)}`
      : entry.isFile()
        ? fs.readFileSync(file, 'hex')
        : '';
    const below = entry.isDirectory() ? Object.entries(snapshotOf(dir, `${name}/`)) : [];
    return [[name, `${fs.lstatSync(file).mode.toString(8)} ${held}`] as const, ...below];
  });
  return Object.fromEntries(entries);
}
