import type { Finding } from '../lib/finding.ts';
import { readTreeFile, runLint } from '../lib/lint-program.ts';
import { parseJsonLine } from '../lib/log.ts';

const file = 'state/log/evals.aggregate.ndjson';

/** Version 1 of the row that may leave the machine. Locked: a key that is not here is refused, so that nothing slips out. */
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  _v: (value) => value === 1,
  ts: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
  skill: (value) => typeof value === 'string' && /^[a-z0-9]+(?:-[a-z0-9]+)*(?::[0-9a-f]{12})?$/.test(value),
  score: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  run_id: (value) => typeof value === 'string' && value !== '',
  tenant: (value) => typeof value === 'string' && value !== '',
  cost_usd_cents: (value) => value === undefined || (Number.isInteger(value) && (value as number) >= 0),
  ok: (value) => typeof value === 'boolean',
};

/** What is wrong with an aggregate row, in words; empty for a good one. */
export function checkAggregateRow(row: Readonly<Record<string, unknown>>): string[] {
  const unknown = Object.keys(row).filter((key) => !Object.hasOwn(fields, key));
  const wrong = Object.entries(fields).filter(([key, isRight]) => !isRight(row[key]));
  return [
    ...unknown.map((key) => `the key "${key}" is not one of ${Object.keys(fields).join(', ')}`),
    ...wrong.map(([key]) =>
      row[key] === undefined ? `${key} is missing` : `${key} has no value that version 1 allows`,
    ),
  ];
}

/** Rows of the aggregate log that version 1 refuses. Torn lines are skipped. */
export function checkAggregateRows(text: string): Finding[] {
  return text.split('\n').flatMap((line, at) => {
    const row = parseJsonLine(line);
    if (row === undefined) return [];
    return checkAggregateRow(row).map((message) => ({
      rule: 'aggregate-schema',
      path: file,
      line: at + 1,
      message,
      fix: 'remove the row; it must not be synced as it is',
    }));
  });
}

export function aggregateSchema(tree: string): Finding[] {
  return checkAggregateRows(readTreeFile(tree, file));
}

runLint(import.meta.url, 'aggregate-schema.ts', aggregateSchema);
