import { startDetached } from '../../core/start-detached.ts';
import type { RegenConfig } from '../config.ts';
import { isAgreed } from '../dispatch.ts';
import { chooseBrief } from './choose.ts';

/** A brief that is given to a runtime in the background. */
export interface Started {
  readonly skill: string;
  readonly kind: string;
  readonly runtime: string;
}

/** What a start goes by. */
export interface StartOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly config: RegenConfig;
  /** The program of this tree's command line; default the one that runs. */
  readonly script?: string;
}

/** Whether this process was started by a runtime that we have started: what it starts would go round in a circle. */
export function isInside(env: NodeJS.ProcessEnv): boolean {
  return (env['SNAPPY_INSIDE'] ?? '') !== '' || (env['SNAPPY_TRIAL'] ?? '') !== '';
}

/**
 * Starts a process of our own that works one open brief off by the configured runtime, where the tree's owner has agreed
 * to that; `undefined` when there is nothing to start. Needs no lock.
 */
export function startBackground(tree: string, options: StartOptions): Started | undefined {
  const { env, now, config, script = process.argv[1] } = options;
  if (config.mode !== 'background' || config.runtime === null || isInside(env) || script === undefined)
    return undefined;
  if (!isAgreed(tree, config.runtime, config.command)) return undefined;
  const brief = chooseBrief(tree, now.getTime());
  if (brief === undefined) return undefined;
  const { skill, kind } = brief;
  startDetached(script, ['regen', 'drain', skill, '--work', kind, '--tree', tree], { cwd: tree, env });
  return { skill, kind, runtime: config.runtime };
}
