import type { ObjectStore } from '../../ports.ts';
import { splitPrefix } from '../keys.ts';
import { wait } from '../retry.ts';
import { faultOf } from './fault.ts';
import { parsePage } from './list.ts';
import type { Page } from './list.ts';
import { getObject, readObject, sizeOfObject } from './read.ts';
import { openBucket } from './request.ts';
import type { Bucket, S3World } from './request.ts';
import { encode } from './settings.ts';
import type { S3Settings } from './settings.ts';
import { presigning } from './sign.ts';
import { putObject, putObjectStream, removeObject } from './write.ts';

const realWorld: S3World = {
  fetch: (url, init) => fetch(url, init),
  pause: wait,
  stall: 30_000,
};
/** What S3 lists at once. */
const pageSize = 1_000;

/** A bucket of anything that speaks S3 (signature version 4): DigitalOcean Spaces, R2, MinIO, Ceph, AWS. */
export function makeS3Store(settings: S3Settings, world: Partial<S3World> = {}): ObjectStore {
  const bucket = openBucket(settings, { ...realWorld, ...world });
  return {
    get: (key, range) => bucket.retried(() => getObject(bucket, key, range)),
    stream: (key, range) => bucket.retried(async () => (await readObject(bucket, key, range))?.body),
    put: (key, body, options) => bucket.retried(() => putObject(bucket, key, body, options?.contentType)),
    putStream: (key, body, size) => putObjectStream(bucket, key, body, size),
    size: (key) => bucket.retried(() => sizeOfObject(bucket, key)),
    remove: (key) => bucket.retried(() => removeObject(bucket, key)),
    list: (prefix, limit) => list(bucket, prefix, limit),
    ...(settings.clients === 'none' ? {} : presigning(settings)),
  };
}

async function list(bucket: Bucket, prefix: string, limit: number): Promise<readonly string[]> {
  splitPrefix(prefix);
  const keys: string[] = [];
  let next: string | undefined;
  while (keys.length < limit) {
    const wanted = Math.min(pageSize, limit - keys.length);
    const from = next === undefined ? '' : `continuation-token=${encode(next)}&`;
    const query = `${from}encoding-type=url&list-type=2&max-keys=${wanted}&prefix=${encode(prefix)}`;
    const page = await bucket.retried(() => listPage(bucket, query));
    keys.push(...page.keys);
    next = page.next;
    if (next === undefined || page.keys.length === 0) break;
  }
  return keys.slice(0, limit);
}

function listPage(bucket: Bucket, query: string): Promise<Page> {
  return bucket.timed(async (timer) => {
    const response = await bucket.send({ method: 'GET', key: '', query }, timer);
    if (!response.ok) throw await faultOf(bucket.settings, response, 'list');
    const text = await response.text().catch((cause: unknown) => {
      throw bucket.explained(cause, timer);
    });
    return parsePage(text);
  });
}
