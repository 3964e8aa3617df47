/** What of the runtime's own module is used here (developers.cloudflare.com/workers/runtime-apis/context). */
declare module 'cloudflare:workers' {
  /** Goes on with the work after the answer of the request that is being handled. */
  export function waitUntil(work: Promise<unknown>): void;
}
