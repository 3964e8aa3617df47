import { createHash } from 'node:crypto';
import type { Brief, BriefReason } from '../../../seed/state/lib/brief.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import { findCredentials, maskCredentials } from '../../core/credentials.ts';
import { layout } from '../../core/paths.ts';
import type { CredentialPlace } from './rule.ts';

/** How much is looked through at once, in characters: a call has a cost of its own, and a tree has thousands of texts. */
const batchLength = 256 * 1024;

/** Those of the texts, by their places in the list, that hold a credential: looked for in many at once, then in each. */
export async function findSuspects(texts: readonly string[]): Promise<Set<number>> {
  const suspects = new Set<number>();
  for (let from = 0; from < texts.length;) {
    let length = 0;
    let to = from;
    while (to < texts.length && (to === from || length < batchLength)) length += (texts[to++] ?? '').length + 1;
    const batch = texts.slice(from, to);
    if ((await findCredentials(batch.join('\n'))).length > 0)
      for (const [at, text] of batch.entries()) if ((await findCredentials(text)).length > 0) suspects.add(from + at);
    from = to;
  }
  return suspects;
}

/** The credentials in a file of the tree, each by its place. */
export async function credentialsIn(file: string, text: string): Promise<CredentialPlace[]> {
  const found = await findCredentials(text);
  const masked = (await maskCredentials(text)).split('\n');
  return found.map(({ line, column, kind }) => ({
    place: `${file}:${line}:${column}`,
    kind,
    key: createHash('sha256')
      .update(`${kind}\0${masked[line - 1] ?? line}`)
      .digest('hex')
      .slice(0, 16),
  }));
}

/** What feedback rows say, a line each. */
export function textOfRows(rows: readonly FeedbackRow[]): string {
  return rows.map(({ what }) => what).join('\n');
}

/** The credentials in feedback rows. A row is named by its time: its line in the log changes with every merge. */
export async function credentialsInRows(rows: readonly FeedbackRow[]): Promise<CredentialPlace[]> {
  const found = await findCredentials(textOfRows(rows));
  const places = found.map(({ line, kind }) => {
    const ts = rows[line - 1]?.ts ?? '';
    return { place: `${layout.feedback}, in the row of ${ts}`, kind, key: `${ts} ${kind}` };
  });
  return [...new Map(places.map((place) => [place.key, place])).values()];
}

async function maskReason(reason: BriefReason): Promise<BriefReason> {
  const evidence: string[] = [];
  for (const row of reason.evidence) evidence.push(await maskCredentials(row));
  return {
    ...reason,
    key: await maskCredentials(reason.key),
    headline: await maskCredentials(reason.headline),
    evidence,
    todo: await maskCredentials(reason.todo),
  };
}

/** Briefs without the credentials that the rows they are made of may hold: they are put in front of agents. */
export async function maskBriefs(briefs: readonly Brief[]): Promise<Brief[]> {
  const textOf = ({ key, headline, evidence, todo }: BriefReason): string =>
    [key, headline, ...evidence, todo].join('\n');
  const suspects = await findSuspects(briefs.map(({ reasons }) => reasons.map(textOf).join('\n')));
  const masked: Brief[] = [];
  for (const [at, brief] of briefs.entries()) {
    const reasons: BriefReason[] = [];
    if (suspects.has(at)) for (const reason of brief.reasons) reasons.push(await maskReason(reason));
    masked.push(suspects.has(at) ? { ...brief, reasons } : brief);
  }
  return masked;
}
