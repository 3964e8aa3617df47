import { waitUntil } from 'cloudflare:workers';
import packageJson from '../../../../package.json' with { type: 'json' };
import { SnappyError } from '../../../core/errors.ts';
import { createApp } from '../../app.ts';
import type { App } from '../../app.ts';
import { copyPlain } from '../../content/plain.ts';
import type { Home } from '../../ports.ts';
import { GatewayProblem, problemResponse } from '../../problem.ts';
import { makeS3Store } from '../s3/store.ts';
import { configOf, parseSettings } from '../settings.ts';
import type { Settings } from '../settings.ts';
import { makeD1Ledger } from './d1-ledger.ts';
import { makeKvCache } from './kv-cache.ts';
import { makeWorkerPlatform } from './platform.ts';
import { makeR2Store } from './r2-store.ts';

/** Bindings and variables of `wrangler.jsonc`, and the secrets beside it. */
interface Env {
  /** A bucket of R2; without one the S3 variables name another. */
  readonly STORE?: Parameters<typeof makeR2Store>[0];
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

function settingsOf(env: Env): Settings {
  const store = env.STORE === undefined ? { kind: 's3' } : { kind: 'files' };
  return parseSettings({ _v: 1, store }, env, 'the settings of this Worker');
}

async function open(env: Env): Promise<Opened> {
  const settings = settingsOf(env);
  const { store } = settings;
  const home: Home = {
    store: env.STORE === undefined || store.kind === 's3' ? openBucket(settings) : makeR2Store(env.STORE),
    ledger: makeD1Ledger(env.LEDGER),
    cache: makeKvCache(env.CACHE),
    platform: makeWorkerPlatform(waitUntil),
    config: configOf(settings, packageJson.version),
  };
  await expectTables(home);
  return { home, app: createApp(home) };
}

function openBucket({ store }: Settings): Home['store'] {
  if (store.kind === 's3') return makeS3Store(store);
  throw new SnappyError('failure', 'this Worker has neither a bucket STORE nor the variables of one (S3_BUCKET)');
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

  /** Crons have stopped without a word, and may overlap: what is done here every push goes on with too, under a lease. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const { home } = await openOnce(env);
    for (const repo of ['os', 'kernel'] as const) await copyPlain(home, repo);
  },
};

// The runtime looks for its handlers there.
export default worker;
