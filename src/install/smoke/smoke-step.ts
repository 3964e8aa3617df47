import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import type { HookTrust, Place, Runtime } from '../../runtimes/row.ts';
import { readGatewayStatus } from '../remote/gateway-status.ts';
import { configuredGateway } from '../remote/master-key.ts';
import type { Plan } from '../plan.ts';
import { readRecord, type TrustRecord } from '../record.ts';
import { smokeTest, type Check, type KnownSkill } from './smoke.ts';
import { askTrust, countTrusted } from './trust.ts';
import type { Found } from '../versions.ts';

/** A runtime that runs only trusted hooks, with its program. */
interface Trusting {
  readonly runtime: Runtime & { readonly trust: HookTrust };
  readonly program: string;
}

function trusting(found: readonly Found[]): Trusting[] {
  return found.flatMap(({ runtime, presence: { program } }) => {
    const { trust } = runtime;
    return trust === undefined || program === undefined ? [] : [{ runtime: { ...runtime, trust }, program }];
  });
}

/** What the record would hold if these runtimes were to trust our hooks as the plan leaves them. */
export async function grantTrust(
  system: System,
  tree: string,
  place: Place,
  found: readonly Found[],
  plan: Plan,
): Promise<readonly TrustRecord[]> {
  const known = readRecord(system, tree).trust;
  const asked = await Promise.all(
    trusting(found).map(async (one) => ({
      ...(await askTrust(system, { ...one, place }, plan.changes, known)),
      granted: true,
    })),
  );
  return [...known.filter((entry) => !asked.some(({ runtime }) => runtime === entry.runtime)), ...asked];
}

async function checkTrust(system: System, tree: string, place: Place, one: Trusting): Promise<Check> {
  const { runtime, program } = one;
  const name = `${runtime.name}: trust`;
  try {
    const asked = await askTrust(system, { runtime, program, place }, [], readRecord(system, tree).trust);
    const { trusted, of } = countTrusted(system, { runtime, place }, asked);
    return trusted === of
      ? { name, status: 'ok', message: `all ${of} hooks are trusted` }
      : {
          name,
          status: 'warn',
          message: `${trusted} of ${of} hooks are trusted, the others do not run: ${runtime.trust.byHand}`,
        };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { name, status: 'warn', message: `could not be asked (${reason}): ${runtime.trust.byHand}` };
  }
}

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

export interface SmokeStepRequest {
  readonly tree: string;
  readonly place: Place;
  readonly found: readonly Found[];
  readonly plan: Plan;
}

/** Step 9: what was set up, tried: tree, skills, each hook by its wired command, the gateway, the trust. */
export async function smokeStep(system: System, { tree, place, found, plan }: SmokeStepRequest): Promise<Check[]> {
  const gateway = configuredGateway(tree, place.env);
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
  const trust = await Promise.all(
    trusting(found)
      .filter(({ runtime }) => ids.has(runtime.id))
      .map((one) => checkTrust(system, tree, place, one)),
  );
  if (gateway === undefined) return [...checks, ...trust];
  const { ok, message } = await readGatewayStatus(gateway);
  return [...checks, ...trust, { name: 'gateway', status: ok ? 'ok' : 'failed', message }];
}
