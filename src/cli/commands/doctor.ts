import { findTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { examine, repairTree } from '../../tree/doctor.ts';
import type { CheckResult } from '../../tree/doctor.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';
import { homely } from '../plan-text.ts';

/** More of one check are counted, not shown. */
const shown = 20;

function renderCheck(result: CheckResult, invocation: Invocation): string {
  const paint = painter(invocation);
  const name = result.name.padEnd(20);
  const note = result.note === undefined ? '' : paint('dim', ` (${result.note})`);
  if (result.ok) return `  ${paint('green', '✓')} ${name}${paint('dim', result.good)}${note}`;
  const count = result.findings.length === 1 ? '1 finding' : `${result.findings.length} findings`;
  const lines = result.findings.slice(0, shown).map(({ path: file, line, message, fix }) => {
    const repair = fix === undefined ? '' : `\n        ${paint('cyan', `-> ${oneLine(fix, 300)}`)}`;
    return `      ${paint('bold', `${oneLine(file)}:${line}`)} ${oneLine(message, 400)}${repair}`;
  });
  const rest =
    result.findings.length > shown ? [`      … and ${result.findings.length - shown} more (--json has them all)`] : [];
  return [`  ${paint('red', '✗')} ${name}${paint('red', count)}${note}`, ...lines, ...rest].join('\n');
}

/** `snappy doctor`: examines the tree; every finding comes with its repair. Exit status 1 when there is any. */
export async function doctor(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const silent = flags['silent'] === true;
  let results = await examine(tree, env, silent);
  const wanted = flags['fix'] === true && flags['dry'] !== true;
  const repaired = wanted ? await repairTree(realSystem(), tree, env, results) : [];
  if (repaired.length > 0) results = await examine(tree, env, silent);
  const count = results.reduce((sum, { findings }) => sum + findings.length, 0);
  const ok = count === 0;
  const summary = ok
    ? 'All is well.'
    : `${count === 1 ? '1 finding' : `${count} findings`}; each one names its repair.`;
  return {
    text: [
      `The tree ${homely(tree)}`,
      '',
      ...results.map((result) => renderCheck(result, invocation)),
      '',
      summary,
    ].join('\n'),
    data: {
      ok,
      tree,
      repaired,
      checks: results.map(({ name, ok: fine, findings, note }) => ({ name, ok: fine, findings, note })),
    },
    ok,
    silent: ok && repaired.length === 0 && silent,
    changed: repaired.length > 0 ? `what ${repaired.join(', ')} had found` : undefined,
  };
}
