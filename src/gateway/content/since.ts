import type { Tier } from '../../sync/wire/names.ts';

/** What a client says it knows. */
export interface Since {
  /** The revision known of a tier whose head is `rev`. */
  of(tier: Tier, rev: number): number;
}

/**
 * Reads `since` of a pull, which fits `sinceText`: a revision of each tier by its name, those not named unknown; or one number for
 * all. With one number nobody claims to have seen that revision of each tier, so a tier with fewer is told whole.
 */
export function parseSince(text: string): Since {
  if (/^\d+$/.test(text)) {
    const known = Number(text);
    return { of: (_, rev) => (known > rev ? 0 : known) };
  }
  const revisions = new Map(
    text.split(',').map((row) => {
      const colon = row.lastIndexOf(':');
      return [row.slice(0, colon), Number(row.slice(colon + 1))];
    }),
  );
  return { of: (tier) => revisions.get(tier) ?? 0 };
}
