import { headerPath, readToml, tomlFault } from './toml-text.ts';

/** A piece of a TOML text: a table's header, a key with its value, or empty lines and comments. */
export type TomlStatement =
  | { readonly kind: 'header'; readonly text: string; readonly path: readonly string[] }
  | { readonly kind: 'key'; readonly text: string; readonly name: string }
  | { readonly kind: 'space'; readonly text: string };

/** The lines of a text, each with its line end. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function statementOf(text: string): TomlStatement {
  const path = headerPath(text);
  if (path !== undefined) return { kind: 'header', text, path };
  const [name] = tomlFault(text) === undefined ? Object.keys(readToml(text)) : [''];
  return name === undefined ? { kind: 'space', text } : { kind: 'key', text, name };
}

/**
 * The statements of a stretch of TOML, which together are the text again. A value may go over several lines; a rest that
 * does not parse is one key without a name. The name of a dotted key is its first part.
 */
export function tomlStatements(text: string): TomlStatement[] {
  const found: TomlStatement[] = [];
  let pending = '';
  for (const line of linesOf(text)) {
    pending += line;
    if (tomlFault(pending) !== undefined) continue;
    const next = statementOf(pending);
    const last = found.at(-1);
    // Empty lines and comments that follow each other are one piece.
    if (next.kind === 'space' && last?.kind === 'space') found.splice(-1, 1, { ...last, text: last.text + next.text });
    else found.push(next);
    pending = '';
  }
  return pending === '' ? found : [...found, { kind: 'key', text: pending, name: '' }];
}
