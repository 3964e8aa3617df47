const leadWords = /\btriggers\s+on(?:\s+(?:prompt\s+)?mentions?\s+of)?\s*:?\s*/gi;
const between = /^\s*[,;/]?\s*(?:(?:or|and|and\/or)\s+)?/i;
const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', '‘': '’', '“': '”', '`': '`' };

/**
 * Trigger phrases that a description names in prose: `Triggers on prompt mention of 'a', "b" or “c”`. The lead words
 * are read in any case, and at every place they occur; the list ends at the first thing that is not a quoted phrase.
 */
export function readDescriptionTriggers(description: string): string[] {
  const out: string[] = [];
  for (const lead of description.matchAll(leadWords)) {
    let at = lead.index + lead[0].length;
    for (;;) {
      const end = closingQuote(description, at);
      if (end === -1) break;
      // American typography puts the comma inside: 'a,' 'b.'
      out.push(description.slice(at + 1, end).replace(/(?<![.,;])[.,;]+$/, ''));
      at = end + 1;
      at += between.exec(description.slice(at))?.[0].length ?? 0;
    }
  }
  return out;
}

/** The closing quote of the phrase that opens at `at`, or -1. An apostrophe inside a word (`what's`) closes nothing. */
function closingQuote(text: string, at: number): number {
  const close = closers[text[at] ?? ''];
  if (close === undefined) return -1;
  for (let end = text.indexOf(close, at + 1); end !== -1; end = text.indexOf(close, end + 1)) {
    if (close === '"' || close === '”' || close === '`' || !/[\p{L}\p{N}]/u.test(text[end + 1] ?? '')) return end;
  }
  return -1;
}

/** Phrases without surrounding quotes and doubled blanks, without empty ones, each once however its case is. */
export function readPhrases(raw: readonly string[]): string[] {
  const seen = new Set<string>();
  return raw.flatMap((item) => {
    const phrase = unquote(item.replace(/\s+/g, ' ').trim());
    const key = phrase.toLowerCase();
    if (phrase === '' || seen.has(key)) return [];
    seen.add(key);
    return [phrase];
  });
}

function unquote(phrase: string): string {
  const close = closers[phrase[0] ?? ''];
  return close !== undefined && phrase.length > 1 && phrase.endsWith(close) ? phrase.slice(1, -1).trim() : phrase;
}

/** Splits `allowed-tools` at blanks and commas that are not inside brackets: `Bash(git commit:*), Read`. */
export function splitTools(text: string): string[] {
  return (text.match(/[^\s,()]+(?:\([^)]{0,1000}\))?/g) ?? []).filter((tool) => tool !== '');
}
