/** What is synced: `os` is the tree, `kernel` a reference library that only the operator writes. */
export const repos = ['os', 'kernel'] as const;
export type Repo = (typeof repos)[number];

/**
 * Where content lies and who may read it, as a client names it: `private` is its own tenant, `team:<slug>` a team,
 * `subscriber` whoever was granted it, `public` everybody. The last two are the canonical.
 */
export type Tier = 'private' | `team:${string}` | 'subscriber' | 'public';

/** A team's name: lower case, digits and single hyphens, 1 to 40 characters. */
export const slugPattern = /^(?=.{1,40}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** The first 12 hex digits of the sha256 of a tenant's first master key. A name, not a proof. */
export const tenantIdPattern = /^[0-9a-f]{12}$/;
export const tierPattern = /^(?:private|subscriber|public|team:(?=.{1,40}$)[a-z0-9]+(?:-[a-z0-9]+)*)$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;
/** Of Ed25519, in base64url: the raw 32 bytes of a public key, and the 64 of a signature. */
export const publicKeyPattern = /^[\w-]{43}$/;
export const signaturePattern = /^[\w-]{86}$/;
/** A time as `toISOString` has it. */
export const isoTimePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
/** What a master key is made of. It travels in a header: printable ASCII, with no space at either end. */
export const keyPattern = /^[\u0021-\u007e](?:[\u0020-\u007e]*[\u0021-\u007e])?$/;

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isTier(text: string): text is Tier {
  return tierPattern.test(text);
}

/**
 * The one name of a tier at a gateway, which heads are kept and signed under: `private:<tenant>`, the others as they are.
 */
export function tierKey(tier: Tier, tenant: string): string {
  return tier === 'private' ? `private:${tenant}` : tier;
}

/** Tiers from the one that counts first to the one that counts last, where several have a file of one name. */
export function byPrecedence(a: Tier, b: Tier): number {
  const rank = (tier: Tier): number => (tier === 'private' ? 0 : tier === 'subscriber' ? 2 : tier === 'public' ? 3 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}
