/** Rows as lines whose cells stand below each other, two blanks apart; the last cell of a row is as long as it is. */
export function alignColumns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, text] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, [...text].length);
  const pad = (text: string, at: number): string => text + ' '.repeat((widths[at] ?? 0) - [...text].length);
  return rows.map((row) => (indent + row.map(pad).join('  ')).trimEnd()).join('\n');
}

/** The text on one line, cut to `max` characters with an ellipsis. */
export function cutText(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= max
    ? line
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** `1 skill`, `2 skills`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
