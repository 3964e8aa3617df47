import { SnappyError } from '../../core/errors.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import type { Tier } from '../wire/names.ts';
import { inScope } from '../wire/rules.ts';
import { machineIdFor, recordEvent } from './events.ts';
import { readyToSave, saveKnown, stampOfKnown } from './known.ts';
import type { Known, SeenFile } from './known.ts';
import { endOpenPull, hindrancesOf, knownOf, readWorld, refuseHindered, termsOf } from './push.ts';
import type { PushReport, PushRequest, PushWorld } from './push.ts';
import type { TierPlan } from './plan-push.ts';
import type { PullItem } from './pull-items.ts';
import { keepTrust } from './pull-trust.ts';
import { gather } from './push-gather.ts';
import type { Gathered } from './push-gather.ts';
import { isOutdated, isOutdatedFork } from './push-fork.ts';
import { askNews, beginNews } from './push-news.ts';
import type { News } from './push-news.ts';
import { sendTier } from './push-send.ts';
import { GatewayError } from './request-problem.ts';
import { areOfUse } from './scan-folders.ts';
import { isSettled } from './scan-read.ts';
import { verifyAnswer } from './trust.ts';
import { uncover } from './uncover.ts';

/** How often a push may find that somebody else was first. */
const rounds = 5;

/** A push as it goes on. */
interface Course {
  readonly world: PushWorld;
  readonly sent: TierPlan[];
  readonly notes: string[];
  readonly pulled: PullItem[];
  merged: number;
}

/** What was seen outside of what was looked at now, as far as it still counts. */
function seenElsewhere(known: Known, { request, rulesHash }: PushWorld): [string, SeenFile][] {
  const { repo, scope } = request;
  if (scope === 'all' || repo === 'kernel' || known.quietBy !== rulesHash) return [];
  return [...known.seen].filter(([file, seen]) => !inScope(file, scope, repo) && isSettled(seen, known.written));
}

/** What is known after a look at what is here. It is quiet only where nothing was left that the next look would not find too. */
function withSeen(known: Known, world: PushWorld, { scan, plan }: Gathered, isDone: boolean): Known {
  const isAllSent = plan.kept.length === 0 && plan.refused.length === scan.refused.length;
  const isQuiet = isDone && isAllSent && world.request.tier === undefined;
  return {
    ...known,
    seen: new Map([...scan.files, ...seenElsewhere(known, world)]),
    written: scan.started,
    quietBy: isQuiet ? world.rulesHash : undefined,
    folders: scan.folders,
  };
}

/** Merges what somebody else has pushed, but for programs of others: who pushes has not agreed to run these. */
async function pullFirst({ world, notes, pulled }: Course): Promise<void> {
  const { pullRepo } = await import('./pull.ts');
  const { tree, root, gateway, repo, scope, env, readSeed } = world.request;
  const report = await pullRepo({ tree, root, gateway, repo, scope, env, readSeed, isUnseen: true });
  pulled.push(...report.items);
  notes.push(...report.notes);
}

/** What is known to push on: from here, else from a gateway that has nothing yet, else by a pull that merges. */
async function knownToPushOn(course: Course): Promise<Known> {
  const { world } = course;
  const { request, found } = world;
  const first = knownOf(world);
  if (first.known?.isOutrun === true) {
    await pullFirst(course);
    return knownOf(world).known ?? first.known;
  }
  if (first.known !== undefined) return first.known;
  if (first.note !== undefined) course.notes.push(first.note);
  const { gateway, repo, scope } = request;
  const news = await askNews(gateway, found.trust, { repo, scope, known: undefined });
  if (news.newer.length === 0) return news.known;
  course.merged += 1;
  await pullFirst(course);
  return knownOf(world).known ?? news.known;
}

const isStale = (cause: unknown): boolean => cause instanceof GatewayError && cause.problem === 'stale_base';
/** A tier is no longer there for this key: it has left the team. A pull finds out. */
const isShut = (cause: unknown): boolean => cause instanceof GatewayError && cause.problem === 'not_found';

/** Sends a plan tier by tier; each that has landed is remembered at once. */
async function sendAll(course: Course, before: Known, gathered: Gathered): Promise<Known> {
  const { world, sent } = course;
  const { gateway, tree, root, repo, scope } = world.request;
  const { rules } = world.rules;
  let known = before;
  for (const plan of gathered.plan.tiers) {
    const { tier } = plan;
    const base = known.tiers.get(tier);
    const frames = gathered.frames.get(tier);
    const given = { gateway, root, repo, scope, rules, machineId: machineIdFor(tree), plan, known: base, frames };
    const behind = base?.behind ?? new Map();
    const removed = plan.gone.filter((file) => !gathered.scan.files.has(file));
    const rev = plan.base + 1;
    const { head, digest, prepared } = await sendTier(given, (drafted) => {
      const { files } = drafted;
      const landed = { rev, digest: drafted.digest, writable: true, files, behind };
      const tiers = uncover(known.tiers, tier, removed).set(tier, landed);
      const after = withSeen({ ...known, tiers }, world, gathered, plan === gathered.plan.tiers.at(-1));
      return { after, save: readyToSave(tree, repo, after) };
    });
    verifyAnswer(world.found.trust, head, { repo, tier, known: base, expect: { rev, digest } });
    prepared.save();
    known = prepared.after;
    sent.push(plan);
  }
  return known;
}

function reportOf(
  { sent, notes, merged, pulled, world }: Course,
  known: Known,
  plan: PushReport['plan'],
  newer: readonly Tier[],
): PushReport {
  const { note } = world.found;
  const revisions = new Map([...known.tiers].map(([tier, { rev }]) => [tier, rev]));
  return { plan, sent, revisions, newer, merged, pulled, notes: note === undefined ? notes : [note, ...notes] };
}

/** As `withGatewayLock`, which is loaded where it is needed alone: most pushes have nothing to do. */
async function locked<T>(tree: string, work: () => T | Promise<T>): Promise<T> {
  return (await import('./gateway-lock.ts')).withGatewayLock(tree, work);
}

/** Nothing is to be sent: the look is remembered. */
async function endQuietly(course: Course, { known, gathered, news }: FirstLook): Promise<PushReport> {
  const { world } = course;
  const { tree } = world.request;
  // Where all was as it was, and no folder had to be listed, there is nothing to remember.
  if (!gathered.isQuiet || (gathered.scan.isFull && areOfUse(gathered.scan.folders)))
    await locked(tree, () => saveIfUntouched(world, known, withSeen(known, world, gathered, true)));
  return reportOf(course, known, gathered.plan, news.newer);
}

/** Saves a look, unless another run has pushed or pulled since: that one knows more. */
function saveIfUntouched(world: PushWorld, before: Known, after: Known): void {
  const { tree, repo } = world.request;
  const now = knownOf(world).known;
  const revs = (known: Known | undefined): string =>
    JSON.stringify([...(known?.tiers ?? [])].map(([tier, { rev }]) => [tier, rev]));
  if (now === undefined || revs(now) === revs(before)) saveKnown(tree, repo, after);
}

function prepare({ world }: Course, known: Known): Promise<Gathered> {
  const { root } = world.request;
  const { rulesHash, secrets } = world;
  return gather({ root, known, terms: termsOf(world, known), rulesHash, secrets, keepsContents: true });
}

/** A look that was taken without the lock, by what was known then, and where the gateway stood. */
interface FirstLook {
  readonly known: Known;
  readonly gathered: Gathered;
  /** `stampOfKnown`. */
  readonly stamp: string | undefined;
  readonly news: News;
}

/** Looks at what is here while the gateway says where it stands. */
async function lookFirst(course: Course, known: Known, stamp: string | undefined): Promise<FirstLook> {
  const { request, found } = course.world;
  const { gateway, repo, scope } = request;
  const { sent, news } = beginNews(gateway, found.trust, { repo, scope, known });
  await sent;
  const gathered = await prepare(course, known);
  return { known, gathered, stamp, news: await news };
}

/** Whether the gateway has something newer where this is to be sent, and would refuse it; or of what is to be sent, elsewhere. */
function isBehind({ gathered: { plan }, news }: FirstLook): boolean {
  return plan.tiers.some(({ tier }) => news.newer.includes(tier)) || isOutdated(plan, news);
}

/** Sends until it has landed; merges first where somebody else was faster. The lock of the gateway is held. */
async function pushInRounds(course: Course, first: FirstLook | undefined): Promise<PushReport> {
  const { world } = course;
  await endOpenPull(world.request);
  // What was looked at before the lock was free counts if no other run was at it since.
  let look = first?.stamp === stampOfKnown(world.request.tree, world.request.repo) ? first : undefined;
  if (look !== undefined && isBehind(look)) {
    course.merged += 1;
    await pullFirst(course);
    look = undefined;
  }
  for (let round = 1; ; round += 1) {
    const known = look?.known ?? (await knownToPushOn(course));
    const gathered = look?.gathered ?? (await prepare(course, known));
    const isAsked = look !== undefined;
    look = undefined;
    refuseHindered(hindrancesOf(world, gathered, known));
    if (!isAsked && round < rounds && (await isOutdatedFork(gathered.plan, known, () => newsSince(world, known)))) {
      course.merged += 1;
      await pullFirst(course);
      continue;
    }
    try {
      const after = await sendAll(course, known, gathered);
      return reportOf(course, after, gathered.plan, []);
    } catch (cause) {
      if (!isStale(cause) && !isShut(cause)) throw cause;
      if (round === rounds) throw tooBusy(world, cause);
      await pullFirst(course);
      if (isStale(cause)) course.merged += 1;
      // Where all may be written to as before, it is something else that is not there.
      else if (gathered.plan.tiers.every(({ tier }) => knownOf(world).known?.tiers.get(tier)?.writable)) throw cause;
    }
  }
}

function newsSince({ request, found }: PushWorld, known: Known): Promise<News> {
  const { gateway, repo, scope } = request;
  return askNews(gateway, found.trust, { repo, scope, known });
}

function tooBusy({ request }: PushWorld, cause: unknown): SnappyError {
  return new SnappyError('failure', `${request.gateway.url} has had a newer revision ${rounds} times in a row`, {
    hint: 'what came was merged here, and nothing is lost; run this again',
    cause,
  });
}

function recordPush({ world, sent }: Course, revisions: ReadonlyMap<Tier, number>, ok: boolean): void {
  const { tree, repo, scope } = world.request;
  const files = sent.flatMap((plan) => plan.files);
  recordEvent(tree, {
    op: 'push',
    repo,
    scope,
    files: files.length + sent.reduce((sum, { gone }) => sum + gone.length, 0),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    rev: Math.max(0, ...revisions.values()),
    ok,
    ...(revisions.size === 0 ? {} : { tiers: Object.fromEntries(revisions) }),
  });
}

/**
 * Pushes what has changed here. The gateway is asked where it stands while all is looked through; where nothing has changed
 * that is all. Else it is sent: a tier lands whole or not at all; where another machine was faster, its revision is pulled and
 * merged, and the rest tried again. Throws `refused` for what holds it back, and as `ask`.
 */
export async function applyPush(request: PushRequest): Promise<PushReport> {
  const course: Course = { world: await readWorld(request), sent: [], notes: [], pulled: [], merged: 0 };
  try {
    keepTrust(request.tree, course.world.found);
    const stamp = stampOfKnown(request.tree, request.repo);
    const { known } = knownOf(course.world);
    let first: FirstLook | undefined;
    if (known !== undefined && known.isOutrun !== true) {
      first = await lookFirst(course, known, stamp);
      if (first.gathered.plan.tiers.length === 0) return await endQuietly(course, first);
    }
    const report = await locked(request.tree, () => pushInRounds(course, first));
    if (course.sent.length > 0) recordPush(course, report.revisions, true);
    return report;
  } catch (cause) {
    if (course.sent.length > 0 || (cause instanceof GatewayError && cause.status !== 401))
      recordPush(course, new Map(), false);
    throw explainDiskError(cause, 'what the gateway has taken is safe there; when that is mended, run this again');
  }
}
