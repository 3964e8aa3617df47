import { StoreError } from '../ports.ts';

const attempts = 3;

/** Resolves after so many milliseconds. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/**
 * Does `work` up to three times, while what it throws is a `StoreError` that may pass. It has to be the same to the store,
 * once or thrice. `firstPause` is in milliseconds; each later one is longer, and none is the same for all who wait.
 */
export async function retried<T>(work: () => Promise<T>, firstPause: number, pause = wait): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof StoreError) || !cause.retryable || attempt === attempts) throw cause;
    }
    await pause(firstPause * 4 ** (attempt - 1) * (0.5 + Math.random()));
  }
}
