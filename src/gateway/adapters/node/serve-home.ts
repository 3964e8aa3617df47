import path from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { resumePlain } from '../../content/plain.ts';
import type { Home } from '../../ports.ts';
import { makeMemoryCache } from '../memory-cache.ts';
import { probeS3 } from '../s3/probe.ts';
import { makeS3Store } from '../s3/store.ts';
import { configOf } from '../settings.ts';
import type { Settings } from '../settings.ts';
import { openFileStore } from './file-store.ts';
import { makeNodePlatform } from './platform.ts';
import { dataFiles } from './serve-data.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

/** A gateway's home on Node. */
export interface NodeHome extends Home {
  /** Waits for what goes on after answers, then closes the ledger. */
  close(): Promise<void>;
}

/** Several of the largest manifests. Where Node allows itself little memory, a quarter of it: that is one of them. */
const manifestBytesAtMost = 256 * 1024 * 1024;

export interface HomeOptions {
  readonly version: string;
  /** Told what fails where nobody waits for it. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Opens the home in `dir`: SQLite, and the files or the bucket that the settings name. Throws a `SnappyError` for a damaged
 * ledger, a disk that cannot be written to, and a bucket that does not do what it should.
 */
export async function openNodeHome(dir: string, settings: Settings, options: HomeOptions): Promise<NodeHome> {
  let isClosing = false;
  const platform = { ...makeNodePlatform(options.onError), closing: () => isClosing };
  const ledger = await openSqliteLedger(path.join(dir, dataFiles.ledger));
  try {
    const home: NodeHome = {
      store: await openStore(dir, settings),
      ledger,
      cache: makeMemoryCache(),
      platform,
      config: {
        ...configOf(settings, options.version),
        laterAtOnce: Number.MAX_SAFE_INTEGER,
        largeFilesAtOnce: Number.MAX_SAFE_INTEGER,
        manifestBytes: Math.min(getHeapStatistics().heap_size_limit / 4, manifestBytesAtMost),
      },
      async close() {
        isClosing = true;
        await platform.idle();
        ledger.close();
      },
    };
    resumePlain(home);
    return home;
  } catch (cause) {
    ledger.close();
    throw cause;
  }
}

async function openStore(dir: string, { store }: Settings): Promise<Home['store']> {
  if (store.kind === 'files') return openFileStore(path.join(dir, dataFiles.store));
  await probeS3(store);
  return makeS3Store(store);
}
