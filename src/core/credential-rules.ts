import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** A credential in a text. Never holds the credential itself. */
export interface Credential {
  /** Counted from 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** What it is, by the name of secretlint's rule: `github`, `aws`, `slack`; `snappy-key` and `snappy-invite` are ours. */
  readonly kind: string;
}

/** Where in a text a credential is: from `start` to before `end`, in UTF-16 units. */
export interface CredentialRange {
  readonly start: number;
  readonly end: number;
  readonly credential: Credential;
}

const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }];

/** Keys as this program makes them, and invites, by which whoever reads one first gets a key. */
const own = /\b(?:(?<key>snappy_[\w-]{43})|https?:\/\/[^\s"'<>]{1,300}?\/invite\/[\w-]{22}(?:#[\w-]{22})?)(?![\w-])/g;

function scanForOwn(text: string): CredentialRange[] {
  return [...text.matchAll(own)].map(({ index: start, 0: found, groups }) => {
    const lines = text.slice(0, start).split('\n');
    const kind = groups?.['key'] === undefined ? 'snappy-invite' : 'snappy-key';
    const credential = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, kind };
    return { start, end: start + found.length, credential };
  });
}

/** Holds a text against secretlint's recommended rules, and ours. Of 200 kB of code, for what few texts hold: `credentials.ts` asks first. */
export async function scanByRules(text: string): Promise<CredentialRange[]> {
  // No file is opened: the name only tells the rules that they look at text.
  const { messages } = await lintSource({
    source: { content: text, filePath: 'text.md', ext: '.md', contentType: 'text' },
    options: { config: { rules }, noPhysicFilePath: true, maskSecrets: true },
  });
  const found = messages.map(({ range: [start, end], loc, ruleId }) => ({
    start,
    end,
    credential: { line: loc.start.line, column: loc.start.column + 1, kind: ruleId.replace(/^.*secretlint-rule-/, '') },
  }));
  return [...found, ...scanForOwn(text)].toSorted((a, b) => a.start - b.start);
}
