import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { formatBrief } from '../../../seed/state/lib/brief.ts';
import { isLoaderFile, readTreeSkill } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { withLock } from '../../core/lock.ts';
import { layout } from '../../core/paths.ts';
import { runProgram } from '../../core/run-program.ts';
import type { Ended } from '../../core/run-program.ts';
import { realSystem } from '../../core/system.ts';
import { drain } from '../briefs/drain.ts';
import { readRegenConfig } from '../config.ts';
import { dispatchProgram, isAgreed } from '../dispatch.ts';
import { noticeEdits } from '../edits/notice.ts';
import { withRegenLock } from '../regen-lock.ts';
import { insideEnv } from '../session-env.ts';
import { lintCopy, refusalsOf } from './check-result.ts';
import type { ResultCheck } from './check-result.ts';
import { isForBackground } from './choose.ts';
import { promptFor } from './prompt.ts';
import { isInside } from './start.ts';
import { takeResult } from './take-result.ts';
import { aboutOf, mayTry, noteTry, readTries, workFolder } from './tries.ts';
import { makeCopy, readCopy, readNotes, sweepCopies } from './work-copy.ts';

/** An agent that is not done by then is stopped, in milliseconds. */
const longestRun = 10 * 60 * 1000;
/** Agents tell what they do at length; nobody reads it. In bytes; one that prints more is stopped. */
const mostOutput = 32 * 1024 * 1024;

/** Which brief is to be worked off, and in which environment. */
export interface Work {
  readonly skill: string;
  readonly kind: string;
  readonly env: NodeJS.ProcessEnv;
  /** In milliseconds; default ten minutes. */
  readonly timeout?: number;
}

/** How it ended. */
export interface WorkEnd {
  readonly end: 'taken' | 'refused' | 'failed' | 'not tried';
  /** One line each; empty for `taken`. */
  readonly why: readonly string[];
}

type Prepared = ResultCheck & { readonly runtime: string; readonly session: string };

/** Makes the copy, and notes the start before anything is started; a reason instead where the brief is not to be tried. */
async function prepare(tree: string, { skill, kind }: Work, runtime: string): Promise<Prepared | string> {
  const system = realSystem();
  sweepCopies(system, tree);
  return withRegenLock(tree, async () => {
    const now = new Date();
    await noticeEdits(system, tree, { runtime: 'none', session: '', how: 'found' }, now);
    const { briefs, states } = await drain(system, tree, { now, skill });
    const brief = briefs.find((one) => one.kind === kind);
    const state = states.find((one) => one.skill === skill);
    if (brief === undefined || state === undefined) return 'the brief is closed';
    if (!isForBackground(brief)) return 'the brief is one that a person looks at';
    if (!mayTry(readTries(tree), brief, now.getTime())) return 'it was tried within the hour, or three times already';
    const base = readTreeSkill(tree, skill);
    if (base === undefined) return 'the skill cannot be read whole';
    const session = randomUUID();
    const copy = makeCopy(system, tree, { skill, base, brief: formatBrief(brief), id: session.slice(0, 8) });
    noteTry(tree, {
      ts: now.toISOString(),
      skill,
      kind,
      about: aboutOf(brief),
      runtime,
      session,
      end: 'started',
      why: [],
    });
    return { tree, copy, brief, state, findings: lintCopy(tree, copy), runtime, session };
  });
}

function runAgent({ tree, copy, runtime, session }: Prepared, { env, timeout = longestRun }: Work): Promise<Ended> {
  const flat = copy.base.has(`${copy.skill}.md`) && !copy.base.has('SKILL.md');
  const inSkills = (name: string): string => [layout.skills, ...(flat ? [] : [copy.skill]), name].join('/');
  const loader = [...copy.base.keys()].find((name) => isLoaderFile(copy.skill, name));
  const prompt = promptFor(
    copy.skill,
    inSkills(loader ?? (flat ? `${copy.skill}.agents.md` : 'AGENTS.md')),
    inSkills(flat ? `${copy.skill}.md` : 'SKILL.md'),
  );
  const { program, args } = dispatchProgram(tree, runtime, { prompt, session }, env);
  return runProgram(program, args, {
    env: insideEnv(env, 'regen'),
    cwd: copy.folder,
    timeout,
    limit: mostOutput,
    killsLeftovers: true,
  });
}

function whyFailed({ status, fault, stderr }: Ended): string | undefined {
  if (status === 0) return undefined;
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  return `the agent program ${fault ?? `ended with status ${status}`}${said === '' ? '' : `: ${said}`}`;
}

async function finish(prepared: Prepared, ended: Ended): Promise<WorkEnd> {
  const { tree, copy, brief, runtime, session } = prepared;
  const failed = whyFailed(ended);
  if (failed !== undefined) return { end: 'failed', why: [failed] };
  const result = readCopy(copy);
  const why = await refusalsOf(prepared, result, readNotes(copy));
  if (result === undefined || why.length > 0) return { end: 'refused', why };
  const system = realSystem();
  try {
    await withRegenLock(tree, async () => {
      await takeResult(system, tree, { copy, result, brief, by: { runtime, session } }, new Date());
      await drain(system, tree, { now: new Date() });
    });
  } catch (cause) {
    if (cause instanceof SnappyError && cause.code === 'refused') return { end: 'refused', why: [cause.message] };
    throw cause;
  }
  return { end: 'taken', why: [] };
}

function noteEnd({ tree, brief, runtime, session }: Prepared, { end, why }: WorkEnd): void {
  if (end === 'not tried') return;
  const { skill, kind } = brief;
  noteTry(tree, {
    ts: new Date().toISOString(),
    skill,
    kind,
    about: aboutOf(brief),
    runtime,
    session,
    end,
    why: [...why],
  });
}

function noteFailure(prepared: Prepared, cause: unknown): void {
  try {
    noteEnd(prepared, { end: 'failed', why: [cause instanceof Error ? cause.message : String(cause)] });
  } catch {
    // A disk that is full: the start is noted, and the cause is what is told.
  }
}

async function tryOnce(prepared: Prepared, work: Work): Promise<WorkEnd> {
  try {
    const end = await finish(prepared, await runAgent(prepared, work));
    noteEnd(prepared, end);
    return end;
  } catch (cause) {
    noteFailure(prepared, cause);
    throw cause;
  }
}

/**
 * Works one brief off: starts the configured runtime in a copy of the skill, waits for it, and takes what it leaves if it
 * may be taken. One at a time for a tree. What happened is in `tries.ndjson`; a try that fails or is refused changes
 * nothing. Throws `refused` where the tree's owner has not agreed, `failure` while another one is at work.
 */
export async function workBrief(tree: string, work: Work): Promise<WorkEnd> {
  const { mode, runtime, command } = readRegenConfig(tree);
  if (mode !== 'background' || runtime === null) {
    throw new SnappyError('refused', 'nothing is started in the background here', {
      hint: 'to have it so: snappy regen mode background --runtime <id>',
    });
  }
  if (!isAgreed(tree, runtime, command)) {
    throw new SnappyError('refused', `${runtime} is not started by the command that was agreed to`, {
      hint: `look at it in ${layout.dispatch}, and agree anew: snappy regen mode background --runtime ${runtime}`,
    });
  }
  if (isInside(work.env)) {
    throw new SnappyError('refused', 'this was started by an agent that was itself started in the background', {
      hint: 'nothing was started',
    });
  }
  return withLock(path.join(tree, workFolder, 'lock'), { waitMs: 0 }, async () => {
    try {
      const prepared = await prepare(tree, work, runtime);
      if (typeof prepared === 'string') return { end: 'not tried', why: [prepared] };
      return await tryOnce(prepared, work);
    } finally {
      sweepCopies(realSystem(), tree);
    }
  });
}
