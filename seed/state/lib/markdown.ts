/** A `## Title` of a Markdown text, outside code fences. */
export interface Section {
  readonly title: string;
  /** The heading's line in the file, from 1. */
  readonly line: number;
  /** The text under the heading, up to the next heading of the same or a higher level. */
  readonly text: string;
}

/** A link to a file, as it is written. */
export interface MarkdownLink {
  /** Without `#fragment` and `?query`, with `%20` and the like decoded. */
  readonly target: string;
  /** The line of the file, from 1. */
  readonly line: number;
}

const lineEnd = /\r\n|\n|\r/;

/** Which lines are prose: true outside code fences, false on a fence and inside one (CommonMark 4.5). */
export function markProse(lines: readonly string[]): boolean[] {
  let fence = '';
  return lines.map((line) => {
    const mark =
      line.includes('```') || line.includes('~~~') ? /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/s.exec(line) : null;
    if (fence === '') {
      fence = mark?.[1] ?? '';
      return fence === '';
    }
    if (mark?.[1]?.startsWith(fence) === true && mark[2]?.trim() === '') fence = '';
    return false;
  });
}

/** What stands between the marks of a heading; those at its end may be missing. */
function titleOf(text: string): string {
  const title = text.trim();
  const marks = /(?<!#)#+$/.exec(title);
  if (marks === null) return title;
  const before = title.slice(0, marks.index);
  return before === '' || /[ \t]$/.test(before) ? before.trim() : title;
}

/** Finds `## X` headings outside code fences; `firstLine` is the line of the file on which the text starts. */
export function readSections(markdown: string, firstLine = 1): Section[] {
  const lines = markdown.split(lineEnd);
  const prose = markProse(lines);
  const headings = lines.flatMap((line, at) => {
    const level = prose[at] === true ? /^#{1,2}(?=[ \t])/.exec(line)?.[0].length : undefined;
    return level === undefined ? [] : [{ title: titleOf(line.slice(level)), level, at }];
  });
  return headings.flatMap((heading, index) => {
    if (heading.level !== 2) return [];
    const text = lines.slice(heading.at + 1, headings[index + 1]?.at ?? lines.length).join('\n');
    return [{ title: heading.title, line: firstLine + heading.at, text }];
  });
}

/**
 * The links of a Markdown text that name a file: inline links, images and reference definitions outside code.
 * Left out are links with a scheme (`https:`, `mailto:`), to `//host` and to a place in the same file (`#x`).
 */
export function readFileLinks(markdown: string, firstLine = 1): MarkdownLink[] {
  const lines = markdown.split(lineEnd);
  const prose = markProse(lines);
  return lines.flatMap((line, at) => {
    if (prose[at] !== true || !(line.includes('](') || line.includes(']:'))) return [];
    const text = line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    const inline = text.matchAll(/\]\(\s*(?:<([^<>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))/g);
    const defined = text.matchAll(/^ {0,3}\[(?!\^)[^\]]+\]:\s*(?:<([^<>]*)>|(\S+))/g);
    return [...inline, ...defined].flatMap((match) => {
      const target = fileTarget(match[1] ?? match[2] ?? '');
      return target === undefined ? [] : [{ target, line: firstLine + at }];
    });
  });
}

function fileTarget(link: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith('//')) return undefined;
  const target = link.replace(/[?#].*$/s, '');
  if (target === '') return undefined;
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

/** Joins a link to the folder it is written in; `undefined` when it climbs out of that folder or is absolute. */
export function resolveInside(folder: string, target: string): string | undefined {
  if (target.startsWith('/') || target.includes('\\') || /^[a-z]:/i.test(target)) return undefined;
  const parts: string[] = [];
  for (const part of target.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return [folder, ...parts].join('/');
}
