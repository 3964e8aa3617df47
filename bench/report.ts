// What every benchmark prints: a table for people, or with `--json` one object for programs.
import { cpus } from 'node:os';

/** One figure of a benchmark. `goal` is null for a figure that is only shown, such as the baseline of a ratio. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string | null;
  readonly ok: boolean;
  /** Where the value lies with a confidence of 95 %, for figures that come from samples. */
  readonly interval?: readonly [low: number, high: number];
}

/** A row that is ok when `value` is `limit` or less. A value that is not a number is never ok. */
export function atMost(name: string, value: number, unit: string, limit: number): Row {
  return { name, value: rounded(value), unit, goal: `<= ${limit}`, ok: value <= limit };
}

/** A row that is ok when `value` is `limit` or more. A value that is not a number is never ok. */
export function atLeast(name: string, value: number, unit: string, limit: number): Row {
  return { name, value: rounded(value), unit, goal: `>= ${limit}`, ok: value >= limit };
}

/** A row with no goal of its own. */
export function figure(name: string, value: number, unit: string): Row {
  return { name, value: rounded(value), unit, goal: null, ok: true };
}

/**
 * Prints the rows to stdout, as a table or, when the program was called with `--json`, as one line
 * `{"benchmark","machine","rows"}`. The program then exits 1 if a row is not ok or there are no rows at all.
 */
export function report(benchmark: string, rows: readonly Row[]): void {
  const json = process.argv.includes('--json');
  process.stdout.write(json ? `${JSON.stringify({ benchmark, machine: machine(), rows })}\n` : table(benchmark, rows));
  if (rows.length === 0 || rows.some((row) => !row.ok)) process.exitCode = 1;
}

function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown processor';
  return `${process.platform} ${process.arch}, ${cores.length} x ${model}, Node ${process.versions.node}`;
}

function table(benchmark: string, rows: readonly Row[]): string {
  const sampled = rows.some((row) => row.interval !== undefined);
  const spread = ({ interval }: Row): string => (interval === undefined ? '' : interval.map(rounded).join(' to '));
  const cells = rows.map((row) => [
    row.name,
    String(row.value),
    row.unit,
    ...(sampled ? [spread(row)] : []),
    row.goal ?? '',
    verdict(row),
  ]);
  const lines = [['figure', 'value', 'unit', ...(sampled ? ['95 % interval'] : []), 'goal', ''], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${benchmark} (${machine()})\n\n${text.join('\n')}\n`;
}

function verdict(row: Row): string {
  if (!row.ok) return 'NOT OK';
  return row.goal === null ? '' : 'ok';
}

// Three significant digits below 100, whole numbers above: more would be noise.
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
