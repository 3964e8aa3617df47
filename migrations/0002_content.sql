-- Generated from src/gateway/schema.ts by `npm run generate`.
CREATE TABLE heads (
  repo TEXT NOT NULL, tier TEXT NOT NULL, rev INTEGER NOT NULL, manifest TEXT NOT NULL, digest TEXT NOT NULL,
  files INTEGER NOT NULL, bytes INTEGER NOT NULL, push_id TEXT NOT NULL, updated TEXT NOT NULL, PRIMARY KEY (repo, tier));
CREATE TABLE pushes (
  repo TEXT NOT NULL, tier TEXT NOT NULL, rev INTEGER NOT NULL, push_id TEXT NOT NULL, manifest TEXT NOT NULL,
  digest TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL, tenant TEXT NOT NULL, machine_id TEXT NOT NULL,
  ts TEXT NOT NULL, PRIMARY KEY (repo, tier, rev));
CREATE UNIQUE INDEX pushes_by_id ON pushes (repo, tier, push_id);
CREATE TABLE plain (
  repo TEXT PRIMARY KEY, public INTEGER NOT NULL, subscriber INTEGER NOT NULL, to_public INTEGER NOT NULL,
  to_subscriber INTEGER NOT NULL, after TEXT NOT NULL, lease TEXT NOT NULL);
