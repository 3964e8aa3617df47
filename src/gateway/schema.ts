/** A step of the ledger's schema: applied once, in order, by its name. Never edited after a release: add another. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

const access: Migration = {
  name: '0001_access',
  statements: [
    `CREATE TABLE tenants (
      id TEXT PRIMARY KEY, label TEXT NOT NULL, role TEXT NOT NULL, created TEXT NOT NULL, revoked TEXT,
      subscriber INTEGER NOT NULL DEFAULT 0)`,
    // The keyed hash is of the whole key; the id is a name alone. A tenant has one key a machine, or one for all.
    `CREATE TABLE keys (
      hash TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants(id), key_id TEXT NOT NULL, label TEXT NOT NULL,
      created TEXT NOT NULL, revoked TEXT)`,
    'CREATE INDEX keys_by_id ON keys (key_id)',
    'CREATE INDEX keys_by_tenant ON keys (tenant)',
    'CREATE TABLE teams (slug TEXT PRIMARY KEY, created TEXT NOT NULL)',
    `CREATE TABLE members (
      team TEXT NOT NULL REFERENCES teams(slug), tenant TEXT NOT NULL REFERENCES tenants(id), write INTEGER NOT NULL,
      PRIMARY KEY (team, tenant))`,
    'CREATE INDEX members_by_tenant ON members (tenant)',
    `CREATE TABLE invites (
      code_hash TEXT PRIMARY KEY, label TEXT NOT NULL, grants TEXT NOT NULL, expires TEXT NOT NULL, uses INTEGER NOT NULL,
      same_tenant TEXT, minted_by TEXT NOT NULL, created TEXT NOT NULL, revoked TEXT)`,
    `CREATE TABLE redemptions (
      code_hash TEXT NOT NULL REFERENCES invites(code_hash), key_hash TEXT NOT NULL, tenant TEXT NOT NULL, ts TEXT NOT NULL,
      PRIMARY KEY (code_hash, key_hash))`,
    `CREATE TABLE audit (
      id INTEGER PRIMARY KEY, ts TEXT NOT NULL, tenant TEXT, action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL,
      detail TEXT NOT NULL)`,
    'CREATE TABLE alerts (cause TEXT NOT NULL, hour TEXT NOT NULL, tenant TEXT NOT NULL, message TEXT, PRIMARY KEY (cause, hour, tenant))',
    'CREATE TABLE counters (name TEXT NOT NULL, window TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (name, window))',
  ],
};

const content: Migration = {
  name: '0002_content',
  statements: [
    // `tier` is `tierKey`; `manifest` the key of an immutable object.
    `CREATE TABLE heads (
      repo TEXT NOT NULL, tier TEXT NOT NULL, rev INTEGER NOT NULL, manifest TEXT NOT NULL, digest TEXT NOT NULL,
      files INTEGER NOT NULL, bytes INTEGER NOT NULL, push_id TEXT NOT NULL, updated TEXT NOT NULL, PRIMARY KEY (repo, tier))`,
    `CREATE TABLE pushes (
      repo TEXT NOT NULL, tier TEXT NOT NULL, rev INTEGER NOT NULL, push_id TEXT NOT NULL, manifest TEXT NOT NULL,
      digest TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL, tenant TEXT NOT NULL, machine_id TEXT NOT NULL,
      ts TEXT NOT NULL, PRIMARY KEY (repo, tier, rev))`,
    'CREATE UNIQUE INDEX pushes_by_id ON pushes (repo, tier, push_id)',
    // Plain copies of the canonical: of which revisions they are, which they are on the way to, and after which step of it; and
    // until when one process has them to itself.
    `CREATE TABLE plain (
      repo TEXT PRIMARY KEY, public INTEGER NOT NULL, subscriber INTEGER NOT NULL, to_public INTEGER NOT NULL,
      to_subscriber INTEGER NOT NULL, after TEXT NOT NULL, lease TEXT NOT NULL)`,
  ],
};

const keeping: Migration = {
  name: '0003_keeping',
  statements: ['CREATE INDEX audit_by_ts ON audit (ts)', 'CREATE INDEX alerts_by_hour ON alerts (hour, tenant)'],
};

/** The whole schema. The files in `migrations/` are written from it. */
export const migrations: readonly Migration[] = [access, content, keeping];
