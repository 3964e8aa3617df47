/** One thing a rule found, as data. Doctor, the lints and `skill lint` all speak it. */
export interface Finding {
  /** The rule's name, `[a-z0-9-]+`. */
  readonly rule: string;
  /** The file, relative to the tree's root, with forward slashes. */
  readonly path: string;
  /** Counted from 1; 1 where the finding is about the whole file. */
  readonly line: number;
  /** What is wrong, what was expected and what was found. */
  readonly message: string;
  /** The repair, in words or as a command. */
  readonly fix?: string;
}

/** One line for a person, and for editors that jump to `path:line`: `path:line rule message -> fix`. */
export function formatFinding(finding: Finding): string {
  const repair = finding.fix === undefined ? '' : ` -> ${finding.fix}`;
  return `${finding.path}:${finding.line} ${finding.rule} ${finding.message}${repair}`.replace(/\s*\n\s*/g, ' ');
}

/** A copy in reading order: by path, then line, then rule. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return findings.toSorted((a, b) => order(a.path, b.path) || a.line - b.line || order(a.rule, b.rule));
}
