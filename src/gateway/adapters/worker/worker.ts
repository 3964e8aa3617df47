import { waitUntil } from 'cloudflare:workers';
import packageJson from '../../../../package.json' with { type: 'json' };
import { SnappyError } from '../../../core/errors.ts';
import { createApp } from '../../app.ts';
import type { App } from '../../app.ts';
import { forgetIncoming } from '../../content/incoming.ts';
import { copyPlain } from '../../content/plain.ts';
import { repos } from '../../../sync/wire/names.ts';
import type { Home } from '../../ports.ts';
import { GatewayProblem, problemResponse } from '../../problem.ts';
import { makeS3Store } from '../s3/store.ts';
import { configOf, parseSettings } from '../settings.ts';
import { makeD1Ledger } from './d1-ledger.ts';
import { makeKvCache } from './kv-cache.ts';
import { makeWorkerPlatform } from './platform.ts';
import { makeR2Store } from './r2-store.ts';
import type { R2Bucket } from './r2-store.ts';

/** Bindings and variables of `wrangler.jsonc`, and the secrets beside it. */
interface Env {
  /** A bucket of R2; without one the S3 variables name another. */
  readonly STORE?: R2Bucket;
  readonly LEDGER: Parameters<typeof makeD1Ledger>[0];
  readonly CACHE: Parameters<typeof makeKvCache>[0];
  readonly [variable: string]: unknown;
}

interface Opened {
  readonly home: Home;
  readonly app: App;
}

/** One home for each isolate, which serves many requests at once. */
let opened: Promise<Opened> | undefined;

async function open(env: Env): Promise<Opened> {
  const { STORE: bucket } = env;
  const store = { kind: bucket === undefined ? 's3' : 'files' };
  const settings = parseSettings({ _v: 1, store }, env, 'the settings of this Worker');
  const home: Home = {
    store: settings.store.kind === 's3' ? makeS3Store(settings.store) : makeR2Store(bucket as R2Bucket),
    ledger: makeD1Ledger(env.LEDGER),
    cache: makeKvCache(env.CACHE),
    platform: makeWorkerPlatform(waitUntil),
    config: configOf(settings, packageJson.version),
  };
  await expectTables(home);
  return { home, app: createApp(home) };
}

async function expectTables({ ledger }: Home): Promise<void> {
  const [row] = await ledger.all({
    sql: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'heads'",
    values: [],
  });
  if (row !== undefined) return;
  throw new SnappyError('failure', 'the database has no tables yet: wrangler d1 migrations apply LEDGER --remote');
}

/** A failure is not kept: the next request tries again, and finds what was mended meanwhile. */
function openOnce(env: Env): Promise<Opened> {
  opened ??= open(env).catch((cause: unknown) => {
    opened = undefined;
    throw cause;
  });
  return opened;
}

/** What a person who sets the Worker up can act on; it names settings and never their values. */
function notOpen(cause: unknown): Response {
  const detail = cause instanceof SnappyError ? cause.message : 'its operator has to look at it';
  return problemResponse(new GatewayProblem('internal', detail, { cause }));
}

/** The gateway in Cloudflare's Workers runtime. */
const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    let app: App;
    try {
      ({ app } = await openOnce(env));
    } catch (cause) {
      return notOpen(cause);
    }
    return app.fetch(request, { address: request.headers.get('cf-connecting-ip') ?? undefined });
  },

  /** Crons have stopped without a word, and may overlap: what is done here requests go on with too, and twice does no harm. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const { home } = await openOnce(env);
    for (const repo of repos) await copyPlain(home, repo);
    await forgetIncoming(home);
  },
};

// The runtime looks for its handlers there.
export default worker;
