import type { Cache } from '../../ports.ts';

/** What is used of a KV namespace (developers.cloudflare.com/kv/api). */
export interface KvNamespace {
  get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>;
  put(key: string, value: Uint8Array, options: { readonly expirationTtl: number }): Promise<void>;
}

/** KV's limits: a key in bytes, and the least time in seconds. */
const keyAtMost = 512;
const leastSeconds = 60;

/**
 * A cache in Workers KV. What it gives may be a minute old, "there is nothing" included. It is a cache alone, so a KV that
 * does not answer is as one that has forgotten.
 */
export function makeKvCache(namespace: KvNamespace): Cache {
  const fits = (key: string): boolean => new TextEncoder().encode(key).length <= keyAtMost;
  return {
    async get(key) {
      if (!fits(key)) return undefined;
      const value = await namespace.get(key, 'arrayBuffer').catch(() => null);
      return value === null ? undefined : new Uint8Array(value);
    },
    async put(key, value, seconds) {
      if (!fits(key)) return;
      await namespace.put(key, value, { expirationTtl: Math.max(leastSeconds, Math.ceil(seconds)) }).catch(() => {});
    },
  };
}
