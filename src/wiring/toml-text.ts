import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml';

/** What a TOML text says. Throws `TomlError`. Whole numbers beyond 2^53 are valid TOML and stay exact. */
export function readToml(text: string): TomlTable {
  return parse(text, { integersAsBigInt: 'asNeeded' });
}

/** What is wrong with a TOML text, at which line and column (from 1), or `undefined`. */
export function tomlFault(text: string): string | undefined {
  try {
    readToml(text);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = (cause.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    return `${reason} at line ${cause.line}, column ${cause.column}`;
  }
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** Whether a value says all that the wanted one does: more keys of a table and more elements of a list do no harm. */
export function tomlHolds(value: TomlValue | undefined, wanted: TomlValue): boolean {
  if (isTable(wanted))
    return isTable(value) && Object.entries(wanted).every(([key, part]) => tomlHolds(value[key], part));
  if (Array.isArray(wanted) && Array.isArray(value))
    return wanted.every((part) => value.some((one) => isDeepStrictEqual(one, part)));
  return isDeepStrictEqual(value, wanted);
}

/** The names that a table header such as `[a."b.c"]` is made of; `undefined` for any other line. */
export function headerPath(line: string): string[] | undefined {
  if (!/^\s*\[/.test(line)) return undefined;
  const names: string[] = [];
  try {
    let table: TomlValue | undefined = readToml(line);
    while (isTable(table) || Array.isArray(table)) {
      const [name]: string[] = Array.isArray(table) ? [] : Object.keys(table);
      if (name !== undefined) names.push(name);
      table = Array.isArray(table) ? table[0] : name === undefined ? undefined : table[name];
    }
  } catch (cause) {
    if (cause instanceof TomlError) return undefined;
    throw cause;
  }
  return names.length === 0 ? undefined : names;
}

/** The line (from 1) in which a table of this path is begun: by its header, by a dotted key, or as an inline table. */
export function lineOfTable(text: string, table: readonly string[]): number | undefined {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => isDeepStrictEqual(headerPath(line), table));
  if (header >= 0) return header + 1;
  const [first = ''] = table;
  const key = lines.findIndex((line) => {
    const name = /^\s*("[^"]*"|'[^']*'|[\w-]+)\s*[.=]/.exec(line)?.[1];
    return name !== undefined && name.replaceAll(/^["']|["']$/g, '') === first;
  });
  return key < 0 ? undefined : key + 1;
}
