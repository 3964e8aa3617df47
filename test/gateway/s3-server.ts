import type { TestProject } from 'vitest/node';
import type { S3Settings } from '../../src/gateway/adapters/s3/settings.ts';
import { makeSigner } from '../../src/gateway/adapters/s3/sign.ts';
import { startRadosgw } from './radosgw.ts';
import type { S3Server } from './radosgw.ts';

/** What tests are given of the one S3 server of a run. */
export type S3Access = Omit<S3Server, 'stop'>;

declare module 'vitest' {
  interface ProvidedContext {
    readonly s3: S3Access;
  }
}

/** Starts a real S3 server for all test files of a run; vitest calls what is returned at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startRadosgw();
  const stop = (): Promise<void> => server.stop();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const access = { endpoint, accessKeyId, secretAccessKey };
  try {
    await expectRefusal(access);
  } catch (cause) {
    await stop();
    throw cause;
  }
  project.provide('s3', access);
  return stop;
}

/** Makes an empty bucket, and gives all that a store needs to use it. */
export async function makeBucket(
  { endpoint, accessKeyId, secretAccessKey }: S3Access,
  name: string,
): Promise<S3Settings> {
  const settings: S3Settings = { endpoint, accessKeyId, secretAccessKey, bucket: name, region: 'us-east-1' };
  const { url, headers } = await makeSigner(settings)('PUT', new URL(`${endpoint}/${name}`), {});
  const response = await fetch(url, { method: 'PUT', headers });
  if (!response.ok)
    throw new Error(`the bucket ${name} could not be made: ${response.status} ${await response.text()}`);
  return settings;
}

/** A server that takes a wrong secret would let every test of signatures pass. */
async function expectRefusal(access: S3Access): Promise<void> {
  const wrong = { ...access, secretAccessKey: `${access.secretAccessKey}0` };
  const said = await makeBucket(wrong, 'wrong-secret').then(() => 'taken', String);
  if (!said.includes('SignatureDoesNotMatch')) throw new Error(`a wrong secret was not refused: ${said}`);
}
