import type { Manifest } from '../../sync/wire/manifest.ts';
import { auditWhen } from '../access/audit.ts';
import { countStatement } from '../access/limits.ts';
import type { Home, Statement } from '../ports.ts';
import { readPush } from './heads.ts';
import type { HeadRow } from './heads.ts';
import { packManifest } from './manifests.ts';
import type { PackedManifest } from './manifests.ts';
import type { RepoTier } from './reach.ts';

/** A new revision of a tier, and who made it. */
export interface Revision {
  readonly manifest: Manifest;
  /** sha256 of `manifestText`. */
  readonly digest: string;
  readonly pushId: string;
  readonly tenant: string;
  /** What must hold when the head is moved, as an expression of SQL: that the tenant may still do so. */
  readonly when: Statement;
  readonly machineId: string;
  /** Files it changed and removed. */
  readonly changes: number;
}

/** `lost`: another push was first, or `when` does not hold. `repeated`: it was this very push, sent twice. `taken`: its push_id is that of another one. */
export type Committed =
  | { readonly outcome: 'done' | 'repeated'; readonly head: HeadRow }
  | { readonly outcome: 'lost' | 'taken' };

/** A manifest that is in the store, and does not count yet. */
export interface Stored {
  readonly manifest: PackedManifest;
  /** Takes out of the store again what was put for this revision: nothing names it. */
  discard(): Promise<void>;
}

/**
 * Puts a manifest, while what it names may still be on its way; resolves when the store has both. Nothing of it is visible.
 * Puts nothing that stays when it throws, but for `contents`, which are the caller's.
 */
export async function storeManifest(
  home: Home,
  place: RepoTier,
  manifest: Manifest,
  contents: Promise<unknown>,
): Promise<Stored> {
  const packed = packManifest(home, place, manifest);
  const discard = (): Promise<void> => home.store.remove(packed.key).catch(() => undefined);
  const put = home.store.put(packed.key, packed.bytes);
  const outcomes = await Promise.allSettled([put, contents]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return { manifest: packed, discard };
  await discard();
  throw failure.reason;
}

/**
 * Makes a revision the one that counts, by compare-and-swap of the head: visible whole, from one moment on. When it throws it is
 * not known whether it came through; the same push sent again tells.
 */
export async function commitRevision(
  home: Home,
  place: RepoTier,
  revision: Revision,
  stored: Stored,
): Promise<Committed> {
  const { manifest, digest, pushId } = revision;
  const { key } = stored.manifest;
  const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
  const head: HeadRow = { rev: manifest.rev, manifest: key, digest, files: manifest.files.length, bytes };
  const [swap] = await home.ledger.batch(statements(home, place, revision, head));
  // A ledger that answered too late may have been asked again: then the swap was ours, though this time nothing changed.
  const came = swap?.changed === 1 ? head : await readPush(home, place, pushId);
  if (came?.manifest === key) {
    stored.manifest.keep();
    return { outcome: 'done', head };
  }
  await stored.discard();
  if (came === undefined) return { outcome: 'lost' };
  return came.digest === digest ? { outcome: 'repeated', head: came } : { outcome: 'taken' };
}

/** One transaction. D1 has no `if`: what follows the swap asks in SQL whether the head is the one this push has made. */
function statements(home: Home, place: RepoTier, revision: Revision, head: HeadRow): Statement[] {
  const { repo, tier } = place;
  const { manifest, pushId, tenant, machineId, changes } = revision;
  const now = home.platform.now();
  // A batch whose answer was lost may be sent again: it finds its own head, and its push entered.
  const oursAndNew: Statement = {
    sql: `EXISTS (SELECT 1 FROM heads WHERE repo = ? AND tier = ? AND manifest = ?)
      AND NOT EXISTS (SELECT 1 FROM pushes WHERE repo = ? AND tier = ? AND rev = ?)`,
    values: [repo, tier, head.manifest, repo, tier, head.rev],
  };
  const pushed: Statement = {
    sql: `INSERT INTO pushes (repo, tier, rev, push_id, manifest, digest, files, bytes, tenant, machine_id, ts)
      SELECT repo, tier, rev, push_id, manifest, digest, files, bytes, ?, ?, updated FROM heads
      WHERE repo = ? AND tier = ? AND manifest = ? ON CONFLICT (repo, tier, rev) DO NOTHING`,
    values: [tenant, machineId, repo, tier, head.manifest],
  };
  const audited = auditWhen(
    {
      ts: now,
      tenant,
      action: 'push',
      subject: `${repo} ${tier}`,
      outcome: 'done',
      detail: {
        rev: manifest.rev,
        changes,
        files: head.files,
        bytes: head.bytes,
        machine_id: machineId,
        push_id: pushId,
      },
    },
    oursAndNew,
  );
  const counted = countStatement(home, 'files', tenant, changes);
  return [swapHead(place, head, revision, now), audited, pushed, counted];
}

/** Changes nothing where another push was first or has this push_id, or the tenant may not write any more. */
function swapHead({ repo, tier }: RepoTier, head: HeadRow, { pushId, when }: Revision, now: Date): Statement {
  const { rev, manifest, digest, files, bytes } = head;
  const updated = now.toISOString();
  const isPossible: Statement = {
    sql: `NOT EXISTS (SELECT 1 FROM pushes WHERE repo = ? AND tier = ? AND push_id = ?) AND ${when.sql}`,
    values: [repo, tier, pushId, ...when.values],
  };
  if (rev === 1) {
    return {
      sql: `INSERT INTO heads (repo, tier, rev, manifest, digest, files, bytes, push_id, updated)
        SELECT ?, ?, 1, ?, ?, ?, ?, ?, ? WHERE ${isPossible.sql} ON CONFLICT DO NOTHING`,
      values: [repo, tier, manifest, digest, files, bytes, pushId, updated, ...isPossible.values],
    };
  }
  return {
    sql: `UPDATE heads SET rev = ?, manifest = ?, digest = ?, files = ?, bytes = ?, push_id = ?, updated = ?
      WHERE repo = ? AND tier = ? AND rev = ? AND ${isPossible.sql}`,
    values: [rev, manifest, digest, files, bytes, pushId, updated, repo, tier, rev - 1, ...isPossible.values],
  };
}
