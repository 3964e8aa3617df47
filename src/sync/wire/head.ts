import type { SignedHead } from './head-schema.ts';
import { clockTolerance } from './limits.ts';

export type { SignedHead } from './head-schema.ts';
export type Head = Omit<SignedHead, 'signature'>;

/** The text that is signed: a first line that nothing else which this key signs begins with, then each value on its line. */
export function headText(head: Head): string {
  const { repo, tier, rev, digest, files, bytes, issued, expires } = head;
  return ['snappy-os head v1', repo, tier, rev, digest, files, bytes, issued, expires, ''].join('\n');
}

/** Which head was asked for, and the last one of it that was seen. */
export interface ExpectedHead {
  readonly repo: string;
  /** `tierKey`. */
  readonly tier: string;
  readonly known?: Pick<Head, 'rev' | 'digest'>;
}

/**
 * What is wrong with a head whose signature is right. `other`: it is of something else. `backwards`: a newer one was seen.
 * `two_of_one`: another one with its revision was seen. `expired`, `future`: it is not of this time, so an old answer is
 * played once more, or a clock is wrong.
 */
export interface HeadFault {
  readonly code: 'other' | 'backwards' | 'two_of_one' | 'expired' | 'future';
  readonly message: string;
}

/** Holds a head against what was asked for, what was seen before, and the time: `now` in milliseconds. */
export function faultOfHead(head: Head, expected: ExpectedHead, now: number): HeadFault | undefined {
  const { repo, tier, rev, digest } = head;
  if (repo !== expected.repo || tier !== expected.tier) {
    return {
      code: 'other',
      message: `the gateway answers for ${tier} of ${repo}, not for ${expected.tier} of ${expected.repo}`,
    };
  }
  const { known } = expected;
  if (known !== undefined && rev < known.rev) {
    return {
      code: 'backwards',
      message: `the gateway is at revision ${rev} of ${tier}, and was at ${known.rev} before`,
    };
  }
  if (known !== undefined && rev === known.rev && digest !== known.digest) {
    return { code: 'two_of_one', message: `the gateway has two different revisions ${rev} of ${tier}` };
  }
  return faultOfTime(head, now);
}

function faultOfTime({ issued, expires }: Head, now: number): HeadFault | undefined {
  const from = Date.parse(issued);
  const until = Date.parse(expires);
  if (until <= from) return { code: 'expired', message: "the gateway's answer was never valid" };
  if (from - now > clockTolerance) {
    return {
      code: 'future',
      message: `the gateway's answer is of ${issued}: its clock is ${spanText(from - now)} ahead of the one here`,
    };
  }
  if (now - until <= clockTolerance) return undefined;
  return {
    code: 'expired',
    message: `the gateway's answer is of ${issued}: its clock is ${spanText(now - from)} behind the one here, or it is an old answer`,
  };
}

/** `25 minutes`, `1 hour and 5 minutes`, `3 days`. */
function spanText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const named = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
  if (minutes < 60) return named(minutes, 'minute');
  if (minutes >= 48 * 60) return named(Math.round(minutes / 1_440), 'day');
  const rest = minutes % 60;
  return named(Math.floor(minutes / 60), 'hour') + (rest === 0 ? '' : ` and ${named(rest, 'minute')}`);
}
