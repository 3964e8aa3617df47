import * as z from 'zod/mini';
import { isoTime, signedHead } from './head-schema.ts';
import { limits } from './limits.ts';
import { codecs } from './manifest.ts';
import { isTier, keyPattern, publicKeyPattern, repos, sha256Pattern, slugPattern, tenantIdPattern } from './names.ts';
import type { Tier } from './names.ts';

/**
 * Everything a client and a gateway say to each other as JSON; each side validates with these, and the OpenAPI document is
 * made from them. A request with a field that has no meaning is refused, as its sender means something by it; in an answer such
 * a field is passed over, so that a gateway may be newer than its clients.
 */
const count = z.int().check(z.nonnegative());
const sha256 = z.string().check(z.regex(sha256Pattern));
const filePath = z.string().check(z.minLength(1), z.maxLength(limits.path));
const label = z.string().check(z.minLength(1), z.maxLength(80), z.regex(/^[^\p{Cc}\p{Cf}]*$/u));
export const repoName = z.enum(repos);
export const tierName = z.custom<Tier>((value) => typeof value === 'string' && isTier(value));
export const slug = z.string().check(z.regex(slugPattern));
export const tenantId = z.string().check(z.regex(tenantIdPattern));
export const masterKey = z
  .string()
  .check(z.minLength(limits.key.least), z.maxLength(limits.key.most), z.regex(keyPattern));
const glob = z.string().check(z.minLength(1), z.maxLength(limits.glob));

/** The rules of `state/config/sync-rules.json`. A path's tier is that of the first glob that fits. */
export const syncRules = z.strictObject({
  _v: z.literal(1),
  deny: z.array(glob).check(z.maxLength(limits.rules)),
  allow: z.array(glob).check(z.maxLength(limits.rules)),
  tiers: z.optional(z.array(z.strictObject({ paths: glob, tier: tierName })).check(z.maxLength(limits.rules))),
});
export type SyncRules = z.infer<typeof syncRules>;

/** A file of a push: `frame` counts the frames of this body; without one the tier has the content already, or as a blob. */
const pushedFile = z.strictObject({
  path: filePath,
  sha256,
  size: count.check(z.maximum(limits.file)),
  exec: z.boolean(),
  frame: z.optional(count),
  at: z.optional(count),
});

/** The document of `POST /_push`, after its frames. */
export const pushDocument = z.strictObject({
  repo: repoName,
  tier: tierName,
  /** The revision this push was made on. */
  base: count,
  /** Made by the client for this push: the same push, sent again, is answered as it was. */
  push_id: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  machine_id: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
  scope: z.enum(['state', 'all']),
  rules: syncRules,
  files: z.array(pushedFile).check(z.maxLength(limits.files)),
  gone: z.array(filePath).check(z.maxLength(limits.files)),
  /** Digest of the manifest that comes of it, as the client computes it. */
  digest: sha256,
  /** Frames that were sent before, by `POST /_push/part`, in their order; they count before those of this body. */
  parts: z.optional(z.array(sha256).check(z.maxLength(64))),
});
export type PushDocument = z.infer<typeof pushDocument>;
export type PushedFile = z.infer<typeof pushedFile>;

export const pushAnswer = z.object({ head: signedHead, repeated: z.boolean() });
export type PushAnswer = z.infer<typeof pushAnswer>;

/** What `POST /_push/part` says: the name of the part, which is the sha256 of its body. */
export const partAnswer = z.object({ part: sha256 });

const pulledFile = z.object({
  path: filePath,
  sha256,
  size: count,
  exec: z.boolean(),
  /** Counts `frames` of the answer; without one it is a blob, `GET /_blobs/…`. */
  frame: z.optional(count),
  at: z.optional(count),
});
export type PulledFile = z.infer<typeof pulledFile>;

const codec = z.enum(codecs);
/**
 * A frame is inline, in its turn, with the codec and size that its record says: it may have been made anew for a client
 * without zstd. Or it is `size` bytes from `at` on of a pack, which are among those that `range` counts in `ranges`.
 */
const pulledFrame = z.object({
  codec,
  size: count,
  rawSize: count,
  range: z.optional(count),
  at: z.optional(count),
});
export type PulledFrame = z.infer<typeof pulledFrame>;

/** What a pull tells of one tier. With nothing new there are neither files nor removals. */
const pulledTier = z.object({
  tier: tierName,
  head: signedHead,
  /** Whether `files` is all there is, rather than what has changed since. */
  full: z.boolean(),
  /** Whether this key may push to it. */
  writable: z.boolean(),
  files: z.array(pulledFile),
  gone: z.array(filePath),
});
export type PulledTier = z.infer<typeof pulledTier>;

/** `size` bytes from `at` on of a pack, by an address that gives these and no others: as a `Range` that is asked for word for word. */
const pulledRange = z.object({ url: z.string().check(z.maxLength(4_096)), at: count, size: count });

/** The document of `GET /_pull`, before its frames. */
export const pullDocument = z.object({
  repo: repoName,
  tenant: tenantId,
  tiers: z.array(pulledTier).check(z.maxLength(200)),
  frames: z.array(pulledFrame),
  ranges: z.array(pulledRange).check(z.maxLength(limits.ranges)),
});
export type PullDocument = z.infer<typeof pullDocument>;

/** `since` of a pull: `0`, or the revision known of each tier, `private:3,team:acme:12`. */
export const sinceText = z
  .string()
  .check(z.maxLength(8_192), z.regex(/^(?:\d{1,15}|[a-z0-9:-]{1,64}:\d{1,15}(?:,[a-z0-9:-]{1,64}:\d{1,15})*)$/));

/** `POST /_blobs`: asks where to put large files. */
export const blobsRequest = z.strictObject({
  repo: repoName,
  tier: tierName,
  blobs: z
    .array(z.strictObject({ sha256, size: count.check(z.maximum(limits.file)) }))
    .check(z.minLength(1), z.maxLength(100)),
});
export const blobsAnswer = z.object({
  blobs: z.array(
    z.object({
      sha256,
      put: z.optional(z.object({ url: z.string(), headers: z.record(z.string(), z.string()) })),
    }),
  ),
});

export const statusAnswer = z.object({
  ok: z.boolean(),
  version: z.string().check(z.regex(/^[\w.+-]{1,64}$/)),
  time: isoTime,
  /** Ed25519, the raw 32 bytes in base64url: what heads are signed with. */
  public_key: z.string().check(z.regex(publicKeyPattern)),
  canonical: z.object({ os: count, kernel: count }),
  last_quorum_promotion: z.nullable(isoTime),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

export const alertRequest = z.strictObject({ cause: label, message: z.optional(z.string().check(z.maxLength(2_000))) });
export const alertAnswer = z.object({ noted: z.boolean(), forwarded: z.boolean() });

const roles = z.enum(['operator', 'member', 'none']);
export type Role = z.infer<typeof roles>;

/** What a tenant may read and do, beside its own. The same text lies under `snappy-os-meta/tenants/<id>.json`. */
export const grants = z.object({
  subscriber: z.boolean(),
  teams: z.array(z.object({ slug, write: z.boolean() })).check(z.maxLength(100)),
});
export type Grants = z.infer<typeof grants>;

export const tenantRow = z.object({
  tenant: tenantId,
  label,
  role: roles,
  created: isoTime,
  revoked: z.boolean(),
  keys: count,
  grants,
});
export type TenantRow = z.infer<typeof tenantRow>;
export const tenantsAnswer = z.object({ tenants: z.array(tenantRow) });
export const grantRequest = z.strictObject({ subscriber: z.optional(z.boolean()), label: z.optional(label) });
/** Without `grant_only` its keys stop to work too. */
export const revokeRequest = z.strictObject({ grant_only: z.optional(z.boolean()) });
/** A key by the first 12 hex digits of its sha256. A name, not a proof. */
export const keyId = z.string().check(z.regex(tenantIdPattern));
const keyRow = z.object({ key: keyId, label, created: isoTime, current: z.boolean() });
export type KeyRow = z.infer<typeof keyRow>;
/** The keys of the tenant that asks; `current` is the one it asks with. */
export const keysAnswer = z.object({ keys: z.array(keyRow) });
export const rotateRequest = z.strictObject({ key: masterKey });

export const teamRequest = z.strictObject({ slug });
/** The tenant is named by the address. */
export const teamMemberRequest = z.strictObject({ write: z.boolean() });
export const teamRow = z.object({
  slug,
  members: z.array(z.object({ tenant: tenantId, write: z.boolean() })),
});
export type TeamRow = z.infer<typeof teamRow>;
export const teamsAnswer = z.object({ teams: z.array(teamRow) });

export const mintRequest = z.strictObject({
  label,
  /** What whoever redeems it is granted beside its own. */
  subscriber: z.boolean(),
  teams: z.array(z.strictObject({ slug, write: z.boolean() })).check(z.maxLength(20)),
  /** Seconds. */
  expires_in: z.int().check(z.minimum(60), z.maximum(90 * 86_400)),
  uses: z.int().check(z.minimum(1), z.maximum(1_000)),
  /** For another machine of the one who mints it, which gets a key of the same tenant: with no grants of its own. */
  same_tenant: z.optional(z.boolean()),
  /** With `same_tenant`, and for the operator: another machine of this tenant, as of one who has lost all of them. */
  tenant: z.optional(tenantId),
});
export type MintRequest = z.infer<typeof mintRequest>;
const inviteCode = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/));
export const mintAnswer = z.object({ code: inviteCode, url: z.string(), expires: isoTime });
/** The client makes the key: it never leaves a gateway, which keeps a keyed hash of it. */
export const redeemRequest = z.strictObject({ code: inviteCode, key: masterKey, label: z.optional(label) });
export const redeemAnswer = z.object({
  tenant: tenantId,
  label,
  public_key: z.string().check(z.regex(publicKeyPattern)),
  grants,
});

/** RFC 9457. `code` is what a program acts on. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
});
export type Problem = z.infer<typeof problem>;
