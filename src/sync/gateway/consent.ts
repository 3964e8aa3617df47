import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../core/atomic.ts';
import { layout } from '../../core/paths.ts';
import { clockTolerance } from '../wire/limits.ts';

/** That somebody has agreed to pushes without being asked: to whom, as whom, how much, and until when. */
export interface Consent {
  readonly _v: 1;
  readonly url: string;
  readonly tenant: string;
  readonly scope: 'state';
  /** ISO 8601, UTC. */
  readonly granted: string;
  readonly expires: string;
}

const consentName = `${layout.gateway}/push-consent.json`;

function readConsent(tree: string): Consent | undefined {
  try {
    const value = JSON.parse(fs.readFileSync(path.join(tree, consentName), 'utf8')) as Record<string, unknown>;
    const { _v, url, tenant, scope, granted, expires } = value;
    const texts = [url, tenant, granted, expires].every((text) => typeof text === 'string');
    return _v === 1 && scope === 'state' && texts ? (value as unknown as Consent) : undefined;
  } catch {
    // A consent that cannot be read is none.
    return undefined;
  }
}

/** What is asked of a consent. */
export interface ConsentQuestion {
  readonly url: string;
  /** Absent where nobody has said yet who this tree is there. */
  readonly tenant: string | undefined;
}

/**
 * The consent that holds now for this gateway and tenant; `undefined` where there is none, or it has run out. One that was
 * given in the future is of a clock that was wrong since.
 */
export function findConsent(
  tree: string,
  { url, tenant }: ConsentQuestion,
  now: number = Date.now(),
): Consent | undefined {
  const consent = readConsent(tree);
  if (consent === undefined || consent.url !== url || consent.tenant !== tenant) return undefined;
  const holds = Date.parse(consent.granted) <= now + clockTolerance && now < Date.parse(consent.expires);
  return holds ? consent : undefined;
}

/** Whether anything was ever agreed to here: what a loop looks at before it starts a process. */
export function hasConsentFile(tree: string): boolean {
  return fs.existsSync(path.join(tree, consentName));
}

/** Writes a consent, in the place of an older one. Of this machine alone: it is never synced. */
export function grantConsent(
  tree: string,
  { url, tenant }: { url: string; tenant: string },
  seconds: number,
  now: Date,
): Consent {
  const expires = new Date(now.getTime() + seconds * 1_000).toISOString();
  const consent: Consent = { _v: 1, url, tenant, scope: 'state', granted: now.toISOString(), expires };
  writeAtomic(path.join(tree, consentName), `${JSON.stringify(consent, undefined, 2)}\n`, 0o600);
  return consent;
}
