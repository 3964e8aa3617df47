import { findTree } from '../../core/paths.ts';
import { compileIndex } from '../../skills/compile.ts';
import type { Invocation, Outcome } from '../command.ts';

/** `snappy index`: compiles the hook's index. */
export async function indexSkills({ flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const result = compileIndex(tree, { ifStale: flags['ifStale'] === true });
  const skills = `${result.skills} skill${result.skills === 1 ? '' : 's'}`;
  return {
    text: result.compiled ? '' : `The index of ${skills} is up to date.`,
    data: { tree, ...result },
    ok: true,
    changed: result.compiled ? `the index of ${tree} (${skills}, ${result.read.length} read anew)` : undefined,
  };
}
