import * as z from 'zod/mini';
import { SnappyError } from '../../core/errors.ts';
import { sha256Pattern } from '../../sync/wire/names.ts';
import { defaultLimits } from '../access/limit-table.ts';
import type { AccessLimits } from '../access/limit-table.ts';
import type { GatewayConfig } from '../ports.ts';

/** An address without a slash at its end, so that a path can be set behind it. */
const address = z.string().check(z.maxLength(2_048), z.regex(/^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*[^\s/?#])?$/));
const word = z.string().check(z.minLength(1), z.maxLength(1_024), z.regex(/^[^\u0000-\u0020\u007f]+$/));

const s3Settings = z.strictObject({
  kind: z.literal('s3'),
  endpoint: address,
  region: word,
  bucket: z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)),
  accessKeyId: word,
  secretAccessKey: word,
  addressing: z.exactOptional(z.enum(['path', 'host'])),
  clients: z.exactOptional(z.union([z.literal('none'), address])),
});

const limit = z.exactOptional(z.int().check(z.minimum(1)));
const limitNames = Object.keys(defaultLimits) as (keyof AccessLimits)[];
const limits = z.strictObject(
  Object.fromEntries(limitNames.map((name) => [name, limit])) as Record<keyof AccessLimits, typeof limit>,
);

/** What an operator sets, in either home: on Node in `gateway.json` or the environment, in a Worker as variables and secrets. */
const settings = z.strictObject({
  _v: z.literal(1),
  secret: z.string().check(z.minLength(32), z.maxLength(1_024)),
  operatorKeyHash: z.string().check(z.regex(sha256Pattern)),
  store: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('files') }), s3Settings]),
  publicUrl: z.optional(address),
  alertWebhook: z.optional(address),
  /** Addresses of proxies in front: only from these is X-Forwarded-For believed. */
  trustedProxies: z.optional(z.array(word).check(z.maxLength(32))),
  /** Where they differ from `defaultLimits`. */
  limits: z.optional(limits),
});
export type Settings = z.infer<typeof settings>;

/** Names of the environment, the same in both homes, and the field that each sets. They count before the file. */
const names: Readonly<Record<string, string>> = {
  GATEWAY_SECRET: 'secret',
  OPERATOR_KEY_HASH: 'operatorKeyHash',
  GATEWAY_PUBLIC_URL: 'publicUrl',
  GATEWAY_ALERT_WEBHOOK: 'alertWebhook',
  GATEWAY_LIMITS: 'limits',
  S3_ENDPOINT: 'store.endpoint',
  S3_REGION: 'store.region',
  S3_BUCKET: 'store.bucket',
  S3_ACCESS_KEY_ID: 'store.accessKeyId',
  S3_SECRET_ACCESS_KEY: 'store.secretAccessKey',
  S3_ADDRESSING: 'store.addressing',
  S3_CLIENTS: 'store.clients',
};

const expected: Readonly<Record<string, string>> = {
  _v: '1',
  secret: 'at least 32 characters',
  operatorKeyHash: "64 hex digits, the sha256 of the operator's master key",
  store: '{"kind":"files"}, or {"kind":"s3"} with endpoint, region, bucket, accessKeyId and secretAccessKey',
  'store.kind': 'files or s3',
  'store.endpoint': 'https://host, without a slash at its end',
  'store.region': 'a name, such as us-east-1 or auto',
  'store.bucket': "a bucket's name",
  'store.accessKeyId': 'the id of an access key',
  'store.secretAccessKey': 'its secret',
  'store.addressing': 'path or host',
  'store.clients': 'the address that clients reach it by, or none',
  publicUrl: 'https://host, without a slash at its end',
  alertWebhook: 'an http address',
  trustedProxies: 'a list of addresses, such as ["127.0.0.1"]',
  limits: `whole numbers from 1 on, by these names: ${limitNames.join(', ')}`,
};

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields with what the environment has to say of them. It sets parts of an S3 store, and makes none of another. */
function withEnvironment(fields: Fields, env: Readonly<Record<string, unknown>>): Fields {
  const all: Record<string, unknown> = { ...fields };
  const store: Record<string, unknown> | undefined = isFields(fields['store']) ? { ...fields['store'] } : undefined;
  for (const [name, field] of Object.entries(names)) {
    const value = env[name];
    if (typeof value !== 'string' || value === '') continue;
    const part = field.startsWith('store.') ? field.slice('store.'.length) : undefined;
    if (part === undefined) all[field] = field === 'limits' ? parsedOrAsIs(value) : value;
    else if (store?.['kind'] === 's3') store[part] = value;
  }
  return store === undefined ? all : { ...all, store };
}

/** What is no JSON is no limits either, and is told of as such. */
function parsedOrAsIs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One fault in words, without a value: several of them are secrets. */
function faultOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return `${[...issue.path, issue.keys[0]].map(String).join('.')} is not a setting`;
  const known = issue.path
    .map(String)
    .findLast((_, at, parts) => expected[parts.slice(0, at + 1).join('.')] !== undefined);
  const words = expected[field] ?? (known === undefined ? 'a JSON object' : expected[String(issue.path[0])]);
  const name = Object.entries(names).find(([, of]) => of === field)?.[0];
  return `${field === '' ? 'it' : field} is not as expected: ${words ?? 'another value'}${name === undefined ? '' : ` (or ${name} in the environment)`}`;
}

/**
 * The settings of a gateway from what a file and the environment say. Throws `failure` that names the first field that is
 * missing or wrong, and never a value; `where` is the file, for the message.
 */
export function parseSettings(file: unknown, env: Readonly<Record<string, unknown>>, where: string): Settings {
  const parsed = settings.safeParse(isFields(file) ? withEnvironment(file, env) : file);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new SnappyError('failure', `${where}: ${first === undefined ? 'it is not valid' : faultOf(first)}`, {
    hint: 'nothing was changed; mend it, then start it again',
  });
}

/** What the app is told of the settings. */
export function configOf(of: Settings, version: string): GatewayConfig {
  const { secret, operatorKeyHash, publicUrl, alertWebhook, limits: ownLimits } = of;
  return {
    secret,
    operatorKeyHash,
    version,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(alertWebhook === undefined ? {} : { alertWebhook }),
    ...(ownLimits === undefined ? {} : { limits: ownLimits }),
  };
}
