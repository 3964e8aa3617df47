import type { Brief, BriefReason } from '../../../seed/state/lib/brief.ts';
import { findCredentials, maskCredentials } from '../../core/credentials.ts';

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

/** The brief without the credentials that the rows it is made of may hold: a brief is put in front of agents. */
export async function maskBrief(brief: Brief): Promise<Brief> {
  const texts = brief.reasons.flatMap(({ key, headline, evidence, todo }) => [key, headline, ...evidence, todo]);
  if ((await findCredentials(texts.join('\n'))).length === 0) return brief;
  const reasons: BriefReason[] = [];
  for (const reason of brief.reasons) reasons.push(await maskReason(reason));
  return { ...brief, reasons };
}
