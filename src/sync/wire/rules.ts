import { SnappyError } from '../../core/errors.ts';
import { compileGlobs } from './glob.ts';
import type { GlobList } from './glob.ts';
import { limits } from './limits.ts';
import type { SyncRules } from './messages.ts';
import { isTier } from './names.ts';
import type { Repo, Tier } from './names.ts';
import { whyNever } from './never.ts';
import { foldPath } from './safe-path.ts';

/** The rules of a tree that has none of its own: those it is laid with. */
export const defaultRules: SyncRules = {
  _v: 1,
  deny: [
    '**/.env*',
    '**/*.bak',
    '**/*.key',
    '**/*.part',
    '**/*.pem',
    '_backups/**',
    'state/.index/**',
    'state/log/.machine_id',
    'state/log/evals.ndjson',
    'state/log/gateway/**',
    'state/log/hook.log',
    'state/log/install*',
    'state/log/install*/**',
    'state/log/regen-queue/**',
    'state/log/regen.json',
    'state/log/regen.lock*',
    'state/log/revisions/**',
    'state/log/sessions/**',
    'state/log/versions.json',
  ],
  allow: [
    'state/log/README.md',
    'state/log/agents-md-feedback.log',
    'state/log/edits.ndjson',
    'state/log/evals.aggregate.ndjson',
    'state/log/loader-feedback.log',
    'state/log/migrations.ndjson',
    'state/log/sync-events.ndjson',
  ],
};

/** Rules made ready for many paths. */
export interface CompiledRules {
  readonly rules: SyncRules;
  readonly denies: GlobList;
  readonly allows: GlobList;
  readonly tiers: GlobList;
}

/**
 * Makes rules ready: once for a run. What is denied is denied in whatever case it is written. Of rules that somebody else has
 * sent, `stepsAtMost` (`limits.ruleSteps`) says what all of them may cost: judging throws a WireError, `too_large`, beyond it.
 */
export function compileRules(rules: SyncRules, stepsAtMost = Infinity): CompiledRules {
  const steps = { left: stepsAtMost };
  return {
    rules,
    denies: compileGlobs(rules.deny, { anyCase: true, steps }),
    allows: compileGlobs(rules.allow, { anyCase: false, steps }),
    tiers: compileGlobs(
      (rules.tiers ?? []).map(({ paths }) => paths),
      { anyCase: false, steps },
    ),
  };
}

/** What rules say of a path. `line` is what the list `allow` of sync-rules.json lacks for it to travel. */
export type Verdict =
  | { readonly verdict: 'carry' }
  | { readonly verdict: 'leave'; readonly why: string }
  | { readonly verdict: 'refuse'; readonly why: string; readonly line: string };

const carried: Verdict = { verdict: 'carry' };

/**
 * Whether a file travels. What never may comes first, then `deny`, then `allow`; a log that neither names is refused, as
 * nobody has said what is in it. A client asks before it sends, and a gateway before it takes: the same function, so that
 * neither can be talked out of it.
 */
export function judgePath(compiled: CompiledRules, path: string): Verdict {
  const never = whyNever(path);
  if (never !== undefined) return { verdict: 'leave', why: never };
  const denied = compiled.rules.deny[compiled.denies(path)];
  if (denied !== undefined) return { verdict: 'leave', why: `denied by ${JSON.stringify(denied)} in sync-rules.json` };
  if (!foldPath(path).startsWith('state/log/') || compiled.allows(path) !== -1) return carried;
  return { verdict: 'refuse', why: 'no rule says whether this log travels', line: JSON.stringify(path) };
}

/** The tier that the rules put a path in: that of the first glob that fits; `undefined` where none does. */
export function tierOf(compiled: CompiledRules, path: string): Tier | undefined {
  return compiled.rules.tiers?.[compiled.tiers(path)]?.tier;
}

/**
 * Whether a path is one of a tree's settings. They say what a machine sends where, and what it runs: so they are of a tenant
 * alone, and nobody takes them from a team or from the canonical, whatever the rules say. In whatever case it is written.
 */
export function isSetting(path: string, repo: Repo): boolean {
  return repo === 'os' && foldPath(path).startsWith('state/config/');
}

/** Whether a path is asked for: of the tree `state/`, and with `all` the contract and the sources; of a library all there is. */
export function inScope(path: string, scope: 'state' | 'all', repo: Repo = 'os'): boolean {
  if (repo === 'kernel' || path.startsWith('state/')) return true;
  return scope === 'all' && (path === 'program.md' || path.startsWith('sources/'));
}

/**
 * The rules in the text of `state/config/sync-rules.json`: what `syncRules` takes, checked by hand as no run should wait for more.
 * Throws a SnappyError that names the field.
 */
export function parseRules(text: string): SyncRules {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SnappyError('failure', 'state/config/sync-rules.json is not JSON', {
      hint: `${error instanceof Error ? error.message : ''}; mend it, or take the rules of a new tree: snappy init --refresh-seed`,
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notRules('it is no object');
  const { _v, deny, allow, tiers, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw notRules(`it has a field of no meaning: ${other}`);
  if (_v !== 1) throw notRules('_v is not 1');
  const rules = { _v: 1 as const, deny: globsOf('deny', deny), allow: globsOf('allow', allow) };
  return tiers === undefined ? rules : { ...rules, tiers: tiersOf(tiers) };
}

function globsOf(field: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw notRules(`${field} is no list`);
  if (value.length > limits.rules) throw notRules(`${field} has more than ${limits.rules} rules`);
  return value.map((glob: unknown) => globOf(field, glob));
}

function globOf(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw notRules(`${field} has something in it that is no glob`);
  if (value.length > limits.glob) throw notRules(`${field} has a glob of more than ${limits.glob} characters`);
  return value;
}

function tiersOf(value: unknown): NonNullable<SyncRules['tiers']> {
  if (!Array.isArray(value)) throw notRules('tiers is no list');
  if (value.length > limits.rules) throw notRules(`tiers has more than ${limits.rules} rules`);
  return value.map((row: unknown) => {
    const { paths, tier, ...others } = (typeof row === 'object' && row !== null ? row : {}) as Record<string, unknown>;
    if (typeof tier !== 'string' || !isTier(tier) || Object.keys(others).length > 0) {
      throw notRules('a row of tiers is not {"paths": "<glob>", "tier": "private|team:<slug>|subscriber|public"}');
    }
    return { paths: globOf('tiers', paths), tier };
  });
}

function notRules(what: string): SnappyError {
  return new SnappyError('failure', `state/config/sync-rules.json cannot be followed: ${what}`, {
    hint: 'expected {"_v": 1, "deny": ["<glob>"], "allow": ["<glob>"]}, and "tiers" if you want; mend it, then run this again',
  });
}
