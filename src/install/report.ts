import type { Check } from './smoke/smoke.ts';
import type { Step } from './steps.ts';

/** What a run of the pipeline was for, and what it found and did: `.bootstrap-report.json` in the tree. */
export interface BootstrapReport {
  readonly _v: 1;
  readonly command: 'install' | 'uninstall';
  /** `plan`: nothing was changed; `check`: nothing, and the status says whether anything would be. */
  readonly mode: 'plan' | 'check' | 'apply';
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly tree: string;
  readonly platform: string;
  readonly versions: {
    readonly snappy: string;
    readonly node: string;
    /** Runtime -> what it said of itself; absent where it was not asked or did not say. */
    readonly runtimes: Readonly<Record<string, string>>;
  };
  readonly steps: readonly Step[];
  readonly checks: readonly Check[];
}

/** The name of the report in the tree. */
export const reportFile = '.bootstrap-report.json';

/** The bytes of a report. */
export function encodeReport(report: BootstrapReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
