import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** A credential in a text. Never holds the credential itself. */
export interface Credential {
  /** Counted from 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** What it is, by the name of secretlint's rule: `github`, `aws`, `slack`. */
  readonly kind: string;
}

const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }];

async function scan(text: string): Promise<{ start: number; end: number; credential: Credential }[]> {
  // No file is opened: the name only tells the rules that they look at text.
  const { messages } = await lintSource({
    source: { content: text, filePath: 'text.md', ext: '.md', contentType: 'text' },
    options: { config: { rules }, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages.map(({ range: [start, end], loc, ruleId }) => ({
    start,
    end,
    credential: { line: loc.start.line, column: loc.start.column + 1, kind: ruleId.replace(/^.*secretlint-rule-/, '') },
  }));
}

/** The credentials in a text, by secretlint's recommended rules, in the order they stand in. */
export async function findCredentials(text: string): Promise<Credential[]> {
  return (await scan(text)).map(({ credential }) => credential);
}

/** The text with `[<kind> removed]` in the place of each credential. */
export async function maskCredentials(text: string): Promise<string> {
  let masked = '';
  let from = 0;
  for (const { start, end, credential } of (await scan(text)).toSorted((a, b) => a.start - b.start)) {
    if (start < from) continue;
    masked += `${text.slice(from, start)}[${credential.kind} removed]`;
    from = end;
  }
  return masked + text.slice(from);
}
