import type { Flag } from './command.ts';

/** The tree that a command works on; every command but `init` takes it. */
export const tree: Flag = {
  flags: '--tree <dir>',
  summary: 'the tree to work on (default: the nearest one, then ~/snappy-os)',
};
