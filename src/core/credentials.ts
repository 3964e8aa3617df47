import { mayHoldCredential } from './credential-marks.ts';
import type { Credential, CredentialRange } from './credential-rules.ts';

export type { Credential } from './credential-rules.ts';

/** Most texts hold none, and these are not held against the rules. */
async function scan(text: string): Promise<CredentialRange[]> {
  if (!mayHoldCredential(Buffer.from(text, 'utf8'))) return [];
  const { scanByRules } = await import('./credential-rules.ts');
  return scanByRules(text);
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
