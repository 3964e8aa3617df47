import type { Repo } from '../../sync/wire/names.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home, Row } from '../ports.ts';
import type { RepoTier } from './reach.ts';

/** The one thing of a tier that changes: which manifest counts. */
export interface HeadRow {
  readonly rev: number;
  /** Key of the manifest; empty for a tier that was never pushed. */
  readonly manifest: string;
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
}

/** Of a tier that was never pushed: its digest is the sha256 of nothing. */
export const noHead: HeadRow = {
  rev: 0,
  manifest: '',
  digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  files: 0,
  bytes: 0,
};

const columns = 'rev, manifest, digest, files, bytes';

/** The heads of some tiers of a repo, in one query; those that were never pushed are not in it. */
export async function readHeads(
  home: Home,
  repo: Repo,
  tiers: readonly string[],
): Promise<ReadonlyMap<string, HeadRow>> {
  const rows = await home.ledger.all({
    sql: `SELECT tier, ${columns} FROM heads WHERE repo = ? AND tier IN (SELECT value FROM json_each(?))`,
    values: [repo, JSON.stringify(tiers)],
  });
  return new Map(rows.map((row) => [String(row['tier']), headOf(row)]));
}

export async function readHead(home: Home, { repo, tier }: RepoTier): Promise<HeadRow> {
  return (await readHeads(home, repo, [tier])).get(tier) ?? noHead;
}

/** A head as it was once. Throws `not_found` where the tier had no such revision. */
export async function readRevision(home: Home, { repo, tier }: RepoTier, rev: number): Promise<HeadRow> {
  const [row] = await home.ledger.all({
    sql: `SELECT ${columns} FROM pushes WHERE repo = ? AND tier = ? AND rev = ?`,
    values: [repo, tier, rev],
  });
  if (row === undefined) throw new GatewayProblem('not_found', 'there is no such revision');
  return headOf(row);
}

/** What a push made of a tier, if it came through. */
export async function readPush(home: Home, { repo, tier }: RepoTier, pushId: string): Promise<HeadRow | undefined> {
  const [row] = await home.ledger.all({
    sql: `SELECT ${columns} FROM pushes WHERE repo = ? AND tier = ? AND push_id = ?`,
    values: [repo, tier, pushId],
  });
  return row === undefined ? undefined : headOf(row);
}

function headOf(row: Row): HeadRow {
  const { rev, manifest, digest, files, bytes } = row;
  return {
    rev: Number(rev),
    manifest: String(manifest),
    digest: String(digest),
    files: Number(files),
    bytes: Number(bytes),
  };
}
