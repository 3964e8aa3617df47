import * as z from 'zod/mini';
import { isoTimePattern, repos, sha256Pattern, signaturePattern } from './names.ts';

export const isoTime = z.string().check(z.regex(isoTimePattern));

/** What a gateway states of a tier of a repo, with its signature. */
export const signedHead = z.object({
  repo: z.enum(repos),
  /** `tierKey`: with the tenant in it, so that no answer to one tenant passes for another's. */
  tier: z.string().check(z.maxLength(64)),
  rev: z.int().check(z.nonnegative()),
  /** sha256 of `manifestText`. */
  digest: z.string().check(z.regex(sha256Pattern)),
  files: z.int().check(z.nonnegative()),
  bytes: z.int().check(z.nonnegative()),
  issued: isoTime,
  expires: isoTime,
  /** Ed25519 over `headText`, in base64url. */
  signature: z.string().check(z.regex(signaturePattern)),
});
export type SignedHead = z.infer<typeof signedHead>;
