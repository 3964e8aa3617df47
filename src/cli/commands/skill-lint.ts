import path from 'node:path';
import { findTree } from '../../core/paths.ts';
import { drySystem, realSystem } from '../../core/system.ts';
import { compileIndex } from '../../skills/compile.ts';
import { updateIndexPage } from '../../skills/index-page.ts';
import { lintTree } from '../../skills/lint.ts';
import type { Repair } from '../../skills/lint.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { renderFindings } from '../findings-text.ts';

function renderRepairs(repairs: readonly Repair[], dry: boolean): string[] {
  if (repairs.length === 0) return [];
  const rows = repairs.map((repair) => [dry ? 'would repair' : 'repaired', repair.path, repair.rules.join(', ')]);
  return [alignColumns(rows)];
}

function reasonFor(findings: number, fix: boolean, planned: boolean): string | undefined {
  if (planned) return 'this is what --fix would repair';
  return findings > 0 && !fix ? 'add --fix to repair what a program can' : undefined;
}

/** `snappy skill lint`: holds skills to the rules; with `--fix` it repairs what a program can. */
export async function skillLint({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const dry = flags['dry'] === true;
  const fix = flags['fix'] === true;
  const system = dry ? drySystem() : realSystem();
  const { skills, findings, repairs } = await lintTree(system, tree, { names: args, fix });
  if (repairs.length > 0 && !dry) {
    updateIndexPage(system, tree);
    compileIndex(tree);
  }
  const left =
    findings.length === 0
      ? 'no findings'
      : `${countOf(findings.length, 'finding')}${repairs.length > 0 && !dry ? ' left' : ''}`;
  const blocks = [
    ...renderRepairs(repairs, dry),
    ...(findings.length === 0 ? [] : [renderFindings(findings)]),
    `${countOf(skills, 'skill')}: ${left}`,
  ];
  const changed = system.changes.map((change) => path.relative(tree, change.path));
  return {
    text: blocks.join('\n\n'),
    data: { tree, skills, findings, repairs, dry },
    ok: findings.length === 0,
    changed: dry || changed.length === 0 ? undefined : changed.join(', '),
    unchanged: reasonFor(findings.length, fix, dry && repairs.length > 0),
  };
}
