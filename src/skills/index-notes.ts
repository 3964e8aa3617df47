/** The marks around what people write on the generated page. */
export const notesBegin = '<!-- notes:begin -->';
export const notesEnd = '<!-- notes:end -->';

/** Human notes by the section of the page they stand in; `''` is the part above the first section. */
export type Notes = ReadonlyMap<string, readonly string[]>;

/**
 * The notes of a page. A part that is opened and never closed ends at the next section or the next part, so that a lost
 * mark neither loses a person's text nor takes generated text for it.
 */
export function readNotes(page: string): Notes {
  const notes = new Map<string, string[]>();
  const lines = page.split(/\r\n|\n/);
  const next = (from: number, ...marks: readonly string[]): number => {
    const at = lines.findIndex((line, index) => index >= from && marks.includes(line.trim()));
    return at === -1 ? lines.length : at;
  };
  let section = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('## ')) section = line.slice(3).trim();
    if (line.trim() !== notesBegin) continue;
    let end = next(at + 1, notesBegin, notesEnd);
    if (lines[end]?.trim() !== notesEnd) {
      const heading = lines.findIndex((other, index) => index > at && index < end && other.startsWith('## '));
      if (heading !== -1) end = heading;
    }
    const text = lines
      .slice(at + 1, end)
      .join('\n')
      .replace(/^\s*\n|\s+$/g, '');
    if (text.trim() !== '') notes.set(section, [...(notes.get(section) ?? []), text]);
    at = lines[end]?.trim() === notesEnd ? end : end - 1;
  }
  return notes;
}

/** The fenced part of a section, with the notes it had. */
export function renderNotes(notes: Notes, section: string): string {
  const kept = notes.get(section) ?? [];
  return [notesBegin, ...(kept.length === 0 ? [] : [kept.join('\n\n')]), notesEnd].join('\n');
}
