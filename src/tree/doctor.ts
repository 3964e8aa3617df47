import path from 'node:path';
import { sortFindings } from '../../seed/state/lib/finding.ts';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { aggregateSchema } from '../../seed/state/lint/aggregate-schema.ts';
import { check as checkSkills } from '../../seed/state/lint/check.ts';
import { evalRowMandatory } from '../../seed/state/lint/eval-row-mandatory.ts';
import { libraryShape } from '../../seed/state/lint/library-shape.ts';
import { layout } from '../core/paths.ts';
import { lintCredentials } from '../skills/lint-credentials.ts';
import type { System } from '../core/system.ts';
import type { Diagnosis } from './diagnosis.ts';
import { checkHook, repairHook } from './hook-check.ts';
import { checkIndex, repairIndex } from './index-check.ts';
import { hostName, machineIdOf, readMachineId } from '../core/machine-id.ts';
import { verifySeed } from './manifest-check.ts';
import { checkWiring, repairWiring } from './wiring-check.ts';
import { checkSecrets, repairSecrets } from './secrets-check.ts';

/** One row of the doctor's table. */
interface Check {
  readonly name: string;
  /** What is as it should be when nothing is found. */
  readonly good: string;
  /** Only where a person has asked: no cron line reads graded runs (rule 3 of the contract). */
  readonly attended?: true;
  examine(tree: string, env: NodeJS.ProcessEnv): Diagnosis | Promise<Diagnosis>;
  /** Cures what a program can cure without asking; absent where a person has to. */
  repair?(system: System, tree: string, env: NodeJS.ProcessEnv): void | Promise<void>;
}

export interface CheckResult extends Diagnosis {
  readonly name: string;
  readonly good: string;
  readonly ok: boolean;
}

function examineMachineId(tree: string): Diagnosis {
  const cached = readMachineId(tree);
  if (cached === machineIdOf(hostName())) return { findings: [] };
  const message =
    cached === undefined
      ? 'there is no machine id of 12 hex digits'
      : `it says ${cached}, which is not this machine: the tree was copied here, or the machine was renamed`;
  return { findings: [{ rule: 'machine-id', path: layout.machineId, line: 1, message, fix: 'snappy doctor --fix' }] };
}

const lint =
  (run: (tree: string) => Finding[]) =>
  (tree: string): Diagnosis => ({ findings: run(tree) });

/** Everything the doctor looks at, in the order it is shown. */
const checks: readonly Check[] = [
  { name: 'check', good: 'skills and loaders are in shape', examine: lint(checkSkills) },
  {
    name: 'credentials',
    good: 'no skill holds a credential',
    examine: async (tree) => ({ findings: await lintCredentials(tree) }),
  },
  { name: 'library-shape', good: 'libraries run as they are', examine: lint(libraryShape) },
  {
    name: 'eval-row-mandatory',
    good: 'every graded run names an actor and another auditor',
    attended: true,
    examine: lint(evalRowMandatory),
  },
  { name: 'aggregate-schema', good: 'what may be shared of the runs is of version 1', examine: lint(aggregateSchema) },
  { name: 'manifest-verify', good: 'the seed’s files are as they were laid', examine: verifySeed },
  {
    name: 'index',
    good: 'index page and hook index are as new as the skills',
    examine: checkIndex,
    repair: repairIndex,
  },
  { name: 'hook', good: 'the hook answers a known prompt with its loader', examine: checkHook, repair: repairHook },
  { name: 'wiring', good: 'each runtime that was wired still is', examine: checkWiring, repair: repairWiring },
  {
    name: 'secrets',
    good: 'what skills need is in the environment or .env.cache',
    examine: checkSecrets,
    repair: repairSecrets,
  },
  {
    name: 'machine-id',
    good: 'the cached machine id is this machine’s',
    examine: examineMachineId,
    repair: (system, tree) => system.write(path.join(tree, layout.machineId), `${machineIdOf(hostName())}\n`),
  },
];

/** Examines a tree. Changes nothing. `unattended`: nobody has asked, it is a cron line that runs. */
export async function examine(tree: string, env: NodeJS.ProcessEnv, unattended = false): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (check.attended === true && unattended) continue;
    const { name, good } = check;
    const { findings, note } = await check.examine(tree, env);
    const ok = findings.length === 0;
    results.push({ name, good, ok, findings: sortFindings(findings), ...(note === undefined ? {} : { note }) });
  }
  return results;
}

/** Cures what a program can cure without asking. Returns the names of the checks that it was done for. */
export async function repairTree(
  system: System,
  tree: string,
  env: NodeJS.ProcessEnv,
  results: readonly CheckResult[],
): Promise<string[]> {
  const bad = new Set(results.filter(({ ok }) => !ok).map(({ name }) => name));
  const curable = checks.filter((check) => check.repair !== undefined && bad.has(check.name));
  for (const check of curable) await check.repair?.(system, tree, env);
  return curable.map(({ name }) => name);
}
