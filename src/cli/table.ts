import type { Command, Flag } from './command.ts';

const tree: Flag = { flags: '--tree <dir>', summary: 'the tree to work on (default: the nearest one, then ~/snappy-os)' };

const wiring: readonly Flag[] = [
  tree,
  { flags: '--runtime <names>', summary: 'only these runtimes, with commas between (default: all that are known)' },
  { flags: '--home <dir>', summary: "another home folder than the user's own" },
  { flags: '--apply', summary: 'carry the plan out; without it nothing is changed' },
];

/** Every command, in the order `--help` and the README show them. */
export const commands: readonly Command[] = [
  {
    name: 'init',
    args: ['[dir]'],
    summary: 'lay a tree (default: ~/snappy-os), or complete a half-finished one',
    flags: [{ flags: '--no-git', summary: 'make no git repository of it' }],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'install',
    args: [],
    summary: 'wire the agent programs of this machine to the tree: hooks and skill links',
    flags: wiring,
    load: async () => (await import('./commands/install.ts')).install,
  },
  {
    name: 'uninstall',
    args: [],
    summary: 'take out what install added; every other byte stays',
    flags: wiring,
    load: async () => (await import('./commands/install.ts')).uninstall,
  },
  {
    name: 'match',
    args: ['<prompt>'],
    summary: 'print what the hook would put in front of an agent for this prompt',
    flags: [tree, { flags: '--explain', summary: 'say why each skill was chosen or passed over' }],
    load: async () => (await import('./commands/match.ts')).match,
  },
  {
    name: 'index',
    args: [],
    summary: 'compile the index that the hook matches against',
    flags: [tree, { flags: '--if-stale', summary: 'do nothing when no skill is newer than the index' }],
    load: async () => (await import('./commands/index-skills.ts')).indexSkills,
  },
];
