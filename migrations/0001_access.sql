-- Generated from src/gateway/schema.ts by `npm run generate`.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, role TEXT NOT NULL, created TEXT NOT NULL, revoked TEXT,
  subscriber INTEGER NOT NULL DEFAULT 0);
CREATE TABLE keys (
  hash TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants(id), key_id TEXT NOT NULL, label TEXT NOT NULL,
  created TEXT NOT NULL, revoked TEXT);
CREATE INDEX keys_by_id ON keys (key_id);
CREATE INDEX keys_by_tenant ON keys (tenant);
CREATE TABLE teams (slug TEXT PRIMARY KEY, created TEXT NOT NULL);
CREATE TABLE members (
  team TEXT NOT NULL REFERENCES teams(slug), tenant TEXT NOT NULL REFERENCES tenants(id), write INTEGER NOT NULL,
  PRIMARY KEY (team, tenant));
CREATE INDEX members_by_tenant ON members (tenant);
CREATE TABLE invites (
  code_hash TEXT PRIMARY KEY, label TEXT NOT NULL, grants TEXT NOT NULL, expires TEXT NOT NULL, uses INTEGER NOT NULL,
  same_tenant TEXT, minted_by TEXT NOT NULL, created TEXT NOT NULL, revoked TEXT);
CREATE TABLE redemptions (
  code_hash TEXT NOT NULL REFERENCES invites(code_hash), key_hash TEXT NOT NULL, tenant TEXT NOT NULL, ts TEXT NOT NULL,
  PRIMARY KEY (code_hash, key_hash));
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, ts TEXT NOT NULL, tenant TEXT, action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL,
  detail TEXT NOT NULL);
CREATE TABLE alerts (cause TEXT NOT NULL, hour TEXT NOT NULL, tenant TEXT NOT NULL, message TEXT, PRIMARY KEY (cause, hour, tenant));
CREATE TABLE counters (name TEXT NOT NULL, window TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (name, window));
