import type { Platform } from '../../ports.ts';
import { compute } from '../compute.ts';

export interface NodePlatform extends Platform {
  /** Resolves when nothing of `later` is under way any more: before a process ends, and in tests. */
  idle(): Promise<void>;
}

/** The platform on Node; `onError` is told what work of `later` has thrown, since nobody waits for it. */
export function makeNodePlatform(onError: (cause: unknown) => void, now = () => new Date()): NodePlatform {
  const running = new Set<Promise<void>>();
  return {
    ...compute,
    later(work) {
      const run = async (): Promise<void> => {
        try {
          await work();
        } catch (cause) {
          onError(cause);
        }
      };
      const promise = run().finally(() => running.delete(promise));
      running.add(promise);
    },
    now,
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
