import { mergeSequences, mostOfAny } from './sequence.ts';

interface Row {
  readonly text: string;
  /** Milliseconds since 1970; `undefined` for a line whose time cannot be read. */
  readonly time: number | undefined;
}

/** The time of a row: `"ts":"…"` of ndjson, or `[…]` at the start of a log's line. */
function timeOf(line: string): number | undefined {
  const text = /^\s*\{.*?"ts"\s*:\s*"([^"]{1,40})"/.exec(line)?.[1] ?? /^\[([^\]]{1,40})\]/.exec(line)?.[1];
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The line without blanks at its end. By hand: a pattern that ends in `+$` begins anew at each blank, and a line is somebody
 * else's text. Not `trimEnd`: a log may be read as Latin-1 so that no byte of it is lost, and then 0xA0 is half a letter.
 */
function withoutEnd(line: string): string {
  let end = line.length;
  while (end > 0 && '\t\r '.includes(line.charAt(end - 1))) end--;
  return line.slice(0, end);
}

function readRows(text: string): Row[] {
  return text
    .split('\n')
    .map(withoutEnd)
    .filter((line) => line !== '')
    .map((line) => ({ text: line, time: timeOf(line) }));
}

// A row without a time, a torn one for instance, stays behind the row that it came after.
const order = {
  compare: (a: Row, b: Row): number => {
    const [left, right] = [a.time ?? Number.NEGATIVE_INFINITY, b.time ?? Number.NEGATIVE_INFINITY];
    if (left !== right) return left < right ? -1 : 1;
    return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
  },
  identity: (row: Row): string => row.text,
  combine: (row: Row): Row => row,
};

/**
 * Merges a log of one row a line (ndjson, or `[time] …`). Where only one side changed, that side is the outcome. Otherwise
 * each row that either side has comes, torn ones too, in the order of times as far as each side keeps to it: a log only
 * grows, so a row that is missing on one side was lost there and not removed. A row that a side has several times comes as
 * often as in the side that has it most: two equal rows of one file are two events, the same row in two files is one.
 */
export function mergeLog(base: string, ours: string, theirs: string): string {
  if (ours === theirs || theirs === base) return ours;
  if (ours === base) return theirs;
  const sides = [readRows(ours), readRows(theirs)];
  const rows = mergeSequences(sides, order, mostOfAny(sides, order.identity), new Map());
  return rows.map((row) => `${row.text}\n`).join('');
}
