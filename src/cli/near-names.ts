/** How many characters must be changed, added or left out to make one word of the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (let at = 1; at <= b.length; at++) {
      const change = (row[at - 1] ?? 0) + (character === b[at - 1] ? 0 : 1);
      next.push(Math.min(change, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The names that somebody may have meant who wrote `given`: three at most, the nearest first. */
export function nearNames(given: string, names: readonly string[]): string[] {
  const wanted = given.toLowerCase().slice(0, 64);
  const far = Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((name) => {
      const known = name.toLowerCase();
      const isPart = wanted.length >= 3 && (known.includes(wanted) || wanted.includes(known));
      return { name, away: isPart ? 1 : distance(wanted, known.slice(0, 64)) };
    })
    .filter(({ away }) => away <= far)
    .toSorted((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}
