/** Lines of one kind that are shown; the rest is counted. */
const shown = 20;

/** A size as people read it: `812 B`, `4.1 kB`, `22.9 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Lines, but no more than `most`: the others are counted, by a noun in the plural. */
export function listed(lines: readonly string[], noun = 'files', most = shown): string[] {
  const more = lines.length - most;
  return more <= 1 ? [...lines] : [...lines.slice(0, most), `… and ${more} more ${noun}`];
}

/** A title with lines below it; nothing where there are none. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
