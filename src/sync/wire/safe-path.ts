import { limits } from './limits.ts';

/** What a name may have on each file system: 255 bytes on Linux and macOS, 255 UTF-16 units on Windows. */
const segmentAtMost = 255;

const ascii = /^[\u0020-\u007e]*$/;
// "Naming Files, Paths, and Namespaces", Microsoft: these name devices, whatever extension follows them.
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;
const refusedByWindows = /[<>:"|?*\\]/;
// The second form is what NTFS makes of the first as a short name; git refuses both.
const gitFolder = /^(?:\.git|git~\d+)$/i;
// Controls, what shows as nothing or turns a line around, halves of a pair, line and paragraph separators.
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * What makes a path unfit to be written on some machine, in words that follow the path; `undefined` for a good one. A good
 * one is relative with `/` between its parts, stays below its root, and names the same file on Linux, macOS and Windows.
 */
export function faultOfPath(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  if (/^[a-z]:/i.test(path)) return 'names a drive';
  const isAscii = ascii.test(path);
  if (!isAscii) {
    const fault = faultOfText(path);
    if (fault !== undefined) return fault;
  }
  const unfit = refusedByWindows.exec(path)?.[0];
  if (unfit === '\\') return 'has a backslash, which Windows takes for a /';
  if (unfit !== undefined) return `has ${unfit} in it, which Windows refuses in a name`;
  if ((isAscii ? path.length : utf8Length(path)) > limits.path) return `is longer than ${limits.path} bytes`;
  for (const segment of path.split('/')) {
    const fault = faultOfSegment(segment, isAscii);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfText(path: string): string | undefined {
  const character = invisible.exec(path)?.[0];
  if (character !== undefined) {
    const point = character.codePointAt(0) ?? 0;
    if (point === 0) return 'has a NUL in it';
    return `has a character in it that cannot be seen or written: U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  if (path.normalize('NFC') !== path) return 'is not in normal form C, so macOS and Linux would not agree on its name';
  return undefined;
}

function faultOfSegment(segment: string, isAscii: boolean): string | undefined {
  if (segment === '') return 'has an empty part';
  if (segment === '.' || segment === '..') return `has ${segment} as a part`;
  if (segment.endsWith('.') || segment.endsWith(' ')) {
    return 'has a part that ends in a dot or a space, which Windows leaves out';
  }
  if (segment.length > segmentAtMost || (!isAscii && utf8Length(segment) > segmentAtMost)) {
    return `has a part longer than ${segmentAtMost} bytes`;
  }
  if (device.test(segment)) return `has a part that is a device on Windows: ${segment}`;
  if (gitFolder.test(segment)) return "reaches into git's own folder";
  return undefined;
}

/** Bytes of a well-formed text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a pair counts for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

/**
 * A form that is the same for all spellings that some file system takes for one name. It is canonical caseless matching
 * (Unicode 3.13, D145) with upper case taken first, so that `ß`, `ẞ` and `SS` are one, as are `σ` and `ς`. File systems
 * fold less than that, each in its own way; and all of them tell compatibility forms such as `²` and `2` apart.
 */
export function foldPath(path: string): string {
  if (ascii.test(path)) return path.toLowerCase();
  // Twice: what the first time took apart, such as İ, may fold once more.
  return foldOnce(foldOnce(path));
}

function foldOnce(text: string): string {
  return text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD').replaceAll('ς', 'σ');
}

/**
 * Pairs of paths that cannot lie beside each other on every machine: two spellings of one name, or a file whose name is
 * that of a folder which another lies in. Folders may differ in case.
 */
export function collisions(paths: Iterable<string>): readonly (readonly [string, string])[] {
  // With the lowest character for `/`, what lies in a folder comes right behind a file of its name. A table of all folders
  // would be simpler, and hundreds of times as large as paths that somebody made deep on purpose.
  const rows = Array.from(paths, (path) => ({ path, key: foldPath(path).replaceAll('/', '\u0001') }));
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const pairs: (readonly [string, string])[] = [];
  for (const [at, { path, key }] of rows.entries()) {
    const before = rows[at - 1];
    if (before !== undefined && (key === before.key || key.startsWith(`${before.key}\u0001`))) {
      pairs.push([before.path, path]);
    }
  }
  return pairs;
}
