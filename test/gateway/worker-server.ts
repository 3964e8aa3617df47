// The built Worker in the Workers runtime, as a process of its own: prints its address. Its settings are the one argument.
import type { Settings } from '../../src/gateway/adapters/settings.ts';
import { startWorkerRuntime } from './worker-runtime.ts';

const settings = JSON.parse(process.argv[2] ?? '') as Pick<Settings, 'store' | 'operatorKeyHash'>;
const secret = 'the one secret of a gateway that lives in a benchmark';
const { url } = await startWorkerRuntime({ ...settings, secret, ledger: 'ledger' });
process.stdout.write(`${url}\n`);
