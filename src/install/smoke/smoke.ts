import fs from 'node:fs';
import path from 'node:path';
import { isTree, layout } from '../../core/paths.ts';
import { runProgram, type RunProgram } from '../../core/run-program.ts';
import { hookCommand } from '../../runtimes/hook-command.ts';
import type { Place, Runtime, Target } from '../../runtimes/row.ts';

/** One thing that was tried, and how it went. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'failed';
  readonly message: string;
}

/** A skill that a prompt can call by its name, and how its loader begins. */
export interface KnownSkill {
  readonly name: string;
  readonly opening: string;
}

/** A runtime that is wired, and the files it is wired by. */
export interface WiredRuntime {
  readonly runtime: Runtime;
  readonly targets: readonly Target[];
}

export interface SmokeRequest {
  readonly tree: string;
  readonly place: Place;
  readonly wired: readonly WiredRuntime[];
  /** The folders in which skills are linked, and the names linked there. */
  readonly roots: readonly { readonly root: string; readonly names: readonly string[] }[];
  readonly skill: KnownSkill | undefined;
  readonly run?: RunProgram;
}

type Sample = Runtime['samples'][number];

/** How long a hook may take here, in milliseconds: long before any runtime gives up on it. */
const patience = 5_000;

/** The command a runtime runs for one event, as it stands in its settings; modules call the hook by its plain command. */
function commandOf({ runtime, targets }: WiredRuntime, sample: Sample, tree: string): string {
  for (const target of targets) {
    const group = target.kind === 'json' ? target.wanted.hooks?.events[sample.on] : undefined;
    const handlers = Array.isArray(group?.['hooks']) ? group['hooks'] : [group];
    const [handler] = handlers as readonly ({ readonly command?: unknown } | undefined)[];
    if (typeof handler?.command === 'string') return handler.command;
  }
  return hookCommand(tree, sample.call, runtime.id);
}

/** The prompt of the sample, made to call a skill: so that an answer can be expected. */
function inputOf(sample: Sample, skill: KnownSkill | undefined): string {
  const calls = sample.call === 'prompt' && skill !== undefined ? { prompt: `/${skill.name}` } : {};
  return JSON.stringify({ ...(sample.input as object), ...calls });
}

function faultOf(sample: Sample, stdout: string, skill: KnownSkill | undefined): string | undefined {
  if (sample.call === 'prompt' && skill !== undefined && !stdout.includes(JSON.stringify(skill.opening).slice(1, -1)))
    return `the prompt "/${skill.name}" should bring its loader, and brought ${stdout === '' ? 'nothing' : `${stdout.length} characters without it`}`;
  if (stdout.trim() === '') return undefined;
  try {
    JSON.parse(stdout);
    return undefined;
  } catch {
    return 'it printed something that is not JSON';
  }
}

async function tryHook(request: SmokeRequest, wired: WiredRuntime, sample: Sample): Promise<Check> {
  const name = `${wired.runtime.name}: ${sample.on}`;
  const skill = wired.runtime.context.perTurn ? request.skill : undefined;
  const begin = performance.now();
  const { status, stdout, fault } = await (request.run ?? runProgram)(
    'sh',
    ['-c', commandOf(wired, sample, request.tree)],
    {
      env: { ...request.place.env, HOME: request.place.home, SNAPPY_TRIAL: '1' },
      timeout: patience,
      input: inputOf(sample, skill),
    },
  );
  const ended = status === 0 ? faultOf(sample, stdout, skill) : `it ended with ${fault ?? `status ${status}`}`;
  const time = `${(performance.now() - begin).toFixed(0)} ms`;
  return { name, status: ended === undefined ? 'ok' : 'failed', message: ended ?? time };
}

function tryRoot(root: string, names: readonly string[]): Check {
  const lost = names.filter((name) => !fs.existsSync(path.join(root, name, 'SKILL.md')));
  const message =
    lost.length === 0 ? `${names.length} skills can be read` : `cannot be read: ${lost.slice(0, 5).join(', ')}`;
  return { name: `skills in ${root}`, status: lost.length === 0 ? 'ok' : 'failed', message };
}

/**
 * Tries what was set up: the tree, each linked skill, and each hook once, by its wired command and on a recorded sample.
 * Starts nothing in the background and writes no ledger.
 */
export async function smokeTest(request: SmokeRequest): Promise<Check[]> {
  const { tree, roots, wired } = request;
  const contract: Check = isTree(tree)
    ? { name: layout.program, status: 'ok', message: 'is there' }
    : { name: layout.program, status: 'failed', message: `is missing in ${tree}` };
  const runs = wired.flatMap((one) => one.runtime.samples.map((sample) => () => tryHook(request, one, sample)));
  // Two at a time: more would measure each other.
  const results: Check[] = [];
  for (let at = 0; at < runs.length; at += 2)
    results.push(...(await Promise.all(runs.slice(at, at + 2).map((run) => run()))));
  return [contract, ...roots.map(({ root, names }) => tryRoot(root, names)), ...results];
}
