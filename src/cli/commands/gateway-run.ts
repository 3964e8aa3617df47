import packageJson from '../../../package.json' with { type: 'json' };
import { createApp } from '../../gateway/app.ts';
import { openNodeHome } from '../../gateway/adapters/node/serve-home.ts';
import { serve } from '../../gateway/adapters/node/serve.ts';
import type { App, Serving } from '../../gateway/adapters/node/serve.ts';
import type { Settings } from '../../gateway/adapters/settings.ts';
import { deriveKeys } from '../../gateway/trust/derive.ts';
import type { Place } from './gateway-place.ts';

/** How long requests that are running have to come to their end, in milliseconds. */
const grace = 20_000;

/** A gateway that serves. */
export interface Running {
  readonly url: string;
  readonly settings: Settings;
  /** Ed25519, the raw 32 bytes in base64url. */
  readonly publicKey: string;
  /** Resolves when a signal has stopped it. */
  readonly stopped: Promise<void>;
}

export interface Start {
  readonly place: Place;
  readonly trustedProxies: readonly string[];
  /** Gives the settings, once the address is known; on a first start it lays them. */
  settings(url: string): Settings | Promise<Settings>;
}

/** What went wrong for nobody in particular, for the log of whoever runs this. */
function note(cause: unknown): void {
  const inner = cause instanceof Error && cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  process.stderr.write(
    `${new Date().toISOString()} ${cause instanceof Error ? cause.message : String(cause)}${inner}\n`,
  );
}

/** Resolves with the first signal to stop; `again` is called with those after it. */
function signalled(again: () => void): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (): void => {
      if (stopping) again();
      stopping = true;
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** An app that is not open yet: what asks it waits. */
function closedDoor(): { readonly app: App; open(app: App): void } {
  let open: (app: App) => void = () => {};
  const opened = new Promise<App>((resolve) => {
    open = resolve;
  });
  return { app: async (request, extra) => (await opened)(request, extra), open: (app) => open(app) };
}

async function openHome(serving: Serving, start: Start, door: ReturnType<typeof closedDoor>): Promise<Running> {
  const settings = await start.settings(serving.url);
  const home = await openNodeHome(start.place.dir, settings, { version: packageJson.version, onError: note });
  const app = createApp(home);
  door.open((request, extra) => app.fetch(request, extra));
  const { publicKey } = await deriveKeys(settings.secret);
  const stop = async (): Promise<void> => {
    await signalled(() => void serving.stop(0));
    await serving.stop(grace);
    await home.close();
  };
  return { url: serving.url, settings, publicKey, stopped: stop() };
}

/**
 * Listens, then takes the settings, opens the home and answers; what comes in meanwhile waits. In this order nothing is made
 * for an address that somebody else has.
 */
export async function runGateway(start: Start): Promise<Running> {
  const door = closedDoor();
  const { host, port } = start.place;
  const serving = await serve(door.app, { host, port, trustedProxies: start.trustedProxies, onError: note });
  try {
    return await openHome(serving, start, door);
  } catch (cause) {
    await serving.stop(0);
    throw cause;
  }
}
