import fs from 'node:fs';
import * as z from 'zod/mini';
import { runProgram } from '../core/run-program.ts';
import type { RunProgram } from '../core/run-program.ts';
import type { Runtime } from './row.ts';
import { packageVersion } from './version-package.ts';
import { readVersion } from './version.ts';

const text = z.string().check(z.maxLength(8_192));

/**
 * Real path of a program -> what it told, when (milliseconds since 1970), and the file it told it as. Plain data, for the
 * caller to keep: a run in which no program has changed asks nothing.
 */
export const versionCacheSchema = z.record(
  text,
  z.strictObject({
    mtimeMs: z.number(),
    size: z.number(),
    asked: z.number(),
    version: z.optional(text),
    fault: z.optional(text),
  }),
);
export type VersionCache = z.infer<typeof versionCacheSchema>;

/** A runtime that is there as a program. */
export interface Asked {
  readonly runtime: Pick<Runtime, 'id' | 'version'>;
  /** Absolute. */
  readonly program: string;
}

export interface Answer {
  /** `undefined` when the program told none. */
  readonly version: string | undefined;
  /** Why there is none: "it did not answer `--version` within 3 s". */
  readonly fault?: string;
}

export interface AskOptions {
  readonly env: NodeJS.ProcessEnv;
  /** What the run before has given. */
  readonly cache?: VersionCache;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds for each; default 3,000. All are asked at the same time. */
  readonly timeout?: number;
  readonly run?: RunProgram;
}

const hour = 60 * 60 * 1000;
/** How long an answer holds: a shim stays the same file while what it starts is updated. */
const maxAge = 24 * hour;
/** How long a fault holds: its cause may pass, but a program that hangs must not cost each run its three seconds. */
const maxFaultAge = hour;

/**
 * Asks one program for its version. Stdout and stderr both count: Pi 0.74 prints it on stderr. What it prints before a
 * failure counts too, as long as the row's pattern finds a version in it.
 */
export async function askVersion(
  { runtime, program }: Asked,
  options: Omit<AskOptions, 'cache' | 'now'>,
): Promise<Answer> {
  const timeout = options.timeout ?? 3_000;
  const { stdout, stderr, status, fault } = await (options.run ?? runProgram)(program, ['--version'], {
    env: options.env,
    timeout,
  });
  const version = readVersion(runtime.version.exec(`${stdout}\n${stderr}`)?.[1] ?? '');
  if (version !== undefined) return { version };
  const faults = {
    'not started': 'could not be started',
    'timed out': `did not answer within ${timeout / 1_000} s`,
    'too much output': 'printed no version, and too much else',
    killed: 'was ended by a signal',
  } as const;
  const ended = status === 0 ? 'printed no version' : `ended with status ${status}`;
  return { version: undefined, fault: `${program} --version ${fault === undefined ? ended : faults[fault]}` };
}

interface Identity {
  readonly file: string;
  readonly mtimeMs: number;
  readonly size: number;
}

function identityOf(program: string): Identity | undefined {
  try {
    const file = fs.realpathSync(program);
    const { mtimeMs, size } = fs.statSync(file);
    return { file, mtimeMs, size };
  } catch {
    return undefined;
  }
}

function isFresh({ asked, version }: VersionCache[string], now: number): boolean {
  return asked <= now && now - asked < (version === undefined ? maxFaultAge : maxAge);
}

function answerOf({ version, fault }: VersionCache[string]): Answer {
  return { version, ...(fault === undefined ? {} : { fault }) };
}

/**
 * The versions of several programs, by the runtime's id, and the cache for the next run. Not started are programs that
 * an npm package tells the version of, and those that are the same file as they were less than a day ago (an hour, where
 * they told none).
 */
export async function askVersions(
  programs: readonly Asked[],
  options: AskOptions,
): Promise<{ readonly answers: ReadonlyMap<string, Answer>; readonly cache: VersionCache }> {
  const { cache = {}, now } = options;
  const next = new Map(Object.entries(cache).filter(([, entry]) => isFresh(entry, now)));
  const answers = await Promise.all(
    programs.map(async (asked): Promise<[string, Answer]> => {
      const packaged = packageVersion(asked.program);
      if (packaged !== undefined) return [asked.runtime.id, { version: packaged }];
      const identity = identityOf(asked.program);
      const known = identity === undefined ? undefined : next.get(identity.file);
      if (known !== undefined && known.mtimeMs === identity?.mtimeMs && known.size === identity.size)
        return [asked.runtime.id, answerOf(known)];
      const answer = await askVersion(asked, options);
      if (identity !== undefined) {
        const { file, mtimeMs, size } = identity;
        next.set(file, { mtimeMs, size, asked: now, ...answer });
      }
      return [asked.runtime.id, answer];
    }),
  );
  return { answers: new Map(answers), cache: Object.fromEntries(next) };
}
