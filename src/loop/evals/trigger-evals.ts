import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod/mini';
import { statThrough } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';

/** One prompt, and whether it should bring the skill's loader. */
export interface TriggerCase {
  readonly prompt: string;
  readonly expected: boolean;
  /** Where it is written, for a person: `evals/trigger-eval.json[3]`. */
  readonly from: string;
}

/** A case that was held against the hook: the skills whose loaders came. */
export interface TriggerResult extends TriggerCase {
  readonly came: readonly string[];
}

/** How well a skill's triggers tell its prompts from others; `undefined` where nothing can be divided. */
export interface TriggerScore {
  readonly skill: string;
  /** Prompts that should bring the loader, and those that should not. */
  readonly wanted: number;
  readonly unwanted: number;
  /** Of the times it came, how often it should have. */
  readonly precision: number | undefined;
  /** Of the times it should have come, how often it did. */
  readonly recall: number | undefined;
  readonly misses: readonly TriggerResult[];
}

const prompt = z.string().check(z.minLength(1), z.maxLength(20_000));

/** anthropics/skills, skill-creator, `scripts/run_eval.py`: a list of queries, and whether each should trigger. */
const triggerEval = z
  .array(z.object({ query: prompt, should_trigger: z.boolean() }))
  .check(z.minLength(1), z.maxLength(1000));

/** anthropics/skills, skill-creator, `references/schemas.md`, "evals.json": prompts that the skill is for, and what is expected of them. */
const evals = z.object({
  skill_name: z.string(),
  evals: z.array(z.object({ id: z.union([z.int(), z.string()]), prompt })).check(z.minLength(1), z.maxLength(1000)),
});

const maxBytes = 1024 * 1024;

const files = { triggers: 'evals/trigger-eval.json', evals: 'evals/evals.json' } as const;

function readJson(tree: string, file: string): unknown {
  const full = path.join(tree, file);
  const stat = statThrough(full);
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > maxBytes)
    throw new SnappyError(
      'failure',
      `${file} is ${stat.isFile() ? `${stat.size} bytes; at most ${maxBytes} are read` : 'not a file'}`,
    );
  try {
    // Windows editors write a mark that JSON.parse does not take.
    return JSON.parse(fs.readFileSync(full, 'utf8').replace(/^\uFEFF/, '')) as unknown;
  } catch (cause) {
    throw new SnappyError('failure', `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function readAs<T>(schema: z.ZodMiniType<T>, value: unknown, file: string, form: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('') ?? '';
  throw new SnappyError('failure', `${file}${where} is not as expected: ${issue?.message ?? 'wrong'}`, {
    hint: `expected: ${form}`,
  });
}

/**
 * The prompts that a skill's `evals/` folder gives, in the form of Anthropic's skill-creator. `undefined` where it gives none.
 * Throws `failure` on a file that is not of that form, with the place.
 */
export function readTriggerCases(tree: string, skill: string): TriggerCase[] | undefined {
  const [triggerFile, evalsFile] = [files.triggers, files.evals].map((file) => `${layout.skills}/${skill}/${file}`) as [
    string,
    string,
  ];
  const cases: TriggerCase[] = [];
  const triggers = readJson(tree, triggerFile);
  const prompts = readJson(tree, evalsFile);
  if (triggers === undefined && prompts === undefined) return undefined;
  if (triggers !== undefined) {
    const list = readAs(triggerEval, triggers, triggerFile, '[{"query": "a prompt", "should_trigger": true}, …]');
    for (const [at, one] of list.entries())
      cases.push({ prompt: one.query, expected: one.should_trigger, from: `${files.triggers}[${at}]` });
  }
  if (prompts !== undefined) {
    const form = `{"skill_name": "${skill}", "evals": [{"id": 1, "prompt": "a prompt", "expected_output": "…"}]}`;
    const { skill_name: name, evals: list } = readAs(evals, prompts, evalsFile, form);
    if (name !== skill)
      throw new SnappyError(
        'failure',
        `${evalsFile} is for the skill ${JSON.stringify(name.slice(0, 64))}, and lies in that of ${skill}`,
        { hint: `write "skill_name": "${skill}"` },
      );
    for (const one of list) cases.push({ prompt: one.prompt, expected: true, from: `${files.evals} id ${one.id}` });
  }
  return cases;
}

const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);

/** Sums up what came for a skill's cases. */
export function scoreTriggers(skill: string, results: readonly TriggerResult[]): TriggerScore {
  const came = (result: TriggerResult): boolean => result.came.includes(skill);
  const wanted = results.filter(({ expected }) => expected);
  const hits = wanted.filter(came).length;
  return {
    skill,
    wanted: wanted.length,
    unwanted: results.length - wanted.length,
    precision: ratio(hits, results.filter(came).length),
    recall: ratio(hits, wanted.length),
    misses: results.filter((result) => came(result) !== result.expected),
  };
}
