import { findTree } from '../../core/paths.ts';
import { drySystem, realSystem } from '../../core/system.ts';
import { takeBaseline } from '../../loop/edits/accept.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { compileIndex } from '../../skills/compile.ts';
import { updateIndexPage } from '../../skills/index-page.ts';
import { scaffoldSkill } from '../../skills/scaffold.ts';
import type { Invocation, Outcome } from '../command.ts';

/** `snappy skill new`: lays a skill to be written, and takes it into the catalog and the hook's index. */
export async function skillNew({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const name = args[0] ?? '';
  const dry = flags['dry'] === true;
  const system = dry ? drySystem() : realSystem();
  const files = scaffoldSkill(system, tree, name).map((file) => file.path);
  if (!dry) {
    updateIndexPage(system, tree);
    compileIndex(tree);
    // What is written into it from now on is an edit.
    await withRegenLock(tree, () => takeBaseline(system, tree));
  }
  const next = [
    `Next: write what is marked TODO in these two, then`,
    `  snappy skill lint ${name}`,
    `  snappy match "<a prompt that should bring it>"`,
  ];
  return {
    text: [...files, ...(dry ? [] : ['', ...next])].join('\n'),
    data: { tree, name, files, dry },
    ok: true,
    changed: dry ? undefined : `${files.join(', ')}, state/index.md and the hook's index`,
    unchanged: dry ? 'this is what would be written' : undefined,
  };
}
