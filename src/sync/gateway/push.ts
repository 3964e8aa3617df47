import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { compileRules } from '../wire/rules.ts';
import type { CompiledRules } from '../wire/rules.ts';
import type { ReadSeed } from './base-content.ts';
import type { Gateway } from './connection.ts';
import { hashOfRules, loadKnown } from './known.ts';
import type { Known, KnownTier } from './known.ts';
import { ownSecrets } from './own-secrets.ts';
import type { OwnSecret } from './own-secrets.ts';
import type { PushPlan, PushTerms, TierPlan } from './plan-push.ts';
import { gather } from './push-gather.ts';
import type { Gathered } from './push-gather.ts';
import { withoutTheirs } from './push-fork.ts';
import { isFirstOfOperator, isMigrated } from './push-first.ts';
import { askNews } from './push-news.ts';
import type { News } from './push-news.ts';
import type { PullItem } from './pull-items.ts';
import { findTrust } from './pull-trust.ts';
import type { FoundTrust } from './pull-trust.ts';
import type { Scope } from './scan.ts';
import type { SecretPlace } from './secrets.ts';
import { readLaidFiles, readTreeRules } from './tree-rules.ts';

/** What is pushed, and to where. */
export interface PushRequest {
  readonly tree: string;
  /** The folder of the repo: `repoRoot`. */
  readonly root: string;
  readonly gateway: Gateway;
  readonly repo: Repo;
  readonly scope: Scope;
  readonly env: NodeJS.ProcessEnv;
  /** Where what is new goes. */
  readonly tier?: Tier | undefined;
  readonly deleteMuch?: boolean;
  /** For what is pulled and merged first. */
  readonly readSeed?: ReadSeed | undefined;
}

/** What holds a plan back: nothing is sent while there is one of these. */
export interface Hindrance {
  readonly what: string;
  readonly hint: string;
}

/** What a push would do, with what the gateway has by now. */
export interface PushPreview {
  readonly plan: PushPlan;
  readonly secrets: readonly SecretPlace[];
  readonly news: News;
  readonly hindrances: readonly Hindrance[];
  readonly notes: readonly string[];
}

/** All that a push goes by, read once. */
export interface PushWorld {
  readonly request: PushRequest;
  readonly found: FoundTrust;
  readonly rules: CompiledRules;
  readonly rulesHash: string;
  readonly laid: Readonly<Record<string, string>>;
  readonly secrets: readonly OwnSecret[];
}

export async function readWorld(request: PushRequest): Promise<PushWorld> {
  const { tree, root, gateway } = request;
  if (!fs.existsSync(root))
    throw new SnappyError('usage', `there is no folder ${root}`, {
      hint: 'the library is the folder that SNAPPY_KERNEL names, or ~/snappy-kernel; to bring it in: snappy pull --repo kernel',
    });
  const rules = readTreeRules(tree);
  const found = await findTrust(tree, gateway);
  const secrets = ownSecrets(tree, gateway);
  const laid = readLaidFiles(root);
  return { request, found, rules: compileRules(rules), rulesHash: hashOfRules(rules), laid, secrets };
}

export function termsOf({ request, rules, laid }: PushWorld, { tiers }: Pick<Known, 'tiers'>): PushTerms {
  const { repo, scope, tier, deleteMuch = false } = request;
  return { repo, scope, rules, tiers, tier, laid, deleteMuch };
}

/** What is known of the gateway of this tree and tenant, and why nothing is. */
export function knownOf({ request, found }: PushWorld): ReturnType<typeof loadKnown> {
  const { tree, repo, gateway } = request;
  return loadKnown(tree, repo, { url: gateway.url, tenant: found.trust.tenant });
}

/** Ends what a pull that was killed has begun, before anything is looked at. The lock of the gateway is held. */
export async function endOpenPull(request: PushRequest): Promise<void> {
  if (!fs.existsSync(path.join(request.root, layout.gateway, 'staged'))) return;
  await (await import('./pull.ts')).resumePull(request);
}

/**
 * Tiers of which nothing was taken in here, as a plan sees them: what is not here is no removal, but something that a pull
 * will bring.
 */
function asBehind({ tiers }: News, root: string, known: Known): Known {
  const seen = new Map<Tier, KnownTier>(known.tiers);
  for (const { tier, head, writable, files } of tiers) {
    if (seen.has(tier)) continue;
    const isHere = (file: string): boolean => fs.existsSync(path.join(root, file));
    const absent = [...files.keys()].filter((file) => !isHere(file));
    seen.set(tier, {
      rev: head.rev,
      digest: head.digest,
      writable,
      files,
      behind: new Map(absent.map((file) => [file, undefined])),
    });
  }
  return { ...known, tiers: seen };
}

/** What keeps a plan from being carried out, as things are. */
export function hindrancesOf(
  world: PushWorld,
  { plan, secrets }: Pick<Gathered, 'plan' | 'secrets'>,
  known: Known,
): Hindrance[] {
  const { tree } = world.request;
  const found: Hindrance[] = [];
  if (secrets.length > 0) {
    const named = secrets.slice(0, 10).map((place) => `${place.path}:${place.line} (${place.kind})`);
    found.push({
      what: `a credential would be sent: ${named.join(', ')}${secrets.length > 10 ? ', …' : ''}`,
      hint: 'nothing was sent; take it out, or deny the file in state/config/sync-rules.json, then run this again',
    });
  }
  for (const { tier, gone, of } of plan.emptied) {
    found.push({
      what: `${gone} of the ${of} files that ${tier} has would be deleted there, as they are gone here`,
      hint: `nothing was sent; if that is what you want, add --delete; to have them back, remove ${layout.gateway}/${plan.repo}.known, then: snappy pull`,
    });
  }
  if (isFirstOfOperator(plan, known) && !isMigrated(tree)) {
    found.push({
      what: `this would be the operator's first push of ${plan.repo}, and this machine has no row in ${layout.migrations} yet`,
      hint: 'nothing was sent; run snappy migrate --apply, then look at all of it with: snappy push --scope all --dry',
    });
  }
  return found;
}

/** Throws `refused` for the first thing that holds a push back. */
export function refuseHindered([first]: readonly Hindrance[]): void {
  if (first !== undefined) throw new SnappyError('refused', first.what, { hint: first.hint });
}

/**
 * What a push would do now. Reads, asks the gateway where it stands, and changes nothing. Throws as `ask`, and `refused` on
 * what the gateway has not signed.
 */
export async function previewPush(request: PushRequest): Promise<PushPreview> {
  const world = await readWorld(request);
  const { known: loaded, note } = knownOf(world);
  const { repo, scope, gateway, root } = request;
  const news = await askNews(gateway, world.found.trust, { repo, scope, known: loaded });
  const known = asBehind(news, root, news.known);
  const { rulesHash, secrets } = world;
  const given = { root, known, terms: termsOf(world, known), rulesHash, secrets };
  const gathered = await gather({ ...given, keepsContents: false });
  const notes = [world.found.note, note].filter((one) => one !== undefined);
  const plan = withoutTheirs(gathered.plan, news);
  const sent = new Set(plan.tiers.flatMap(({ files }) => files.map((file) => file.path)));
  const found = gathered.secrets.filter((place) => sent.has(place.path));
  return { plan, secrets: found, news, hindrances: hindrancesOf(world, { plan, secrets: found }, known), notes };
}

/** What a push has done. */
export interface PushReport {
  readonly plan: PushPlan;
  /** What was sent, in the order it was. */
  readonly sent: readonly TierPlan[];
  /** Where each tier stands now. */
  readonly revisions: ReadonlyMap<Tier, number>;
  /** Tiers that have something newer, which was not asked for. */
  readonly newer: readonly Tier[];
  /** How often a newer revision was merged first. */
  readonly merged: number;
  /** What came in with that. */
  readonly pulled: readonly PullItem[];
  readonly notes: readonly string[];
}
