import type { Flag } from './command.ts';

/** The tree that a command works on; every command but `init` takes it. */
export const tree: Flag = {
  flags: '--tree <dir>',
  summary: 'the tree to work on (default: the nearest one, then ~/snappy-os)',
};

/** Of every command that changes something outside the tree, or remote. */
export const apply: Flag = { flags: '--apply', summary: 'carry the plan out; without it nothing is changed' };
