/** One graded run: a line of `state/log/evals.ndjson`, which never leaves the machine. */
export interface EvalRow {
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly skill: string;
  /** First 12 hex of the sha256 over the skill's files. */
  readonly rev_id: string;
  readonly run_id: string;
  /** 0 to 1. */
  readonly score: number;
  readonly ok: boolean;
  readonly actor_session_id: string;
  /** Never the actor's. A lint that audits signs as `lint:<name>@<sha12>`. */
  readonly auditor_session_id: string;
  readonly runtime: string;
  readonly machine_id: string;
  readonly eval_mode: string;
  readonly primary_issue?: string;
  readonly artifact?: string;
  /** US dollars. */
  readonly cost_usd?: number;
}

/** From this moment on a row must name an actor and another auditor, and carry every field. */
export const auditedSince = '2026-04-20T18:00:00Z';

const textFields = [
  'rev_id',
  'run_id',
  'actor_session_id',
  'auditor_session_id',
  'runtime',
  'machine_id',
  'eval_mode',
] as const;
const optionalText = ['primary_issue', 'artifact'] as const;

/**
 * What is wrong with a parsed line as an eval row, in words; empty for a good one. `verb` counts as `skill` when that is
 * missing. Rows older than `auditedSince` only need a time, a skill and a score. Keys of others are left alone.
 */
export function checkEvalRow(row: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const ts = row['ts'];
  const time = typeof ts === 'string' && /^\d{4}-\d\d-\d\dT/.test(ts) ? Date.parse(ts) : NaN;
  if (Number.isNaN(time)) problems.push('ts is not an ISO time');
  const skill = row['skill'] ?? row['verb'];
  if (typeof skill !== 'string' || skill === '') problems.push('skill is not a name');
  const score = row['score'];
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) problems.push('score is not a number from 0 to 1');
  return time < Date.parse(auditedSince) ? problems : [...problems, ...checkAuditedFields(row)];
}

function checkAuditedFields(row: Readonly<Record<string, unknown>>): string[] {
  const missing = textFields.filter((field) => typeof row[field] !== 'string' || row[field].trim() === '');
  const notText = optionalText.filter((field) => row[field] !== undefined && typeof row[field] !== 'string');
  const { ok, rev_id: revision, cost_usd: cost } = row;
  const isAmount = cost === undefined || (typeof cost === 'number' && cost >= 0 && cost < Infinity);
  const isRevision = typeof revision !== 'string' || revision.trim() === '' || /^[0-9a-f]{12}$/.test(revision);
  return [
    ...(typeof ok === 'boolean' ? [] : ['ok is not true or false']),
    ...missing.map((field) => `${field} is missing`),
    ...(isRevision ? [] : ['rev_id is not 12 hex digits']),
    ...notText.map((field) => `${field} is not text`),
    ...(isAmount ? [] : ['cost_usd is not an amount']),
    ...(isSameParty(row['actor_session_id'], row['auditor_session_id'])
      ? ['actor and auditor are the same session']
      : []),
  ];
}

/** Whether two names of sessions are the same one: case, blanks around them and forms of a letter make no difference. */
export function isSameParty(actor: unknown, auditor: unknown): boolean {
  if (typeof actor !== 'string' || typeof auditor !== 'string') return false;
  const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase();
  return plain(actor) !== '' && plain(actor) === plain(auditor);
}

/** A good row, under today's names, or `undefined`. Rows older than `auditedSince` may lack fields; they are left empty. */
export function readEvalRow(row: Readonly<Record<string, unknown>>): EvalRow | undefined {
  if (checkEvalRow(row).length > 0) return undefined;
  const text = (field: string): string => (typeof row[field] === 'string' ? row[field] : '');
  const score = row['score'] as number;
  return {
    ts: text('ts'),
    skill: text('skill') || text('verb'),
    rev_id: text('rev_id'),
    run_id: text('run_id'),
    score,
    ok: typeof row['ok'] === 'boolean' ? row['ok'] : score >= 0.5,
    actor_session_id: text('actor_session_id'),
    auditor_session_id: text('auditor_session_id'),
    runtime: text('runtime'),
    machine_id: text('machine_id'),
    eval_mode: text('eval_mode'),
    ...(text('primary_issue') === '' ? {} : { primary_issue: text('primary_issue') }),
    ...(text('artifact') === '' ? {} : { artifact: text('artifact') }),
    ...(typeof row['cost_usd'] === 'number' ? { cost_usd: row['cost_usd'] } : {}),
  };
}
