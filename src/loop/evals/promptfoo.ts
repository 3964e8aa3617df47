import { createHash } from 'node:crypto';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';

/**
 * The results file of promptfoo, version 3, as `promptfoo import` reads it (promptfoo/promptfoo, `OutputFile` in
 * src/types/index.ts, `ImportFileV3Schema` in src/types/schemas/import.ts). A column there is a prompt and a provider: here
 * a revision of a skill and a runtime. promptfoo 0.121.20 imports and shows it. Sessions, machines and run ids stay here:
 * such a file is made to be shown to others.
 */
export interface PromptfooFile {
  readonly evalId: string;
  readonly results: {
    readonly version: 3;
    /** ISO 8601, of the last run. */
    readonly timestamp: string;
    readonly prompts: readonly PromptfooPrompt[];
    readonly results: readonly PromptfooResult[];
    readonly stats: PromptfooStats;
  };
  readonly config: { readonly description: string };
  readonly shareableUrl: null;
}

interface Prompt {
  readonly raw: string;
  readonly label: string;
}

interface PromptfooPrompt extends Prompt {
  readonly id: string;
  readonly provider: string;
  readonly metrics: Readonly<Record<string, unknown>>;
}

interface PromptfooResult {
  readonly id: string;
  readonly promptIdx: number;
  readonly testIdx: number;
  readonly promptId: string;
  readonly prompt: Prompt;
  readonly provider: { readonly id: string; readonly label: string };
  readonly vars: Readonly<Record<string, string>>;
  readonly testCase: { readonly description: string; readonly vars: Readonly<Record<string, string>> };
  readonly response: { readonly output: string };
  readonly success: boolean;
  readonly score: number;
  /** 0: none, 1: an assertion rejected it. */
  readonly failureReason: 0 | 1;
  readonly latencyMs: number;
  readonly gradingResult: { readonly pass: boolean; readonly score: number; readonly reason: string };
  readonly namedScores: Readonly<Record<string, number>>;
  readonly cost: number;
  readonly metadata: Readonly<Record<string, string>>;
}

interface PromptfooStats {
  readonly successes: number;
  readonly failures: number;
  readonly errors: number;
  readonly tokenUsage: typeof noTokens;
}

/** Rows tell of no tokens. */
const noTokens = { total: 0, prompt: 0, completion: 0, cached: 0, numRequests: 0 } as const;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const countPassed = (rows: readonly EvalRow[]): number => rows.filter(({ ok }) => ok).length;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Rows before the rule of 2026 may lack these. */
const runtimeOf = (row: EvalRow): string => (row.runtime === '' ? 'unknown' : row.runtime);
const promptOf = (row: EvalRow): Prompt => {
  const label = `${row.skill}@${row.rev_id === '' ? 'unknown' : row.rev_id}`;
  return { raw: `skill ${label}`, label };
};

const columnKey = (row: EvalRow): string => JSON.stringify([promptOf(row).raw, runtimeOf(row)]);

function describeColumn({ prompt, provider, rows }: Column): PromptfooPrompt {
  const passed = countPassed(rows);
  return {
    ...prompt,
    id: hash(prompt.raw),
    provider,
    metrics: {
      score: sum(rows.map(({ score }) => score)),
      testPassCount: passed,
      testFailCount: rows.length - passed,
      testErrorCount: 0,
      assertPassCount: passed,
      assertFailCount: rows.length - passed,
      totalLatencyMs: 0,
      tokenUsage: noTokens,
      namedScores: {},
      namedScoresCount: {},
      cost: sum(rows.map(({ cost_usd }) => cost_usd ?? 0)),
    },
  };
}

function describeRun(row: EvalRow, testIdx: number, promptIdx: number): PromptfooResult {
  const prompt = promptOf(row);
  const vars = { skill: row.skill, revision: row.rev_id, run: `${testIdx + 1}` };
  return {
    id: hash(`${row.run_id}\0${row.ts}\0${testIdx}`).slice(0, 32),
    promptIdx,
    testIdx,
    promptId: hash(prompt.raw),
    prompt,
    provider: { id: runtimeOf(row), label: runtimeOf(row) },
    vars,
    testCase: { description: `${row.skill}, run ${testIdx + 1}`, vars },
    response: { output: row.artifact ?? '' },
    success: row.ok,
    score: row.score,
    failureReason: row.ok ? 0 : 1,
    latencyMs: 0,
    gradingResult: { pass: row.ok, score: row.score, reason: row.primary_issue ?? (row.ok ? 'ok' : 'not ok') },
    namedScores: {},
    cost: row.cost_usd ?? 0,
    metadata: { ts: row.ts, eval_mode: row.eval_mode },
  };
}

/** The runs of one revision by one runtime. */
interface Column {
  readonly at: number;
  readonly prompt: Prompt;
  readonly provider: string;
  readonly rows: EvalRow[];
}

function columnsOf(rows: readonly EvalRow[]): Map<string, Column> {
  const columns = new Map<string, Column>();
  for (const row of rows) {
    const key = columnKey(row);
    const known = columns.get(key) ?? { at: columns.size, prompt: promptOf(row), provider: runtimeOf(row), rows: [] };
    known.rows.push(row);
    columns.set(key, known);
  }
  return columns;
}

/** Graded runs as a results file of promptfoo, in the order they were written. */
export function toPromptfoo(rows: readonly EvalRow[]): PromptfooFile {
  const columns = columnsOf(rows);
  const passed = countPassed(rows);
  return {
    evalId: `eval-snappy-os-${hash(JSON.stringify(rows)).slice(0, 12)}`,
    results: {
      version: 3,
      timestamp: rows.at(-1)?.ts ?? new Date(0).toISOString(),
      prompts: [...columns.values()].map(describeColumn),
      results: rows.map((row, at) => describeRun(row, at, columns.get(columnKey(row))?.at ?? 0)),
      stats: { successes: passed, failures: rows.length - passed, errors: 0, tokenUsage: noTokens },
    },
    config: { description: 'Graded runs of snappy-os skills' },
    shareableUrl: null,
  };
}
