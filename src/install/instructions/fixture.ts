import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { applyChanges } from '../../core/test-apply.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import type { InstructionFile } from '../../runtimes/row.ts';
import { planInstructions, planTakeInstructions } from './plan.ts';
import type { InstructionRequest, InstructionRow, Limit } from './files.ts';
import type { InstructionPlan } from './file-plan.ts';
import type { InstructionEntry } from './record.ts';
import { put, snapshot } from '../test-home.ts';

type File = InstructionFile & { readonly limit?: Limit };

function row(id: string, user: readonly File[], project: readonly File[], perTurn = true): InstructionRow {
  return { id, name: id.toUpperCase(), context: { perTurn }, instructions: { user, project } };
}

/** Rows of every shape that the real ones have. */
export const rows = {
  plain: row('plain', [{ file: '.plain/AGENTS.md' }], [{ file: 'AGENTS.md' }]),
  other: row('other', [], [{ file: 'AGENTS.md' }]),
  capped: row(
    'capped',
    [{ file: '.capped/AGENTS.md', insteadOf: '.capped/AGENTS.override.md', limit: { count: 2_000, unit: 'bytes' } }],
    [
      {
        file: 'AGENTS.md',
        insteadOf: 'AGENTS.override.md',
        limit: { count: 2_000, unit: 'bytes', together: true },
      },
    ],
  ),
  importing: row('importing', [{ file: '.imp/IMP.md', imports: true }], [{ file: 'IMP.md', imports: true }]),
  looking: row(
    'looking',
    [],
    [
      { file: '.look/rules/snappy.md', head: '---\ntrigger: always_on\n---\n' },
      { file: '.lookrules', ifThere: true },
    ],
    false,
  ),
} as const satisfies Record<string, InstructionRow>;

const table: readonly InstructionRow[] = Object.values(rows);

/** A home, a project and a tree, made anew for each test; the record is kept between runs. */
export interface Instructed {
  base: string;
  home: string;
  project: string;
  tree: string;
  entries: readonly InstructionEntry[];
  runs: number;
}

/** The place of the test that runs: made before it, removed after it. */
export function instructed(): Instructed {
  const here: Instructed = { base: '', home: '', project: '', tree: '', entries: [], runs: 0 };
  beforeEach(() => {
    here.base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-instructions-'));
    here.home = path.join(here.base, 'home');
    here.project = path.join(here.base, 'work', 'project');
    here.tree = path.join(here.home, 'snappy-os');
    here.entries = [];
    here.runs = 0;
    fs.mkdirSync(here.project, { recursive: true });
    fs.mkdirSync(here.tree, { recursive: true });
  });
  afterEach(() => fs.rmSync(here.base, { recursive: true }));
  return here;
}

export interface Asked {
  readonly runtimes?: readonly InstructionRow[];
  readonly project?: boolean;
}

function requestFor(here: Instructed, asked: Asked): InstructionRequest {
  here.runs += 1;
  return {
    tree: here.tree,
    home: here.home,
    claudeFolder: path.join(here.home, '.claude'),
    runtimes: asked.runtimes ?? table,
    table,
    entries: here.entries,
    backups: path.join(here.tree, layout.backups, String(here.runs)),
    ...(asked.project === true ? { project: here.project } : {}),
  };
}

function carryOut(here: Instructed, plan: InstructionPlan): InstructionPlan {
  applyChanges(realSystem(), [...plan.copies, ...plan.changes]);
  here.entries = plan.entries;
  return plan;
}

/** Plans and carries out an install. */
export function install(here: Instructed, asked: Asked = {}): InstructionPlan {
  return carryOut(here, planInstructions(realSystem(), requestFor(here, asked)));
}

/** Plans and carries out an uninstall. */
export function uninstall(here: Instructed, asked: Asked = {}): InstructionPlan {
  return carryOut(here, planTakeInstructions(realSystem(), requestFor(here, asked)));
}

/** Reads, writes and lists files by their path below the base. */
export const filesOf = (here: Instructed) => ({
  put: (name: string, text: string | Buffer): void => put(path.join(here.base, name), text),
  read: (name: string): string => fs.readFileSync(path.join(here.base, name), 'utf8'),
  has: (name: string): boolean => fs.existsSync(path.join(here.base, name)),
  /** All but the tree. */
  all: (): Record<string, string> =>
    Object.fromEntries(Object.entries(snapshot(here.base)).filter(([name]) => !name.startsWith('home/snappy-os'))),
  copies: (): string[] =>
    Object.keys(snapshot(here.tree)).filter((name) => fs.statSync(path.join(here.tree, name)).isFile()),
});
