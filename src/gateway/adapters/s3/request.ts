import { StoreError } from '../../ports.ts';
import { retried } from '../retry.ts';
import { faultOf } from './fault.ts';
import { addressOf, nameOf } from './settings.ts';
import type { S3Settings } from './settings.ts';
import { makeSigner } from './sign.ts';
import { makeStallTimer } from './stall.ts';
import type { StallTimer } from './stall.ts';

/** What of the world a store uses; tests give their own. */
export interface S3World {
  fetch(this: void, url: URL, init: RequestInit): Promise<Response>;
  pause(this: void, milliseconds: number): Promise<void>;
  /** A request is given up when nothing has moved for this long, in milliseconds. */
  readonly stall: number;
}

export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  /** The empty key is the bucket. */
  readonly key: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
}

/** One bucket, and the way to ask it. */
export interface Bucket {
  readonly settings: S3Settings;
  /** The answer if it is a success, 404 or 416; throws a `StoreError` for others. `timer` is running, and goes on. */
  send(request: S3Request, timer: StallTimer): Promise<Response>;
  /** Calls `work` with a running timer, and stops it. */
  timed<T>(work: (timer: StallTimer) => Promise<T>): Promise<T>;
  /** `retried`, with the pauses of this world. */
  retried<T>(work: () => Promise<T>): Promise<T>;
  /** What an error of a request, or of reading its answer, means. */
  explained(cause: unknown, timer: StallTimer): StoreError;
}

/** Before the second try, in milliseconds. */
const firstPause = 100;

/** What is behind a bucket: requests are signed, ended when they stall, and explained when they fail. */
export function openBucket(settings: S3Settings, world: S3World): Bucket {
  const sign = makeSigner(settings);
  const explained: Bucket['explained'] = (cause, { signal }) => {
    if (cause instanceof StoreError) return cause;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const thrown = inner instanceof Error ? inner.message : String(inner);
    const why = signal.aborted ? 'nothing has come for too long' : thrown;
    return new StoreError(`${nameOf(settings)} does not answer: ${why}`, { retryable: true, cause });
  };
  return {
    settings,
    explained,
    async send({ method, key, query = '', headers = {}, body }, timer) {
      const url = addressOf(settings, key);
      url.search = query;
      const signed = await sign(method, url, headers);
      // Not signed, since proxies change it: a body must not be compressed on the way, or ranges would be of that.
      signed.headers.set('accept-encoding', 'identity');
      const init: RequestInit = { method, headers: signed.headers, redirect: 'manual', signal: timer.signal };
      // `duplex` is how Node is told that the answer comes after the body.
      const whole =
        body === undefined ? init : { ...init, body: body as Uint8Array<ArrayBuffer>, duplex: 'half' as const };
      const response = await world.fetch(url, whole).catch((cause: unknown) => {
        throw explained(cause, timer);
      });
      if (response.ok || response.status === 404 || response.status === 416) return response;
      throw await faultOf(settings, response, `${method} ${key}`);
    },
    async timed(work) {
      const timer = makeStallTimer(world.stall);
      timer.touch();
      try {
        return await work(timer);
      } finally {
        timer.stop();
      }
    },
    retried: (work) => retried(work, firstPause, world.pause),
  };
}
