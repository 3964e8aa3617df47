import type { Gate } from './row.ts';

interface Version {
  /** As it was written, without what stands around it. */
  readonly text: string;
  readonly numbers: readonly number[];
  /** What follows a hyphen: `beta.1`. Empty for a release. */
  readonly prerelease: readonly string[];
}

/** Reads `1.2.3`, `v1.2`, `2026.9.6`, `1.2.3-beta.1+build`; `undefined` for text that begins with no number. */
function parseVersion(text: string): Version | undefined {
  const match = /^v?((\d{1,15}(?:\.\d{1,15})*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?)/.exec(
    text.trim().slice(0, 100),
  );
  if (match === null) return undefined;
  const [, whole = '', numbers = '', prerelease = ''] = match;
  return {
    text: whole,
    numbers: numbers.split('.').map(Number),
    prerelease: prerelease === '' ? [] : prerelease.split('.'),
  };
}

/** semver.org 11.4.1 to 11.4.3: numbers by value, words by code, and a number comes before a word. */
function compareIdentifiers(a: string, b: string): number {
  const [first, second] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (first && second) return Math.sign(Number(a) - Number(b));
  if (first !== second) return first ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // semver.org 11.3: a release comes after its prereleases.
  if (a.length === 0 || b.length === 0) return Math.sign(Number(a.length === 0) - Number(b.length === 0));
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length === b.length ? 0 : -1;
}

/**
 * The order of two versions, -1, 0 or 1, by the rules of semver.org 11, for any count of numbers (missing ones are 0), so
 * for versions by the calendar too. Throws a TypeError on text that is no version.
 */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [parseVersion(a), parseVersion(b)];
  if (first === undefined || second === undefined) throw new TypeError(`not a version: ${first === undefined ? a : b}`);
  for (let index = 0; index < Math.max(first.numbers.length, second.numbers.length); index++) {
    const order = Math.sign((first.numbers[index] ?? 0) - (second.numbers[index] ?? 0));
    if (order !== 0) return order;
  }
  return comparePrereleases(first.prerelease, second.prerelease);
}

/** The version that a text begins with, without what follows it: `1.0.2` of `v1.0.2.`; `undefined` where it is none. */
export function readVersion(text: string): string | undefined {
  return parseVersion(text)?.text;
}

/** What a version of a runtime has to be content with. */
export interface GateResult {
  readonly state: 'fine' | 'degraded' | 'not wired';
  /** What is not there yet, and the version that brings it. */
  readonly missing: readonly Pick<Gate, 'what' | 'since'>[];
  /** Why nothing was held against it although nobody knows the version. */
  readonly note?: string;
}

/**
 * Holds a version against a row's gates. Where it is not known (only the settings folder is there, or `--version` told
 * nothing) the runtime counts as new enough: most are, and a wiring that is too new is inert.
 */
export function gateOf(gates: readonly Gate[], version: string | undefined): GateResult {
  if (version === undefined || parseVersion(version) === undefined) {
    return {
      state: 'fine',
      missing: [],
      ...(gates.length === 0 ? {} : { note: 'its version is not known: it counts as new enough' }),
    };
  }
  const closed = gates.filter((gate) => compareVersions(version, gate.since) < 0);
  const state = closed.some((gate) => gate.below === 'not wired')
    ? 'not wired'
    : closed.length > 0
      ? 'degraded'
      : 'fine';
  return { state, missing: closed.map(({ what, since }) => ({ what, since })) };
}
