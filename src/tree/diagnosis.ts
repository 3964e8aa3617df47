import type { Finding } from '../../seed/state/lib/finding.ts';

/** What a check has seen. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Worth telling, and nothing wrong: "2 loaders were sharpened here". */
  readonly note?: string;
}
