import { deltaSince } from '../../sync/wire/delta.ts';
import type { ManifestEntry } from '../../sync/wire/manifest.ts';
import type { PulledFile, PulledTier, PullDocument } from '../../sync/wire/messages.ts';
import { tierKey } from '../../sync/wire/names.ts';
import type { Repo, Tier } from '../../sync/wire/names.ts';
import { inScope } from '../../sync/wire/rules.ts';
import { mayWrite } from '../access/tiers.ts';
import type { Home } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import type { Caller } from '../route.ts';
import { signHead } from '../trust/sign.ts';
import { FrameList } from './frame-list.ts';
import type { PulledFrames } from './frame-list.ts';
import { noHead, readHeads } from './heads.ts';
import type { HeadRow } from './heads.ts';
import { readManifest } from './manifests.ts';
import { tiersOf } from './reach.ts';
import type { RepoTier } from './reach.ts';
import type { Since } from './since.ts';

export interface PullRequest {
  readonly repo: Repo;
  readonly since: Since;
  readonly scope: 'state' | 'all';
  readonly takesZstd: boolean;
  /** Whether the contents are wanted too, or only what there is. */
  readonly contents: boolean;
}

/** The document of a pull, and the frames that follow it. */
export interface Pulled {
  readonly document: PullDocument;
  readonly inline: PulledFrames['inline'];
}

/**
 * What has changed for a caller, in all tiers that it may read. One query tells of all heads, and of a tier with nothing new
 * nothing else is read. Throws `since_ahead` where a client knows a newer revision of a tier than there is.
 */
export async function makePull(home: Home, caller: Caller, request: PullRequest): Promise<Pulled> {
  const { repo } = request;
  const tiers = tiersOf(caller, repo).map((tier) => ({ tier, key: tierKey(tier, caller.tenant) }));
  const heads = await readHeads(
    home,
    repo,
    tiers.map(({ key }) => key),
  );
  const frames = new FrameList();
  const pulled = await Promise.all(
    tiers.map(({ tier, key }) => {
      const place = { repo, tier: key };
      return pullTier(home, request, { place, tier, head: heads.get(key) ?? noHead, frames });
    }),
  );
  const { listed, ranges, inline } = await frames.place(home, request.takesZstd);
  const document: PullDocument = {
    repo,
    tenant: caller.tenant,
    tiers: pulled.map((row) => ({ ...row, writable: mayWrite(caller, repo, row.tier) })),
    frames: [...listed],
    ranges: [...ranges],
  };
  return { document, inline };
}

interface TierAtHead {
  readonly place: RepoTier;
  readonly tier: Tier;
  readonly head: HeadRow;
  /** Takes the frames that are needed. */
  readonly frames: FrameList;
}

async function pullTier(
  home: Home,
  request: PullRequest,
  { place, tier, head, frames }: TierAtHead,
): Promise<Omit<PulledTier, 'writable'>> {
  const { rev } = head;
  const signed = await signHead(home, { ...place, ...head });
  const since = request.since.of(tier, rev);
  if (since > rev) {
    throw new GatewayProblem('since_ahead', `revision ${since} of ${tier} was never here; the newest is ${rev}`, {
      more: { tier, rev },
    });
  }
  if (since === rev) return { tier, head: signed, full: rev === 0, files: [], gone: [] };

  const manifest = await readManifest(home, place, head.manifest);
  const delta = deltaSince(manifest, since);
  const pulledFile = (file: ManifestEntry): PulledFile => {
    const { path, sha256, size, exec } = file;
    const frame = 'frame' in file ? manifest.frames[file.frame] : undefined;
    const isWanted = request.contents && inScope(path, request.scope, place.repo);
    if (!isWanted || frame === undefined || !('at' in file)) return { path, sha256, size, exec };
    return { path, sha256, size, exec, frame: frames.number(frame), at: file.at };
  };
  return { tier, head: signed, full: delta.full, files: delta.files.map(pulledFile), gone: [...delta.gone] };
}
