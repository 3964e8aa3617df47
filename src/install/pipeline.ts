import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { explainDiskError } from '../core/disk-error.ts';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { runtimes as table } from '../runtimes/table.ts';
import { applyPlan, journalOf } from './apply-plan.ts';
import { applyCrontab, planCrontab, type CronPlan } from './cron/plan.ts';
import { canonicalStep, masterKeyStep, type AskGateway, type JoinAhead } from './remote/gateway-steps.ts';
import type { LinksMode } from './links/plan.ts';
import { readPlatform } from './platform.ts';
import { planInstall, planUninstall, type Plan, type PlanRequest } from './plan.ts';
import { encodeReport, reportFile, type BootstrapReport } from './report.ts';
import type { Check } from './smoke/smoke.ts';
import { smokeStep } from './smoke/smoke-step.ts';
import { grantTrust, withTrust } from './smoke/trust.ts';
import { readRecord, writeRecord, type TrustRecord } from './record.ts';
import {
  hooksResult,
  instructionsResult,
  nextLines,
  platformResult,
  runtimesResult,
  skillsResult,
  smokeResult,
} from './step-results.ts';
import { anyFailed, stepRunner, type Step, type StepRunner } from './steps.ts';
import type { VersionCache } from '../runtimes/version-ask.ts';
import { findRuntimes, writeCache, type Found } from './versions.ts';

/** What the person has asked for. */
export interface PipelineRequest {
  readonly command: 'install' | 'uninstall';
  /** `ask`: the plan is shown, and carried out after a yes. `check`: like a plan, for a program. */
  readonly mode: 'plan' | 'check' | 'ask' | 'apply';
  readonly tree: string;
  readonly place: Place;
  /** Those named by the person; `undefined` for all that are found (install) or known (uninstall). */
  readonly named: readonly Runtime[] | undefined;
  readonly links: LinksMode | undefined;
  readonly project: string | undefined;
  readonly cron: boolean;
  /** Have the runtimes that run only trusted hooks trust ours: it passes over the user's own review. */
  readonly trust: boolean;
  readonly now: Date;
  /** The version of this program. */
  readonly version: string;
  readonly askGateway: AskGateway;
  /** In a plan: the gateway that is joined before the rest is done. */
  readonly joining?: JoinAhead | undefined;
}

/** The person at the terminal, or nobody. */
export interface Attendant {
  /** Hears of each step as it ends. */
  tell(step: Step): void;
  /** Sees the plan, and says yes or no. */
  consent(preview: Preview): Promise<boolean>;
  /** Hears that somebody else is at it, and is waited for. */
  wait(who: string): void;
  /** Asked for the master key, without an echo; absent where nobody can be asked. */
  readonly secret?: (() => Promise<string | undefined>) | undefined;
}

/** What would be done, as it is shown. */
export interface Preview {
  readonly plan: Plan;
  readonly cron: CronPlan;
  /** An earlier run that was cut off: it is undone first. */
  readonly interrupted: boolean;
}

/** How the pipeline ended. */
export interface PipelineResult extends Preview {
  readonly report: BootstrapReport;
  /** Whether the master key was stored, which is in no plan. */
  readonly stored: boolean;
  readonly applied: boolean;
}

/** Whether the plan asks for anything at all. */
export function isEmpty({ plan, cron, interrupted }: Preview): boolean {
  return plan.changes.length === 0 && cron.before === cron.after && !interrupted;
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** What one run knows and does; each method is one step, or one part of the way. */
class Run {
  readonly runner: StepRunner;
  readonly #system: System;
  readonly #request: PipelineRequest;
  readonly #attendant: Attendant;
  #platform = '';
  #found: readonly Found[] = [];
  #cache: VersionCache = {};
  #asked: readonly TrustRecord[] = [];

  constructor(system: System, request: PipelineRequest, attendant: Attendant) {
    this.#system = system;
    this.#request = request;
    this.#attendant = attendant;
    this.runner = stepRunner((step) => attendant.tell(step));
  }

  async lookAround(): Promise<void> {
    const { command, tree, place, named } = this.#request;
    await this.runner.run(1, 'platform', async () => {
      const platform = readPlatform({
        platform: process.platform,
        release: os.release(),
        readFile: readText,
        env: place.env,
      });
      this.#platform = [platform.name, platform.version].filter((part) => part !== undefined).join(' ');
      return [platformResult(platform), undefined];
    });
    await this.runner.run(2, 'runtimes', async () => {
      const { found, cache } = await findRuntimes(this.#system, tree, place, named ?? table);
      const present = found.filter(({ presence }) => presence.program !== undefined || presence.folder !== undefined);
      this.#cache = cache;
      // What was wired once is taken out also where the program has gone.
      this.#found = command === 'uninstall' || named !== undefined ? found : present;
      return [
        runtimesResult(named === undefined ? present : found, named !== undefined && command === 'install'),
        undefined,
      ];
    });
  }

  async #plan(): Promise<Plan> {
    const { command, tree, place, now, links, project, trust, mode } = this.#request;
    const fit = this.#found.filter(({ gate }) => command === 'uninstall' || gate.state !== 'not wired');
    const wanted: PlanRequest = { tree, place, runtimes: fit.map(({ runtime }) => runtime), now, links, project };
    if (command === 'uninstall') return planUninstall(this.#system, wanted);
    const plan = planInstall(this.#system, wanted);
    // In a plan no program is started but for its version.
    if (!trust || mode === 'plan' || mode === 'check') return plan;
    const { trust: trusted, notes } = await grantTrust(this.#system, tree, place, fit, plan.changes);
    const next = planInstall(this.#system, { ...wanted, trust: trusted });
    return { ...next, notes: [...next.notes, ...notes] };
  }

  #stepsOf(plan: Plan): readonly Step[] {
    const isInstall = this.#request.command === 'install';
    return [
      { step: 5, name: 'skills', ms: plan.ms.skills, ...skillsResult(plan) },
      { step: 6, name: 'hooks', ms: plan.ms.hooks, ...hooksResult(plan, isInstall) },
      { step: 7, name: 'instructions', ms: plan.ms.instructions, ...instructionsResult(plan) },
    ];
  }

  async preview(): Promise<Preview> {
    const { command, tree, place, cron, named, project } = this.#request;
    const plan = await this.runner.run(0, 'plan', async () => {
      const made = await this.#plan();
      const count = made.changes.length;
      const summary = count === 0 ? 'nothing to change' : `${count} changes; every target was read and validated`;
      return [{ status: 'ok', summary, notes: made.notes } as const, made];
    });
    for (const step of this.#stepsOf(plan)) this.runner.add(step);
    const crontab = await this.runner.run(8, 'cron', async () => {
      // The crontab is the caller's own: another home has another.
      // It serves all runtimes, and goes with the last of them.
      const leaves = command === 'uninstall' && named === undefined && project === undefined;
      const wanted = (cron || leaves) && place.home === os.homedir();
      const made = await planCrontab(place, {
        command,
        wanted,
        tree,
        node: process.execPath,
        platform: process.platform,
      });
      return [made.result, made];
    });
    return { plan, cron: crontab, interrupted: fs.existsSync(journalOf(tree)) };
  }

  /** Carries the plan out, alone, with a way back on the disk; what a run that was cut off has done is undone first. */
  async apply(preview: Preview): Promise<Preview> {
    const { tree, command, mode } = this.#request;
    const onWait = (who: string): void => this.#attendant.wait(who);
    const { plan, notes } = await applyPlan(
      this.#system,
      { tree, label: command, seen: mode === 'ask', onWait },
      preview.plan,
      () => this.#plan(),
    );
    // Made anew, as another run was at it until this one was alone: what was planned before is no longer what is told.
    if (plan !== preview.plan) for (const step of this.#stepsOf(plan)) this.runner.replace(step);
    return { ...preview, plan: { ...plan, notes: [...plan.notes, ...notes] }, interrupted: false };
  }

  /** Writes the crontab: a command, not a file, that no journal can undo, so it comes last and fails by itself. */
  async applyCron({ cron }: Preview): Promise<void> {
    try {
      await applyCrontab(this.#request.place, cron);
    } catch (cause) {
      if (!(cause instanceof SnappyError)) throw cause;
      const notes = cause.hint === undefined ? [] : [cause.hint];
      this.runner.replace({ step: 8, name: 'cron', ms: 0, status: 'failed', summary: cause.message, notes });
    }
  }

  /** The two steps that look at the gateway. Gives whether a key was stored. */
  async gateway(applying: boolean): Promise<boolean> {
    const { tree, place, askGateway, joining } = this.#request;
    const prompt = this.#attendant.secret;
    const stored = await this.runner.run(3, 'master key', async () => {
      const result = await masterKeyStep({ tree, env: place.env, applying, prompt, joining });
      return [result, applying && result.status === 'changed'];
    });
    await this.runner.run(4, 'canonical', async () => [await canonicalStep({ tree, askGateway, joining }), undefined]);
    return stored;
  }

  /** Tries what was set up. In a plan there is nothing to try yet. */
  async smoke(preview: Preview, applying: boolean): Promise<readonly Check[]> {
    const { tree, place, askGateway } = this.#request;
    if (!applying) {
      this.runner.add({
        step: 9,
        name: 'smoke',
        ms: 0,
        status: 'skipped',
        summary: 'comes after the changes',
        notes: [],
      });
      return [];
    }
    return this.runner.run(9, 'smoke', async () => {
      const { checks, asked } = await smokeStep(this.#system, {
        tree,
        place,
        found: this.#found,
        plan: preview.plan,
        askGateway,
      });
      this.#asked = asked;
      return [smokeResult(checks), checks];
    });
  }

  report(checks: readonly Check[], applied: boolean): BootstrapReport {
    const { command, mode, now, tree, version } = this.#request;
    const versions = this.#found.flatMap((one) => (one.version === undefined ? [] : [[one.runtime.id, one.version]]));
    return {
      _v: 1,
      command,
      mode: applied ? 'apply' : mode === 'check' ? 'check' : 'plan',
      time: now.toISOString(),
      tree,
      platform: this.#platform,
      versions: { snappy: version, node: process.version, runtimes: Object.fromEntries(versions) },
      steps: this.runner.steps.toSorted((a, b) => a.step - b.step),
      checks,
    };
  }

  /** Leaves in the tree what the next run and its reader need. */
  keep(report: BootstrapReport): void {
    const { tree } = this.#request;
    const file = path.join(tree, reportFile);
    try {
      writeCache(this.#system, tree, this.#cache);
      const known = readRecord(this.#system, tree);
      if (this.#asked.length > 0)
        writeRecord(this.#system, tree, { ...known, trust: withTrust(known.trust, this.#asked) });
      this.#system.write(file, encodeReport(report));
    } catch (cause) {
      throw explainDiskError(cause, 'the changes were made, only the report of them is missing', file);
    }
  }
}

/**
 * Sets up, or takes down, the runtimes of a machine: plan, consent, changes, trial, report. Without consent nothing is
 * changed, and nothing is started but the programs' own `--version`. Throws when the changes could not be made: they are
 * undone then.
 */
export async function runPipeline(
  system: System,
  request: PipelineRequest,
  attendant: Attendant,
): Promise<PipelineResult> {
  const run = new Run(system, request, attendant);
  await run.lookAround();
  const planned = await run.preview();
  const consented =
    request.mode === 'apply' || (request.mode === 'ask' && !isEmpty(planned) && (await attendant.consent(planned)));
  const stored = request.command === 'install' && (await run.gateway(consented));
  const preview = consented && !isEmpty(planned) ? await run.apply(planned) : planned;
  if (consented) await run.applyCron(preview);
  const checks = request.command === 'install' ? await run.smoke(preview, consented) : [];
  if (request.command === 'install') {
    const failed = anyFailed(run.runner.steps);
    const isLeft = !consented && (!isEmpty(planned) || request.joining !== undefined);
    const lines = nextLines(request.tree, isLeft ? 'planned' : failed ? 'failed' : 'done');
    run.runner.add({
      step: 10,
      name: 'what next',
      ms: 0,
      status: 'ok',
      summary: lines[0] ?? '',
      notes: lines.slice(1),
    });
  }
  const report = run.report(checks, consented);
  if (consented) run.keep(report);
  return { ...preview, report, stored, applied: stored || (consented && !isEmpty(planned)) };
}
