import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { limits } from '../wire/limits.ts';
import type { Tier } from '../wire/names.ts';
import { inScope } from '../wire/rules.ts';
import type { Known, SeenFile } from './known.ts';
import type { OwnSecret } from './own-secrets.ts';
import { makeDecider, ownTraces, planPush } from './plan-push.ts';
import type { PushPlan, PushTerms, TierPlan } from './plan-push.ts';
import { FrameMaker } from './push-frames.ts';
import { readStable } from './scan-read.ts';
import { scanRepo } from './scan.ts';
import type { Scan } from './scan.ts';
import { SecretSearch } from './secrets.ts';
import type { SecretPlace } from './secrets.ts';

/** A plan with what it takes to carry it out, all of it looked through. */
export interface Gathered {
  readonly plan: PushPlan;
  readonly scan: Scan;
  readonly frames: ReadonlyMap<Tier, FrameMaker>;
  readonly secrets: readonly SecretPlace[];
  /** Nothing here has changed since a push had nothing to do. */
  readonly isQuiet: boolean;
}

/** A file was changed while it was looked at, after it had been looked at once. */
class Restless extends Error {}

function countInScope(paths: Iterable<string>, { repo, scope }: PushTerms): number {
  let count = 0;
  for (const file of paths) if (inScope(file, scope, repo) && !ownTraces.includes(file)) count += 1;
  return count;
}

/** Whether all is as it was when there was nothing to push, by these rules: then nothing has to be compared. */
function isAsQuiet({ read, anew }: Scan, { quietBy }: Known, rulesHash: string, terms: PushTerms): boolean {
  if (quietBy !== rulesHash || terms.tier !== undefined) return false;
  if (read.some((file) => !ownTraces.includes(file))) return false;
  return countInScope(anew.now, terms) === countInScope(anew.before, terms);
}

function nothingToPush({ repo, scope }: PushTerms, { refused, leftOut }: Scan): PushPlan {
  return { repo, scope, tiers: [], refused, leftOut, kept: [], warnings: [], asLaid: 0, emptied: [] };
}

/** All contents that were ever in a tier's manifest and still are: the gateway has these. */
function contentsOf(known: Known, tier: Tier): ReadonlySet<string> {
  return new Set([...(known.tiers.get(tier)?.files.values() ?? [])].map(({ sha256 }) => sha256));
}

class Gathering {
  readonly frames = new Map<Tier, FrameMaker>();
  readonly secrets: SecretSearch;
  private readonly held = new Map<Tier, ReadonlySet<string>>();
  private readonly looked = new Set<string>();
  private readonly known: Known;
  private readonly keepsContents: boolean;

  constructor({ known, keepsContents, secrets }: GatherRequest) {
    this.known = known;
    this.keepsContents = keepsContents;
    this.secrets = new SecretSearch(secrets);
  }

  /** Gives what is to be waited for before more is taken, if anything is. */
  take(
    tier: Tier,
    file: string,
    { sha256 }: Pick<SeenFile, 'sha256'>,
    bytes: Buffer | undefined,
  ): Promise<void> | undefined {
    // What travels by itself was looked at piece by piece.
    if (bytes !== undefined) this.secrets.look(file, bytes);
    this.looked.add(file);
    if (!this.keepsContents || bytes === undefined || this.isHeld(tier, sha256)) return undefined;
    const maker = this.frames.get(tier) ?? new FrameMaker();
    this.frames.set(tier, maker);
    return maker.add(sha256, bytes);
  }

  /** Whether the gateway has a content in this tier: a file that was only moved costs nothing. */
  isHeld(tier: Tier, sha256: string): boolean {
    const held = this.held.get(tier) ?? contentsOf(this.known, tier);
    this.held.set(tier, held);
    return held.has(sha256);
  }

  /** Reads what is to be sent and was not read as it was looked for, being as it was last seen. */
  async complete(root: string, { tier, files }: TierPlan): Promise<void> {
    for (const file of files) {
      if (this.looked.has(file.path)) continue;
      const found = readStable(path.join(root, file.path), {
        onPiece: (piece, at) => this.secrets.lookAtPiece(file.path, piece, at),
      });
      if (found === undefined || found.sha256 !== file.sha256) throw new Restless();
      await this.take(tier, file.path, found, found.bytes);
    }
  }
}

export interface GatherRequest {
  readonly root: string;
  readonly known: Known;
  readonly terms: PushTerms;
  /** `hashOfRules` of the rules. */
  readonly rulesHash: string;
  /** Whether what is to be sent is made ready; else it is only planned. */
  readonly keepsContents: boolean;
  /** `ownSecrets` of the tree. */
  readonly secrets: readonly OwnSecret[];
}

async function gatherOnce(request: GatherRequest): Promise<Gathered> {
  const { root, known, terms, rulesHash } = request;
  const decide = makeDecider(terms);
  const gathering = new Gathering(request);
  const { frames, secrets } = gathering;
  const scan = await scanRepo(root, {
    ...terms,
    known,
    onRead(file, seen, bytes) {
      // Of most pushes it is all that has changed, and nothing is pushed for it alone.
      if (ownTraces.includes(file)) return undefined;
      const decision = decide(file, seen);
      return decision.kind === 'send' ? gathering.take(decision.tier, file, seen, bytes) : undefined;
    },
    onPiece: (file, piece, at) => secrets.lookAtPiece(file, piece, at),
  });
  if (isAsQuiet(scan, known, rulesHash, terms))
    return { plan: nothingToPush(terms, scan), scan, frames, secrets: [], isQuiet: true };
  const expected = new Set([...known.tiers.values()].flatMap(({ files }) => [...files.keys()]));
  const plan = planPush(scan, scan.missingOf(expected), terms);
  for (const tier of plan.tiers) await gathering.complete(root, tier);
  const sent = new Set(plan.tiers.flatMap(({ files }) => files.map((file) => file.path)));
  const places = (await secrets.places()).filter((place) => sent.has(place.path));
  return { plan, scan, frames, secrets: places, isQuiet: false };
}

const tries = 3;

/**
 * Looks at what is here, plans what is to be pushed, and makes it ready: read once, looked through for credentials, put into
 * frames. Nothing leaves the machine. Throws `failure` where files do not stand still.
 */
export async function gather(request: GatherRequest): Promise<Gathered> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await gatherOnce(request);
    } catch (cause) {
      if (!(cause instanceof Restless) || attempt === tries) throw explain(cause);
    }
  }
}

function explain(cause: unknown): unknown {
  if (!(cause instanceof Restless)) return cause;
  return new SnappyError('failure', 'files are changed faster than they can be read', {
    hint: 'nothing was sent; run this again when whatever writes them is done',
    cause,
  });
}

/** Whether a file travels by itself, rather than in a frame. */
export function isBlob({ size }: { readonly size: number }): boolean {
  return size > limits.framedFile;
}
