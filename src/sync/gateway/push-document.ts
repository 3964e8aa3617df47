import { applyDelta } from '../wire/delta.ts';
import { manifestText } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { PushDocument, SyncRules } from '../wire/messages.ts';
import type { Repo } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { sha256 as hashOf } from './fetch-pull-codec.ts';
import type { KnownTier } from './known.ts';
import type { TierPlan } from './plan-push.ts';
import { compressDocument } from './push-frames.ts';
import type { FrameMaker, ReadyFrame } from './push-frames.ts';

/** A push of one tier, ready to be sent. */
export interface TierPush {
  readonly gateway: Gateway;
  readonly root: string;
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly rules: SyncRules;
  readonly machineId: string;
  readonly plan: TierPlan;
  readonly known: KnownTier | undefined;
  readonly frames: FrameMaker | undefined;
}

/** What a push is called, and the parts of it that were sent ahead. */
export interface PushName {
  readonly pushId: string;
  readonly parts: readonly string[];
}

/** What a push says, and what comes of it. */
export interface Drafted {
  readonly document: ReadyFrame;
  /** What the tier has then: by path, in the order of a manifest. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** sha256 of its `manifestText`. */
  readonly digest: string;
}

/** Bytes of a row beside its path, and of all that is in no row but for the rules. */
const [ofRow, ofHead] = [220, 8_192];

/** More bytes than the document of a push has: known before there is one. */
export function documentAtMost({ plan, rules }: TierPush): number {
  // A character takes at most three bytes: what JSON would escape is in no path.
  const rowOf = (path: string): number => ofRow + 3 * path.length;
  const rows = [...plan.files.map((file) => file.path), ...plan.gone].reduce((sum, path) => sum + rowOf(path), 0);
  return ofHead + 3 * JSON.stringify(rules).length + rows;
}

/** Makes the document of a push whose contents all have their places. */
export async function draftDocument(push: TierPush, { pushId, parts }: PushName): Promise<Drafted> {
  const { repo, scope, rules, machineId, plan, known, frames } = push;
  const bare = plan.files.map(({ path, sha256, size, exec }) => ({ path, sha256, size, exec }));
  const after = applyDelta([...(known?.files.values() ?? [])], bare, plan.gone);
  const digest = hashOf(Buffer.from(manifestText(after), 'utf8'));
  const document: PushDocument = {
    repo,
    tier: plan.tier,
    base: plan.base,
    push_id: pushId,
    machine_id: machineId,
    scope,
    rules,
    files: bare.map((file) => ({ ...file, ...frames?.placeOf(file.sha256) })),
    gone: [...plan.gone],
    ...(parts.length === 0 ? {} : { parts: [...parts] }),
    digest,
  };
  const compressed = await compressDocument(JSON.stringify(document));
  return { document: compressed, files: new Map(after.map((file) => [file.path, file])), digest };
}
