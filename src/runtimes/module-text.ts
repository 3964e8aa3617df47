import { hookPath } from './hook-command.ts';
import type { Wiring } from './row.ts';

/** A module of the tree that runs inside a runtime, with the path of the hook program it calls filled in. */
export function moduleText({ tree, seedText }: Wiring, name: string): string {
  // The module has the path as a string in single quotes; JSON's escapes are JavaScript's.
  return seedText(`modules/${name}`).replace("'@HOOK@'", () => JSON.stringify(hookPath(tree)));
}
