import type { Platform } from './platform.ts';
import type { Fault, Plan, PlanPart } from './plan.ts';
import type { Check } from './smoke/smoke.ts';
import type { StepResult, StepStatus } from './steps.ts';
import type { Found } from './versions.ts';

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** A fault as it is told: what is wrong, and what to do. */
function faultText({ message, hint }: Pick<Fault, 'message' | 'hint'>): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

/** Step 1. */
export function platformResult(platform: Platform): StepResult {
  const summary = [platform.name, platform.version].filter((part) => part !== undefined).join(' ');
  return platform.warning === undefined
    ? { status: 'ok', summary, notes: [] }
    : { status: 'warn', summary, notes: [platform.warning] };
}

function foundNotes({ runtime, presence, version, gate, fault }: Found): string[] {
  const { name, program } = runtime;
  const absent = presence.program === undefined && presence.folder === undefined;
  const older = gate.missing.map(({ what, since }) => `${what} (from ${since})`).join(', ');
  return [
    ...(absent
      ? [`${name} was not found (no \`${program}\` on PATH, no settings): it is wired for when it comes`]
      : []),
    ...(fault === undefined ? [] : [`${name}: ${fault}`]),
    ...(gate.state === 'not wired' ? [`${name} ${version} is too old and is left alone: it lacks ${older}`] : []),
    ...(gate.state === 'degraded' ? [`${name} ${version} lacks ${older}`] : []),
  ];
}

/** Step 2. `asked`: the runtimes were named by the person, so one that cannot be wired is a failure. */
export function runtimesResult(found: readonly Found[], asked: boolean): StepResult {
  const notes = found.flatMap(foundNotes);
  const names = found.map(({ runtime, version }) =>
    version === undefined ? runtime.name : `${runtime.name} ${version}`,
  );
  const tooOld = found.some(({ gate }) => gate.state === 'not wired');
  const status: StepStatus = tooOld && asked ? 'failed' : notes.length > 0 || found.length === 0 ? 'warn' : 'ok';
  if (found.length === 0)
    return {
      status,
      summary: 'none found',
      notes: [
        'no runtime was found on PATH or by its settings; name one to wire it all the same: --runtime claude-code',
      ],
    };
  return { status, summary: names.join(', '), notes };
}

function partResult(part: PlanPart, summary: string): StepResult {
  const status = part.faults.length > 0 ? 'failed' : part.changes.length > 0 ? 'changed' : 'ok';
  return { status, summary, notes: [...part.faults.map(faultText), ...part.notes] };
}

/** Step 5. */
export function skillsResult({ skills, served }: Plan): StepResult {
  const roots = served.map(({ root, form, skills: names }) => {
    if (form === 'none') return `${root}: none linked`;
    if (form === 'whole' || form === 'own') return `${root}: one link for all ${names.length}`;
    return form === 'failed' ? `${root}: left alone` : `${root}: ${count(names.length, 'skill')}`;
  });
  return partResult(skills, roots.length === 0 ? 'none to serve' : roots.join(', '));
}

/** Step 6. `remarks`: whether what has to be said of each runtime that is wired is said. */
export function hooksResult({ runtimes }: Plan, remarks: boolean): StepResult {
  const faults = runtimes.flatMap(({ fault }) => (fault === undefined ? [] : [faultText(fault)]));
  const changed = runtimes.filter(({ changes }) => changes.length > 0);
  const notes = runtimes.flatMap((plan) => [
    ...plan.notes,
    ...(remarks && plan.fault === undefined
      ? plan.runtime.remarks.map((remark) => `${plan.runtime.name}: ${remark}`)
      : []),
  ]);
  const good = runtimes.length - faults.length;
  return {
    status: faults.length > 0 ? 'failed' : changed.length > 0 ? 'changed' : 'ok',
    summary: `${good} of ${count(runtimes.length, 'runtime')}${changed.length > 0 ? `, ${changed.length} changed` : ''}`,
    notes: [...faults, ...notes],
  };
}

/** Step 7. */
export function instructionsResult({ instructions }: Plan): StepResult {
  const files = new Set(
    instructions.changes.flatMap((change) =>
      change.kind === 'write' || change.kind === 'remove' ? [change.path] : [],
    ),
  );
  return partResult(instructions, files.size > 0 ? count(files.size, 'file') : 'as they should be');
}

/** Step 9. */
export function smokeResult(checks: readonly Check[]): StepResult {
  const worst = (['failed', 'warn'] as const).find((level) => checks.some(({ status }) => status === level));
  const good = checks.filter(({ status }) => status === 'ok').length;
  return {
    status: worst ?? 'ok',
    summary: `${good} of ${count(checks.length, 'check')} passed`,
    notes: checks.filter(({ status }) => status !== 'ok').map(({ name, message }) => `${name}: ${message}`),
  };
}

const firstNext = {
  planned: 'carry the plan out: the same command with --apply',
  failed: 'mend what failed above and run this again; what did not fail is set up',
  done: 'start an agent anew (a running one keeps its old settings), and name a skill in a prompt: its loader is there',
} as const;

/** Step 10: three lines, by how the machine stands now. */
export function nextLines(tree: string, state: keyof typeof firstNext): string[] {
  return [
    firstNext[state],
    `see what a prompt would bring: snappy match "your prompt" --explain --tree ${tree}`,
    'look it over at any time: snappy status, snappy doctor; be rid of it: snappy uninstall',
  ];
}
