import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import type { Place } from '../../runtimes/row.ts';
import type { AskGateway } from '../remote/gateway-steps.ts';
import type { Plan } from '../plan.ts';
import type { TrustRecord } from '../record.ts';
import { smokeTest, type Check, type KnownSkill } from './smoke.ts';
import { checkTrust } from './trust.ts';
import type { Found } from '../versions.ts';

/** The first skill with a loader, and how that begins: what a prompt with its name has to bring. */
function knownSkill(tree: string, names: readonly string[]): KnownSkill | undefined {
  if (!fs.existsSync(path.join(tree, layout.index, 'current'))) return undefined;
  for (const name of names) {
    try {
      const loader = fs.readFileSync(path.join(tree, layout.skills, name, 'AGENTS.md'), 'utf8').trim();
      const opening = loader.split('\n')[0]?.slice(0, 100) ?? '';
      if (/^[ -~]+$/.test(opening)) return { name, opening };
    } catch {
      // A skill without a loader.
    }
  }
  return undefined;
}

async function checkGateway(tree: string, askGateway: AskGateway): Promise<Check[]> {
  const status = await askGateway(tree);
  if (status === undefined) return [];
  const { ok, message } = status;
  // Local first: a gateway that is away keeps no agent from its skills.
  return [{ name: 'gateway', status: ok ? 'ok' : 'warn', message }];
}

export interface SmokeStepRequest {
  readonly tree: string;
  readonly place: Place;
  readonly found: readonly Found[];
  readonly plan: Plan;
  readonly askGateway: AskGateway;
}

/** Step 9: what was set up, tried: tree, skills, each hook by its wired command, the gateway, the trust. */
export async function smokeStep(
  system: System,
  { tree, place, found, plan, askGateway }: SmokeStepRequest,
): Promise<{ readonly checks: readonly Check[]; readonly asked: readonly TrustRecord[] }> {
  const wired = plan.runtimes.filter(({ fault }) => fault === undefined);
  const roots = plan.served.filter(({ form }) => form !== 'failed' && form !== 'none');
  const checks = await smokeTest({
    tree,
    place,
    wired,
    roots: roots.map(({ root, skills }) => ({ root, names: skills })),
    skill: knownSkill(tree, fs.readdirSync(path.join(tree, layout.skills)).toSorted()),
  });
  const ids = new Set(wired.map(({ runtime }) => runtime.id));
  const trust = await checkTrust(
    system,
    tree,
    place,
    found.filter(({ runtime }) => ids.has(runtime.id)),
  );
  return { checks: [...checks, ...trust.checks, ...(await checkGateway(tree, askGateway))], asked: trust.asked };
}
