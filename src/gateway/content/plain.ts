import type { Manifest } from '../../sync/wire/manifest.ts';
import { repos } from '../../sync/wire/names.ts';
import type { Repo } from '../../sync/wire/names.ts';
import { foldPath } from '../../sync/wire/safe-path.ts';
import { StoreError } from '../ports.ts';
import type { Home, Row } from '../ports.ts';
import { readHeads } from './heads.ts';
import type { HeadRow } from './heads.ts';
import { ownFolder, plainKey } from './keys.ts';
import { readManifest } from './manifests.ts';
import { inTheWay, shownFile } from './plain-files.ts';
import type { RepoTier } from './reach.ts';
import { FrameByFrame, openBlob } from './read-file.ts';

/** Copies that one request may cause where its home has not said how many: of the 50 calls that it may have, the push takes half. */
const fewAtOnce = 20;
/** Copies of one turn: when a process dies, that many are made once more. */
const turn = 200;
/** How long a process has the copies to itself, in milliseconds: more than a turn takes. */
const leaseHolds = 120_000;

type CanonicalTier = 'public' | 'subscriber';
/** The first that has a path has the say. */
const tiers: readonly CanonicalTier[] = ['public', 'subscriber'];
type Revisions = Readonly<Record<CanonicalTier, number>>;

interface Progress {
  /** The copies are of these revisions. */
  readonly done: Revisions;
  /** They are on the way to these. */
  readonly target: Revisions;
  /** The last step that was made; empty between two ways. */
  readonly after: string;
}

/** After a push to the canonical: brings its plain copies along once the answer was given, as far as one request may. */
export function copyPlainLater(home: Home, { repo, tier }: RepoTier): void {
  if (tier === 'public' || tier === 'subscriber') home.platform.later(() => copyAll(home, repo));
}

/** When a home opens that this process has to itself: goes on with the plain copies that an earlier one has left. */
export function resumePlain(home: Home): void {
  home.platform.later(async () => {
    if (home.platform.closing?.() === true) return;
    // Whoever had them died.
    await home.ledger.batch([{ sql: `UPDATE plain SET lease = ''`, values: [] }]);
    for (const repo of repos) await copyAll(home, repo);
  });
}

async function copyAll(home: Home, repo: Repo): Promise<void> {
  const found = findingOnce();
  let left = home.config.laterAtOnce ?? fewAtOnce;
  while (left > 0 && home.platform.closing?.() !== true && (await copyPlain(home, repo, Math.min(turn, left), found))) {
    left -= turn;
  }
}

/** The steps of a way, by its name; of the last one they are known. */
type FindSteps = (way: string, find: () => readonly Step[]) => readonly Step[];

/** Finds them once for all turns of a way: of 100,000 files it takes half a second, in which nobody else is answered. */
function findingOnce(): FindSteps {
  let last: { readonly way: string; readonly steps: readonly Step[] } | undefined;
  return (way, find) => (last?.way === way ? last : (last = { way, steps: find() })).steps;
}

/**
 * Brings the plain copies of a repo's canonical files nearer to its heads, by at most `most` files: those that a person finds in the
 * bucket under their own paths. Nothing is ever read from them. Says whether there is more to do; false too when another process is at it.
 */
export async function copyPlain(
  home: Home,
  repo: Repo,
  most: number = fewAtOnce,
  found: FindSteps = findingOnce(),
): Promise<boolean> {
  const heads = await readHeads(home, repo, tiers);
  const newest = revisionsOf(heads);
  const [row] = await home.ledger.all({ sql: 'SELECT * FROM plain WHERE repo = ?', values: [repo] });
  if (isAt(row === undefined ? nothingDone : progressOf(row), newest)) return false;

  const lease = await takeLease(home, repo);
  if (lease === undefined) return false;
  let progress = lease.progress;
  try {
    // Once the heads have moved on, what goes may be behind where the copies had come to: they begin again.
    if (!isSame(progress.target, newest)) progress = { ...progress, target: newest, after: '' };
    const manifests = await Promise.all(
      tiers.map(async (tier) => readManifest(home, { repo, tier }, heads.get(tier)?.manifest ?? '')),
    );
    const { done, after } = progress;
    const way = JSON.stringify([done, tiers.map((tier) => heads.get(tier)?.manifest)]);
    const steps = found(way, () => stepsSince(manifests, done));
    const from = steps.findIndex(({ order }) => order > after);
    const now = from === -1 ? [] : steps.slice(from, from + most);
    await takeSteps(home, repo, manifests, now);
    const last = now.at(-1);
    progress =
      last === steps.at(-1) || last === undefined
        ? { done: progress.target, target: progress.target, after: '' }
        : { ...progress, after: last.order };
  } finally {
    await giveBack(home, repo, lease.until, progress);
  }
  // A push that has landed meanwhile found that somebody was at it.
  return !isAt(progress, revisionsOf(await readHeads(home, repo, tiers)));
}

function revisionsOf(heads: ReadonlyMap<string, HeadRow>): Revisions {
  return { public: heads.get('public')?.rev ?? 0, subscriber: heads.get('subscriber')?.rev ?? 0 };
}

const nothing: Revisions = { public: 0, subscriber: 0 };
const nothingDone: Progress = { done: nothing, target: nothing, after: '' };

function isAt({ done, after }: Progress, newest: Revisions): boolean {
  return after === '' && isSame(done, newest);
}

function isSame(a: Revisions, b: Revisions): boolean {
  return tiers.every((tier) => a[tier] === b[tier]);
}

function progressOf(row: Row): Progress {
  return {
    done: { public: Number(row['public']), subscriber: Number(row['subscriber']) },
    target: { public: Number(row['to_public']), subscriber: Number(row['to_subscriber']) },
    after: String(row['after']),
  };
}

/** Two that copied at once could leave an older content behind a newer one. */
async function takeLease(
  home: Home,
  repo: Repo,
): Promise<{ readonly until: string; readonly progress: Progress } | undefined> {
  const now = home.platform.now();
  const until = new Date(now.getTime() + leaseHolds).toISOString();
  const [, taken] = await home.ledger.batch([
    { sql: `INSERT INTO plain VALUES (?, 0, 0, 0, 0, '', '') ON CONFLICT DO NOTHING`, values: [repo] },
    {
      sql: 'UPDATE plain SET lease = ? WHERE repo = ? AND lease < ? RETURNING *',
      values: [until, repo, now.toISOString()],
    },
  ]);
  const row = taken?.rows[0];
  return row === undefined ? undefined : { until, progress: progressOf(row) };
}

async function giveBack(home: Home, repo: Repo, until: string, { done, target, after }: Progress): Promise<void> {
  await home.ledger.batch([
    {
      sql: `UPDATE plain SET public = ?, subscriber = ?, to_public = ?, to_subscriber = ?, after = ?, lease = ''
        WHERE repo = ? AND lease = ?`,
      values: [done.public, done.subscriber, target.public, target.subscriber, after, repo, until],
    },
  ]);
}

/** A path whose copy may differ from what counts. */
interface Step {
  readonly path: string;
  /** What steps are sorted by: what goes comes first, before something takes its name for a folder. */
  readonly order: string;
}

function stepsSince(manifests: readonly Manifest[], done: Revisions): Step[] {
  const paths = new Set<string>();
  for (const [index, tier] of tiers.entries()) {
    const others = manifests.slice(index + 1);
    for (const { path, rev } of [...(manifests[index]?.files ?? []), ...(manifests[index]?.gone ?? [])]) {
      if (rev <= done[tier] || isOwn(path)) continue;
      paths.add(path);
      // What it stands in the way of, or does no longer.
      for (const other of others) for (const clashing of inTheWay(other, path)) paths.add(clashing);
    }
  }
  const steps = [...paths].map((path) => ({
    path,
    order: `${shownFile(manifests, path) === undefined ? 0 : 1} ${path}`,
  }));
  return steps.toSorted((a, b) => (a.order < b.order ? -1 : 1));
}

function isOwn(path: string): boolean {
  return foldPath(path.split('/', 1)[0] ?? '') === ownFolder;
}

/** What the store will never take holds up nothing else: the home is told, and it is left out until it changes. */
async function takeSteps(
  home: Home,
  repo: Repo,
  manifests: readonly Manifest[],
  steps: readonly Step[],
): Promise<void> {
  const contents = new FrameByFrame(home);
  for (const { path } of steps) {
    try {
      await takeStep(home, repo, { manifests, contents }, path);
    } catch (cause) {
      if (!(cause instanceof StoreError) || cause.retryable) throw cause;
      home.platform.later(() => Promise.reject(cause));
    }
  }
}

async function takeStep(
  home: Home,
  repo: Repo,
  { manifests, contents }: { readonly manifests: readonly Manifest[]; readonly contents: FrameByFrame },
  path: string,
): Promise<void> {
  const key = plainKey(repo, path);
  const shown = shownFile(manifests, path);
  const tier = tiers[shown?.index ?? -1];
  if (shown === undefined || tier === undefined) return home.store.remove(key);
  const { manifest, file } = shown;
  if ('frame' in file) return home.store.put(key, await contents.read(manifest, file));
  return home.store.putStream(key, await openBlob(home, { repo, tier }, file), file.size);
}
