import { createPublicKey, verify } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../core/atomic.ts';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import { faultOfHead, headText } from '../wire/head.ts';
import type { SignedHead } from '../wire/head.ts';
import { publicKeyPattern, tenantIdPattern, tierKey } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';

/** Whom this tree trusts: the gateway it joined, known by its key, and who the tree is there. */
export interface Trust {
  readonly url: string;
  /** Empty until a gateway that was met without an invite has said it. */
  readonly tenant: string;
  /** Ed25519, the raw 32 bytes in base64url: what heads are signed with. */
  readonly public_key: string;
}

const trustName = `${layout.gateway}/trust.json`;

/** Where the pinned key of a tree is. */
export function trustFile(tree: string): string {
  return path.join(tree, trustName);
}

const howToPinAnew =
  `if its operator says that the gateway was set up anew, remove ${trustName} and ${layout.gateway}/*.known, then run this again; ` +
  'else somebody stands between this machine and the gateway';

/** The pinned key of a tree; `undefined` where none is. Throws `refused` where the file is damaged: whom to trust is not guessed. */
export function readTrust(tree: string): Trust | undefined {
  let text: string;
  try {
    text = fs.readFileSync(trustFile(tree), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'ENOTDIR' && code !== 'EISDIR') throw cause;
    const what = code === 'ENOTDIR' ? 'a file stands where its folder belongs' : 'a folder stands in its place';
    throw new SnappyError('failure', `${trustName} cannot be read: ${what}`, {
      hint: 'nothing was changed; move that away, then run this again',
      cause,
    });
  }
  try {
    const { url, tenant, public_key } = JSON.parse(text) as Record<string, unknown>;
    const isTenant = typeof tenant === 'string' && (tenant === '' || tenantIdPattern.test(tenant));
    if (typeof url === 'string' && isTenant && typeof public_key === 'string' && publicKeyPattern.test(public_key))
      return { url, tenant, public_key };
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause;
  }
  throw new SnappyError('refused', `${trustName} is damaged: which key the gateway had is not known`, {
    hint: 'ask the operator for an invite to your own tenant (snappy tenant onboard --same-tenant), remove the file, and redeem it',
  });
}

/** Pins the key of a gateway: from now on nothing is believed that it has not signed. Throws as `writeAtomic`. */
export function pin(tree: string, { url, tenant, public_key }: Trust): void {
  const text = `${JSON.stringify({ url, tenant, public_key }, undefined, 2)}\n`;
  writeAtomic(trustFile(tree), text, 0o600, { durable: true });
}

/** What an answer's head is held against. */
export interface Expected {
  readonly repo: Repo;
  readonly tier: Tier;
  /** What was last seen of that tier here. */
  readonly known?: { readonly rev: number; readonly digest: string } | undefined;
  /** What the answer must be of, where that is known: after a push. */
  readonly expect?: { readonly rev: number; readonly digest: string };
}

function isSigned(publicKey: string, head: SignedHead): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return verify(undefined, Buffer.from(headText(head), 'utf8'), key, Buffer.from(head.signature, 'base64url'));
}

function refused(message: string, hint: string): SnappyError {
  return new SnappyError('refused', message, { hint });
}

/** What to do where a gateway has gone back behind what was seen of it. */
export const howToGoBack = `it was perhaps put back from a backup: ask its operator; to take it as it is, remove ${layout.gateway}/*.known and run this again (what is here is merged, and stays)`;

const hints = {
  other: howToPinAnew,
  backwards: howToGoBack,
  two_of_one: `ask its operator; to take it as it is, remove ${layout.gateway}/*.known and run this again (what is here is merged, and stays)`,
  expired: 'set the clock of this machine, or of the gateway, then run this again',
  future: 'set the clock of this machine, or of the gateway, then run this again',
} as const;

/**
 * Holds what a gateway states of a tier against the pinned key, the clock and what was last seen of it: the signature, whose
 * it is, that it goes forward, that one revision has one content. Throws `refused`, and says what to do.
 */
export function verifyAnswer(trust: Trust, head: SignedHead, expected: Expected, now: number = Date.now()): void {
  const { repo, tier, known, expect } = expected;
  // The answer to a push comes when it has landed, if it is the gateway who answers.
  const outcome =
    expect === undefined
      ? 'nothing was changed'
      : 'nothing was changed here, and what was sent may have been taken there';
  if (!isSigned(trust.public_key, head)) {
    throw refused(
      `${trust.url} answered with a signature that is not of the key which was pinned when this tree joined it; ${outcome}`,
      howToPinAnew,
    );
  }
  const last = known === undefined ? {} : { known };
  const fault = faultOfHead(head, { repo, tier: tierKey(tier, trust.tenant), ...last }, now);
  if (fault !== undefined)
    throw refused(`the answer of ${trust.url} is refused: ${fault.message}; ${outcome}`, hints[fault.code]);
  if (expect !== undefined && head.rev !== expect.rev)
    throw refused(
      `${trust.url} answered with revision ${head.rev} of ${tier}, where ${expect.rev} is right; ${outcome}`,
      hints.other,
    );
  if (expect !== undefined && head.digest !== expect.digest)
    throw refused(`${trust.url} says that ${tier} has another content than what was sent; ${outcome}`, hints.other);
}
