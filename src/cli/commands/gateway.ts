import { loadSqlite } from '../../gateway/adapters/node/load-sqlite.ts';
import { makeDataDir, readSettings, takeDataDir } from '../../gateway/adapters/node/serve-data.ts';
import type { Settings } from '../../gateway/adapters/settings.ts';
import { fingerprintOf } from '../../sync/wire/invite-link.ts';
import { alignColumns } from '../columns.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { painter } from '../paint.ts';
import { homely } from '../plan-text.ts';
import { addressOf, placeOf } from './gateway-place.ts';
import type { Place } from './gateway-place.ts';
import { laySetup, planSetup } from './gateway-setup.ts';
import type { Setup } from './gateway-setup.ts';
import { runGateway } from './gateway-run.ts';
import type { Running } from './gateway-run.ts';

function storeOf({ store }: Settings): string {
  return store.kind === 'files' ? 'files in store/' : `the bucket ${store.bucket} at ${store.endpoint}`;
}

interface Told {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a person, or a program that started it, is told once it serves. */
async function describe(invocation: Invocation, place: Place, running: Running, fresh: boolean): Promise<Told> {
  const { url, settings, publicKey } = running;
  const paint = painter(invocation);
  const fingerprint = await fingerprintOf(publicKey);
  const address = settings.publicUrl ?? url;
  const rows = [
    ...(address === url ? [] : [['listens', url]]),
    ['data', `${homely(place.dir)}, ${storeOf(settings)}`],
    ['key', `${fingerprint}   (the end of every invite of this gateway)`],
  ];
  const next = [
    ['snappy push --scope all --dry', 'what a first push would send'],
    ['snappy tenant onboard --label "Ann, laptop"', 'an invite: one line to send'],
  ];
  const text = [
    `${paint('bold', `Gateway at ${address}`)}${fresh ? '' : ', as it was left'}`,
    alignColumns(rows, '  '),
    '',
    paint('bold', "Next, from the operator's tree"),
    alignColumns(next, '  '),
    '',
    'Ctrl+C stops it.',
  ].join('\n');
  return { text, data: { url, address, data: place.dir, fingerprint, pid: process.pid, fresh } };
}

/** What a first start has changed, as the end of the sentence "Changed: …". */
function changedBy({ operator }: Setup, { dir }: Place): string {
  if (operator === undefined) return homely(dir);
  return `${homely(dir)}, and .env.cache of ${homely(operator.tree)}`;
}

async function serveUntilStopped(invocation: Invocation, place: Place, setup: Setup | undefined): Promise<Outcome> {
  const { flags, env } = invocation;
  const json = flags['json'] === true;
  const release = takeDataDir(place.dir);
  try {
    // Read again: another process may have been at work before the folder was ours.
    const found = readSettings(place.dir, env);
    const running = await runGateway({
      place,
      trustedProxies: found?.trustedProxies ?? [],
      async settings(url) {
        const settings = found ?? (setup === undefined ? undefined : await laySetup(setup, place, url, env));
        if (settings === undefined) throw new Error(`${place.dir} has lost its settings`);
        return place.publicUrl === undefined ? settings : { ...settings, publicUrl: place.publicUrl };
      },
    });
    const told = await describe(invocation, place, running, setup !== undefined);
    // While it runs, not when it ends: nobody would wait for that.
    process.stdout.write(json ? `${JSON.stringify(told.data)}\n` : `${told.text}\n`);
    await running.stopped;
    const changed = setup === undefined ? undefined : changedBy(setup, place);
    return {
      text: '\nStopped.',
      data: told.data,
      ok: true,
      changed,
      unchanged: 'the settings are as they were',
      silent: json,
    };
  } finally {
    release();
  }
}

/**
 * `snappy gateway`: serves a gateway from this machine until it is stopped. The first start in a folder shows what it would
 * make, and makes it with consent; later ones serve. With `--json` it prints one line when it serves, and one value when it
 * was stopped.
 */
export async function gateway(invocation: Invocation): Promise<Outcome> {
  // First of all: everything else would be in vain on a Node without SQLite.
  loadSqlite();
  const place = placeOf(invocation);
  const { flags } = invocation;
  const settings = readSettings(place.dir, invocation.env);
  const setup = settings === undefined ? planSetup(invocation, place) : undefined;
  if (setup === undefined) {
    if (flags['dry'] !== true) return serveUntilStopped(invocation, place, undefined);
    const text = `The gateway in ${homely(place.dir)} would be served at ${addressOf(place)}.`;
    const data = { data: place.dir, address: addressOf(place), applied: false };
    return { text, data, ok: true, unchanged: 'it is there already, and is served without --dry' };
  }
  const { agreed, text } = await agreeTo(invocation, 'Make it, and serve?', setup.text);
  if (!agreed) {
    const data = { ...setup.data, applied: false };
    return { text, data, ok: true, unchanged: 'this was the plan; add --apply to make it and serve' };
  }
  makeDataDir(place.dir);
  return serveUntilStopped(invocation, place, setup);
}
