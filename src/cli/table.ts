import type { Command, Flag } from './command.ts';

const tree: Flag = { flags: '--tree <dir>', summary: 'the tree to work on (default: the nearest one, then ~/snappy-os)' };

/** Every command, in the order `--help` and the README show them. */
export const commands: readonly Command[] = [
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
