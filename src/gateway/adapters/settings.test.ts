import { describe, expect, test } from 'vitest';
import { configOf, parseSettings } from './settings.ts';

const secret = 'a secret of more than thirty-two characters';
const file = { _v: 1, secret, operatorKeyHash: 'a'.repeat(64), store: { kind: 'files' } };
const bucket = {
  kind: 's3',
  endpoint: 'https://s3.example',
  region: 'auto',
  bucket: 'skills',
  accessKeyId: 'AK',
  secretAccessKey: 'SK',
};

function faultOf(value: unknown, env = {}): string {
  try {
    parseSettings(value, env, 'gateway.json');
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  throw new Error('it was taken');
}

test('settings of files and of a bucket are taken', () => {
  expect(parseSettings(file, {}, 'gateway.json')).toEqual(file);
  expect(parseSettings({ ...file, store: bucket }, {}, 'gateway.json').store).toEqual(bucket);
});

test('the environment counts before the file, in what is a secret and in what is not', () => {
  const { secretAccessKey: _, ...withoutSecret } = bucket;
  const env = {
    GATEWAY_SECRET: 'b'.repeat(40),
    S3_SECRET_ACCESS_KEY: 'other',
    GATEWAY_PUBLIC_URL: 'https://host/base',
  };
  expect(parseSettings({ ...file, store: withoutSecret }, env, 'gateway.json')).toMatchObject({
    secret: 'b'.repeat(40),
    publicUrl: 'https://host/base',
    store: { secretAccessKey: 'other' },
  });
});

test('variables of a bucket that happen to be set make none of a store of files', () => {
  expect(parseSettings(file, { S3_BUCKET: 'mine', S3_REGION: 'here' }, 'gateway.json')).toEqual(file);
});

test('limits are set in the file, or in the environment as JSON, and reach the app', () => {
  const limits = { tenantBytes: 1024 ** 3, failedKeys: 10 };
  const own = parseSettings({ ...file, limits }, {}, 'gateway.json');
  expect(configOf(own, '1.2.3').limits).toEqual(limits);
  const env = { GATEWAY_LIMITS: '{"tenantRequests": 60}' };
  expect(configOf(parseSettings({ ...file, limits }, env, 'gateway.json'), '1.2.3').limits).toEqual({
    tenantRequests: 60,
  });
});

describe('what is wrong', () => {
  test.each([
    [
      { ...file, secret: 'short' },
      'secret is not as expected: at least 32 characters (or GATEWAY_SECRET in the environment)',
    ],
    [{ ...file, operatorKeyHash: 'x' }, 'operatorKeyHash is not as expected: 64 hex digits'],
    [{ ...file, store: { kind: 'ftp' } }, 'store.kind is not as expected: files or s3'],
    [{ ...file, store: { ...bucket, endpoint: 's3.example' } }, 'store.endpoint is not as expected: https://host'],
    [
      { ...file, store: { ...bucket, bucket: undefined } },
      "store.bucket is not as expected: a bucket's name (or S3_BUCKET",
    ],
    [{ ...file, store: { ...bucket, path: 1 } }, 'store.path is not a setting'],
    [{ ...file, publicUrl: 'https://user:pw@host' }, 'publicUrl is not as expected'],
    [{ ...file, publicUrl: 'https://host/' }, 'publicUrl is not as expected: https://host, without a slash at its end'],
    [{ ...file, port: 3180 }, 'port is not a setting'],
    [{ ...file, trustedProxies: ['127.0.0.1', 1] }, 'trustedProxies.1 is not as expected: a list of addresses'],
    [{ ...file, limits: { tenantBytes: 0 } }, 'limits.tenantBytes is not as expected: whole numbers from 1 on'],
    [{ ...file, limits: { bytes: 1 } }, 'limits.bytes is not a setting'],
    [{ ...file, limits: 'x' }, 'limits is not as expected: whole numbers from 1 on, by these names'],
    [[], 'it is not as expected: a JSON object'],
    [null, 'it is not as expected: a JSON object'],
  ])('is named by its field: %j', (value, words) => {
    expect(faultOf(value)).toContain(`gateway.json: ${words}`);
  });

  test('is named too where the environment has it', () => {
    const fault = faultOf(file, { GATEWAY_LIMITS: 'tenantBytes: 1' });
    expect(fault).toContain('limits is not as expected');
    expect(fault).toContain('(or GATEWAY_LIMITS in the environment)');
  });

  test('is told without the value, which may be a secret', () => {
    const value = { ...file, secret: 'hunter2', store: { ...bucket, secretAccessKey: 'a b' } };
    expect(faultOf(value)).not.toContain('hunter2');
    expect(faultOf({ ...value, secret })).not.toContain('a b');
  });
});

test('the app is told what concerns it, and nothing of the storage', () => {
  const settings = parseSettings({ ...file, store: bucket, publicUrl: 'https://host' }, {}, 'gateway.json');
  expect(configOf(settings, '1.2.3')).toEqual({
    secret,
    operatorKeyHash: 'a'.repeat(64),
    publicUrl: 'https://host',
    version: '1.2.3',
  });
});
