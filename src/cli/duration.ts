import { SnappyError } from '../core/errors.ts';

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/** A time as a person writes it, `30m`, `24h` or `7d`, in seconds. `flag` names where it stands. Throws `usage` on others. */
export function readDuration(text: string, flag: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new SnappyError('usage', `${flag} is ${JSON.stringify(text.slice(0, 40))}`, {
    hint: 'expected a number with m, h or d behind it: 30m, 24h, 7d',
  });
}
