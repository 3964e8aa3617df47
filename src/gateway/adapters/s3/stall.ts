/** Ends a request in which nothing moves. It stands at first; each `touch` begins its time anew, `stop` ends it. */
export interface StallTimer {
  readonly signal: AbortSignal;
  touch(this: void, more?: number): void;
  stop(this: void): void;
}

/** `more` of `touch`, in milliseconds too, is added for what takes its time. */
export function makeStallTimer(milliseconds: number): StallTimer {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    touch(more = 0) {
      stop();
      timer = setTimeout(() => controller.abort(), milliseconds + more);
    },
    stop,
  };
}

/** What is done around each read of a stream. */
export interface Watch {
  before(): void;
  after(): void;
  /** What is thrown instead of an error. */
  failed(cause: unknown): unknown;
}

/** The same stream, read only when it is asked, with `watch` around each read. */
export function watched(body: ReadableStream<Uint8Array>, watch: Watch): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        watch.before();
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (cause) {
          throw watch.failed(cause);
        } finally {
          watch.after();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
