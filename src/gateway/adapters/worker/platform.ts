import type { Platform } from '../../ports.ts';
import { compute } from '../compute.ts';

/**
 * The platform in a Worker, which has Node's crypto and zlib by `nodejs_compat`. `waitUntil` is that of `cloudflare:workers`,
 * which knows the request it is called in; the runtime logs what of it fails.
 */
export function makeWorkerPlatform(waitUntil: (work: Promise<unknown>) => void): Platform {
  return { ...compute, later: (work) => waitUntil(work()), now: () => new Date() };
}
