import fs from 'node:fs';
import path from 'node:path';
import { builtProgram, makeScene } from './program.ts';
import type { Ended, Scene } from './program.ts';

/** Machines that share a tree by a remote of git's, each with a clone and an id of its own. */
export interface SyncWorld {
  readonly scene: Scene;
  /** Where a machine's tree is. */
  readonly tree: (machine: string) => string;
  readonly sync: (machine: string, ...args: string[]) => Ended;
  readonly git: (machine: string, ...args: string[]) => string;
  readonly read: (machine: string, file: string) => string;
  readonly write: (machine: string, file: string, text: string) => void;
  /** Puts a line below a heading of a loader. */
  readonly learn: (machine: string, line: string, heading?: string) => void;
}

export const loader = 'state/skills/skill/AGENTS.md';

/** Makes machines whose trees are clones of one; the first has laid it and pushed it. */
export function makeSyncWorld(...machines: readonly [string, ...string[]]): SyncWorld {
  const scene = makeScene();
  scene.write('home/.gitconfig', '[user]\n\tname = Ann\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n');
  const tree = (machine: string): string => path.join(scene.dir, machine);
  const remote = path.join(scene.dir, 'remote.git');
  const [first, ...others] = machines;
  const world: SyncWorld = {
    scene,
    tree,
    sync: (machine, ...args) => scene.snappy('sync', '--tree', tree(machine), ...args),
    git: (machine, ...args) => scene.git(tree(machine), ...args),
    read: (machine, file) => fs.readFileSync(path.join(tree(machine), file), 'utf8'),
    write(machine, file, text) {
      fs.mkdirSync(path.dirname(path.join(tree(machine), file)), { recursive: true });
      fs.writeFileSync(path.join(tree(machine), file), text);
    },
    learn(machine, line, heading = '## Known Pitfalls') {
      world.write(machine, loader, world.read(machine, loader).replace(`${heading}\n`, `${heading}\n${line}\n`));
    },
  };
  scene.snappy('init', tree(first));
  scene.run('git', 'init', '--quiet', '--bare', remote);
  world.git(first, 'remote', 'add', 'origin', remote);
  world.git(first, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  for (const machine of others) scene.run('git', 'clone', '--quiet', remote, tree(machine));
  for (const machine of machines) {
    world.write(
      machine,
      'state/log/.machine_id',
      `${Buffer.from(machine).toString('hex').padStart(12, '0').slice(-12)}\n`,
    );
    // What is there is taken as the beginning, as after an install.
    scene.snappy('regen', 'notice', '--tree', tree(machine));
  }
  return world;
}

/**
 * Makes a `git` that counts the calls between which something changes (index, branch, a file, the remote) and kills whoever
 * called it after the `at`-th; how many calls there were is in `calls`.
 */
export function layKillingGit(scene: Scene, at: number): { readonly env: NodeJS.ProcessEnv; readonly calls: string } {
  const real = scene.run('sh', '-c', 'command -v git').stdout.trim();
  const calls = path.join(scene.dir, `calls-${at}`);
  const script = `#!/bin/sh
${real} "$@"
status=$?
case " $* " in *" update-index -z "*|*" update-ref "*|*" --filters "*|*" push "*)
  echo "$*" >> '${calls}'
  if [ "$(wc -l < '${calls}')" -eq ${at} ]; then kill -9 $PPID; fi ;;
esac
exit $status
`;
  const folder = path.join(scene.dir, `git-${at}`);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'git'), script, { mode: 0o755 });
  return { env: { ...scene.env, PATH: `${folder}${path.delimiter}${scene.env['PATH'] ?? ''}` }, calls };
}

export { builtProgram };
