import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { findProgram } from '../core/find-program.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { runHook } from '../hook/run.ts';
import { readSkills } from '../skills/read.ts';
import type { Diagnosis } from './diagnosis.ts';
import { indexTime } from './index-check.ts';

const windows = process.platform === 'win32';

/** The programs the hook stands on, and what fails without each. */
const programs: readonly (readonly [name: string, without: string])[] = [
  ['sh', 'no hook runs'],
  ['awk', 'no prompt gets a loader'],
  ['node', 'an edited skill is not noticed until snappy index is run'],
];

function finding(message: string, fix: string, file: string = layout.hook): Finding {
  return { rule: 'hook', path: file, line: 1, message, fix };
}

/** Runs the hook on a prompt that calls a skill by its name, and looks for the loader in the answer. */
function tryHook(tree: string, env: NodeJS.ProcessEnv): Finding[] {
  const known = readSkills(tree).find(
    ({ form, loaderPath, skill }) =>
      form === 'folder' && loaderPath !== undefined && (skill.loader ?? '').trim() !== '',
  );
  if (known === undefined) return [];
  const prompt = `/${known.name}`;
  const { status, stdout } = runHook(tree, 'prompt', { hook_event_name: 'UserPromptSubmit', prompt }, { env });
  const fix = `see state/log/hook.log, and: snappy match "${prompt}" --explain`;
  if (status !== 0)
    return [finding(`on the prompt "${prompt}" it ended with ${status ?? 'a signal'}; it must always end with 0`, fix)];
  // The first lines do: a long loader is cut to what a runtime takes.
  const opening = (known.skill.loader ?? '').trim().slice(0, 400);
  if (contextOf(stdout)?.includes(opening) === true) return [];
  const got = stdout.trim() === '' ? 'nothing' : `${stdout.length} characters without it`;
  return [finding(`the prompt "${prompt}" should bring the loader ${known.loaderPath}, and brought ${got}`, fix)];
}

function contextOf(stdout: string): string | undefined {
  try {
    return (JSON.parse(stdout) as { hookSpecificOutput?: { additionalContext?: string } }).hookSpecificOutput
      ?.additionalContext;
  } catch {
    return undefined;
  }
}

/** Whether the hook can run here, and answers a known prompt with the loader it should. */
export function checkHook(tree: string, env: NodeJS.ProcessEnv): Diagnosis {
  const hook = path.join(tree, layout.hook);
  const missing = programs
    .filter(([name]) => findProgram(name, { env }) === undefined)
    .map(([name, without]) => finding(`${name} is not on PATH: ${without}`, `install ${name}, or mend PATH`));
  const stat = fs.statSync(hook, { throwIfNoEntry: false });
  if (stat === undefined)
    return { findings: [...missing, finding('it is missing', 'npx snappy-os@latest init --refresh-seed')] };
  const runnable = windows || (stat.mode & 0o111) !== 0;
  const mode = runnable
    ? []
    : [finding('it may not be run as a program, and runtimes call it as one', 'snappy doctor --fix, or chmod +x')];
  // Without an index it answers nothing, and would start a compile; the check of the index tells of that.
  const able = indexTime(tree) !== undefined && !missing.some(({ message }) => /^(sh|awk) /.test(message));
  const answers = able ? tryHook(tree, env) : [];
  return { findings: [...missing, ...mode, ...answers] };
}

/** Makes the hook a program again. */
export function repairHook(system: System, tree: string): void {
  const hook = path.join(tree, layout.hook);
  const stat = fs.statSync(hook, { throwIfNoEntry: false });
  const text = system.read(hook);
  if (windows || stat === undefined || text === undefined || (stat.mode & 0o111) !== 0) return;
  // A System writes only what differs; the mode is set with a new file.
  system.remove(hook);
  system.write(hook, text, 0o755);
}
