import type { Finding } from '../../seed/state/lib/finding.ts';
import { alignColumns } from './columns.ts';

/** Findings for a person: where, rule and message in columns, each with its repair on a line below. */
export function renderFindings(findings: readonly Finding[]): string {
  const lines = alignColumns(findings.map(({ path, line, rule, message }) => [`${path}:${line}`, rule, message])).split(
    '\n',
  );
  return findings.map(({ fix }, at) => `${lines[at] ?? ''}${fix === undefined ? '' : `\n    -> ${fix}`}`).join('\n');
}
