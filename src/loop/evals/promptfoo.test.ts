import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod/mini';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { toPromptfoo } from './promptfoo.ts';

const count = z.int().check(z.minimum(0));
const tokens = z.object({ total: count, prompt: count, completion: count, cached: count });
const prompt = z.object({ raw: z.string(), label: z.string() });

/** What promptfoo asks of a file that it imports: `ImportFileV3Schema` and `EvaluateResult` of promptfoo/promptfoo. */
const importFile = z.object({
  evalId: z.string(),
  config: z.record(z.string(), z.unknown()),
  shareableUrl: z.nullable(z.string()),
  results: z.object({
    version: z.literal(3),
    timestamp: z.iso.datetime(),
    prompts: z.array(
      z.extend(prompt, {
        provider: z.string(),
        metrics: z.object({
          score: z.number(),
          testPassCount: count,
          testFailCount: count,
          testErrorCount: count,
          assertPassCount: count,
          assertFailCount: count,
          totalLatencyMs: z.number(),
          tokenUsage: tokens,
          namedScores: z.record(z.string(), z.number()),
          namedScoresCount: z.record(z.string(), z.number()),
          cost: z.number(),
        }),
      }),
    ),
    results: z.array(
      z.object({
        promptIdx: count,
        testIdx: count,
        promptId: z.string(),
        prompt,
        provider: z.object({ id: z.string(), label: z.optional(z.string()) }),
        vars: z.record(z.string(), z.string()),
        testCase: z.object({ description: z.optional(z.string()), vars: z.optional(z.record(z.string(), z.string())) }),
        response: z.optional(z.object({ output: z.string() })),
        success: z.boolean(),
        score: z.number(),
        failureReason: z.union([z.literal(0), z.literal(1), z.literal(2)]),
        latencyMs: z.number(),
        gradingResult: z.object({ pass: z.boolean(), score: z.number(), reason: z.string() }),
        namedScores: z.record(z.string(), z.number()),
        cost: z.optional(z.number()),
        metadata: z.record(z.string(), z.unknown()),
      }),
    ),
    stats: z.object({ successes: count, failures: count, errors: count, tokenUsage: tokens }),
  }),
});

const text = fc.string({ maxLength: 12 });
const row: fc.Arbitrary<EvalRow> = fc.record(
  {
    ts: fc.constant('2026-11-21T10:00:00Z'),
    skill: fc.constantFrom('a', 'b'),
    rev_id: fc.constantFrom('', '0123456789ab', 'ba9876543210'),
    run_id: text,
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    ok: fc.boolean(),
    actor_session_id: fc.constant('ACTOR-SESSION'),
    auditor_session_id: fc.constant('AUDITOR-SESSION'),
    runtime: fc.constantFrom('', 'codex', 'gemini'),
    machine_id: fc.constant('MACHINE'),
    eval_mode: fc.constant('manual'),
    primary_issue: text,
    artifact: text,
    cost_usd: fc.double({ min: 0, max: 9, noNaN: true }),
  },
  {
    requiredKeys: [
      'ts',
      'skill',
      'rev_id',
      'run_id',
      'score',
      'ok',
      'actor_session_id',
      'auditor_session_id',
      'runtime',
      'machine_id',
      'eval_mode',
    ],
  },
);

test('whatever rows there are, the file is one that promptfoo imports, and its sums are those of the rows', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const file: unknown = JSON.parse(JSON.stringify(toPromptfoo(rows)));
      const { results } = importFile.parse(file);
      expect(results.results.map(({ score }) => score)).toEqual(
        JSON.parse(JSON.stringify(rows.map(({ score }) => score))),
      );
      expect(results.stats.successes + results.stats.failures).toBe(rows.length);
      // Each run stands in the column of its own revision and runtime, and each column adds up.
      for (const [at, column] of results.prompts.entries()) {
        const own = results.results.filter(({ promptIdx }) => promptIdx === at);
        expect(own.length).toBeGreaterThan(0);
        expect(own.every((run) => run.prompt.raw === column.raw && run.provider.id === column.provider)).toBe(true);
        expect(column.metrics.testPassCount).toBe(own.filter(({ success }) => success).length);
      }
      expect(new Set(results.results.map(({ testIdx }) => testIdx)).size).toBe(rows.length);
      expect(JSON.stringify(file)).not.toMatch(/ACTOR-SESSION|AUDITOR-SESSION|MACHINE/);
    }),
  );
});
