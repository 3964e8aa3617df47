import { diffWordsWithSpace } from 'diff';

/** What stands for a text that the person already had, and that may hold a password. */
const hidden = '…';

const bareKey = '[\\w$-]+';
const keyPart = `(?:"(?:[^"\\\\]|\\\\.)*"|'[^']*'|${bareKey})`;
/** `"key": value`, `key = value`, `KEY=value`. Not `…==`: that is the end of a base64 text and no key. */
const pair = new RegExp(`^(\\s*(?:export\\s+)?${keyPart}(?:\\.${keyPart})*\\s*[:=]\\s*)(?![:=\\s])(.+)$`);
/** The head of a TOML table. One that begins with a quote could be a list of texts. */
const tableHead = new RegExp(`^\\[{1,2}${bareKey}(?:\\.${keyPart})*\\]{1,2}$`);
const comment = /^\s*(?:#|\/\/)\s*/;
const isStructure = (text: string): boolean => /^[\s{}[\](),:]*$/.test(text);

/** A line of settings without its values: indent, keys, brackets and commas stay. */
export function maskLine(line: string): string {
  const text = line.trimEnd();
  if (isStructure(text) || tableHead.test(text)) return line;
  const start = pair.exec(text)?.[1] ?? comment.exec(text)?.[0] ?? /^\s*/.exec(text)?.[0] ?? '';
  const rest = text.slice(start.length);
  if (isStructure(rest)) return line;
  return `${start}${hidden}${rest.endsWith(',') ? ',' : ''}`;
}

/** Whether all of `short` is in `long`, in order. Cheap, and so asked before the words are compared. */
function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (short.startsWith(letter, at)) at += letter.length;
  return at === short.length;
}

/** `long` with all that `short` has too masked; `undefined` where it is not `short` with something put in. */
function maskShared(short: string, long: string): string | undefined {
  if (!isWithin(short, long)) return undefined;
  const parts = diffWordsWithSpace(short, long);
  if (parts.some((part) => part.removed)) return undefined;
  return parts
    .map(({ added, value }, index) => {
      if (added || isStructure(value)) return value;
      return index === 0 ? maskLine(value) : hidden;
    })
    .join('');
}

/** A removed line and the added one that it became, where all the difference is what was put in or taken out. */
function maskPair(old: string, added: string): readonly [string, string] | undefined {
  const longer = maskShared(old, added);
  if (longer !== undefined) return [maskLine(old), longer];
  const rest = maskShared(added, old);
  return rest === undefined ? undefined : [rest, maskLine(added)];
}

/** Masks what lines that are taken out and put in one after the other have in common. */
function maskChanged(lines: readonly string[]): string[] {
  const masked = [...lines];
  const taken = new Set<number>();
  for (const [from, old] of lines.entries()) {
    if (!old.startsWith('-') || old.trim() === '-') continue;
    for (const [to, added] of lines.entries()) {
      if (!added.startsWith('+') || added.trim() === '+' || taken.has(to)) continue;
      const both = maskPair(old.slice(1), added.slice(1));
      if (both === undefined) continue;
      [masked[from], masked[to]] = [`-${both[0]}`, `+${both[1]}`];
      taken.add(to);
      break;
    }
  }
  return masked;
}

/**
 * The lines of a hunk (each begins with ` `, `-`, `+` or `\`) without the values that the person has around what is
 * changed: on a screen, or in a report that is sent to somebody, they tell nothing of the change and may be secrets. Keys
 * stay, so that its place can be found.
 */
export function maskHunk(lines: readonly string[]): string[] {
  const masked: string[] = [];
  let changed: string[] = [];
  for (const line of lines) {
    if (!line.startsWith(' ')) {
      changed.push(line);
      continue;
    }
    masked.push(...maskChanged(changed), ` ${maskLine(line.slice(1))}`);
    changed = [];
  }
  return [...masked, ...maskChanged(changed)];
}
