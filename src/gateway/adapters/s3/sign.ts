import { AwsV4Signer } from 'aws4fetch';
import type { ObjectStore } from '../../ports.ts';
import { checkKey } from '../keys.ts';
import { addressOf } from './settings.ts';
import type { S3Settings } from './settings.ts';

/** The longest that S3 signs for, in seconds: a week. */
const longest = 604_800;

type Signed = Pick<AwsV4Signer, 'url' | 'headers'>;
type Signer = (method: string, url: URL, headers: Readonly<Record<string, string>>) => Promise<Signed>;

/**
 * Signs requests by their headers, or, with `inQuery`, addresses that carry their signature and that of every header given.
 * Without a digest in the headers the body is not signed.
 */
export function makeSigner(settings: S3Settings, inQuery = false): Signer {
  const { accessKeyId, secretAccessKey, region } = settings;
  // The key of the day, which is derived in four steps, is kept in it.
  const cache = new Map<string, ArrayBuffer>();
  const place = { service: 's3', region, cache, signQuery: inQuery, allHeaders: inQuery };
  return (method, url, headers) =>
    new AwsV4Signer({ method, url: url.href, headers, accessKeyId, secretAccessKey, ...place }).sign();
}

/** Addresses that clients may use by themselves: as they reach the store, since the host is part of what is signed. */
export function presigning(settings: S3Settings): Required<Pick<ObjectStore, 'presignGet' | 'presignPut'>> {
  const signer = makeSigner(settings, true);
  const sign = async (method: 'GET' | 'PUT', key: string, seconds: number, headers = {}): Promise<string> => {
    checkKey(key);
    const url = addressOf(settings, key, settings.clients);
    url.searchParams.set('X-Amz-Expires', String(Math.min(Math.max(1, Math.ceil(seconds)), longest)));
    const signed = await signer(method, url, headers);
    return signed.url.href;
  };
  return {
    presignGet: (key, seconds, { at, length }) =>
      sign('GET', key, seconds, { range: `bytes=${at}-${at + length - 1}` }),
    async presignPut(key, seconds, size) {
      const headers = { 'content-length': String(size) };
      return { url: await sign('PUT', key, seconds, headers), headers };
    },
  };
}
