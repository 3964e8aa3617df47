import path from 'node:path';
import { isBelow, layout } from '../../core/paths.ts';
import type { Change } from '../../core/system.ts';
import { entryAt } from './paths.ts';

/** Where one run moves what stands in the way of links: `<run's folder>/skills/<root>/<name>`. */
export class Backups {
  readonly #tree: string;
  readonly #folder: string;
  readonly #planned = new Set<string>();

  /** `folder` is the run's own, below the tree's `_backups`; both absolute. */
  constructor(tree: string, folder: string) {
    this.#tree = tree;
    this.#folder = path.join(folder, 'skills');
  }

  /** Plans to move what stands at `file` in `root` to where nothing is and nothing else is planned to be. */
  move(root: string, file: string, name: string): { readonly to: string; readonly changes: readonly Change[] } {
    // `~/.agents/skills` -> `agents-skills`; two roots of that name are told apart by a number at the entry.
    const folder = path.join(this.#folder, root.split(path.sep).slice(-2).join('-').replace(/^\.+/, ''));
    const isFree = (to: string): boolean => !this.#planned.has(to) && entryAt(to) === undefined;
    let to = path.join(folder, name);
    for (let number = 2; !isFree(to); number++) to = path.join(folder, `${name}-${number}`);
    const changes: Change[] = [{ kind: 'rename', path: file, to }];
    if (!this.#planned.has(folder) && entryAt(folder) === undefined) changes.unshift({ kind: 'mkdir', path: folder });
    this.#planned.add(folder).add(to);
    return { to, changes };
  }

  /** How the record names a backup: relative to the tree, so that it holds when the tree moves. */
  recorded(file: string): string {
    return path.relative(this.#tree, file).split(path.sep).join('/');
  }

  /** Where a recorded backup is; `undefined` when it is gone, or when the record would lead out of the backups. */
  find(recorded: string | undefined): string | undefined {
    if (recorded === undefined) return undefined;
    const file = path.join(this.#tree, recorded);
    return isBelow(file, path.join(this.#tree, layout.backups)) && entryAt(file) !== undefined ? file : undefined;
  }
}
