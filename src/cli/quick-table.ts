import type { Command, Flag } from './command.ts';
import { apply, tree } from './flags.ts';

const scope: Flag = { flags: '--scope <state|all>', summary: 'state/ alone (default), or program.md and sources/ too' };
const repo: Flag = { flags: '--repo <os|kernel>', summary: 'the tree (default), or the reference library' };

export const index: Command = {
  name: 'index',
  args: [],
  summary: 'compile the index that the hook matches against',
  flags: [tree, { flags: '--if-stale', summary: 'do nothing when no skill is newer than the index' }],
  load: async () => (await import('./commands/index-skills.ts')).indexSkills,
};

export const log: Command = {
  name: 'log',
  args: ['<skill>', '<what>'],
  summary: 'note what a loader lacked: one feedback row, fixed or not',
  flags: [
    tree,
    { flags: '--fixed', summary: 'the loader was changed (default kind: loader-rewritten)' },
    { flags: '--logged', summary: 'it was not; somebody should (this is the default)' },
    {
      flags: '--action-kind <kind>',
      summary: 'shape-ok, skill-ran, loader-rewritten or pattern-elevated; answers the brief of that kind',
    },
  ],
  load: async () => (await import('./commands/log.ts')).log,
};

export const regenDrain: Command = {
  name: 'regen drain',
  args: ['[skill]'],
  summary: 'turn edits, graded runs and feedback into briefs; the hook does it when a turn stops',
  flags: [
    tree,
    { flags: '--runtime <id>', summary: 'for the hook: the agent program that stopped' },
    { flags: '--session <id>', summary: 'for the hook: its session' },
    { flags: '--work <kind>', summary: 'for a drain in the background: work off the brief of this kind, and end' },
  ],
  load: async () => (await import('./commands/regen-drain.ts')).regenDrain,
};

export const regenNotice: Command = {
  name: 'regen notice',
  args: [],
  summary: 'record what has changed in skills since the last look; the hook does it after an edit',
  flags: [
    tree,
    { flags: '--runtime <id>', summary: 'for the hook: the agent program that saw it' },
    { flags: '--session <id>', summary: 'for the hook: its session' },
    { flags: '--how <way>', summary: 'for the hook: tool, watched or found (default: found)' },
  ],
  load: async () => (await import('./commands/regen-notice.ts')).regenNotice,
};

export const push: Command = {
  name: 'push',
  args: [],
  summary: 'send what has changed here to the gateway',
  flags: [
    tree,
    scope,
    repo,
    { flags: '--tier <tier>', summary: 'where what is new goes: private, team:<slug>, subscriber or public' },
    { flags: '--auto', summary: 'for the loop: push state/ without asking, if that was consented to' },
    { flags: '--allow-for <time>', summary: 'with --auto: consent to it for this long, such as 30d' },
    { flags: '--delete', summary: 'also where more than half of what the gateway has would be deleted' },
    apply,
  ],
  load: async () => (await import('./commands/push.ts')).push,
};

export const pull: Command = {
  name: 'pull',
  args: [],
  summary: 'bring in what is new at the gateway; what both sides changed is merged',
  flags: [tree, scope, repo, apply],
  load: async () => (await import('./commands/pull.ts')).pull,
};

/** What agents and the loop run many times a day: these are in the small bundle (docs/decisions/bundled-files.md). */
export const quickCommands: readonly Command[] = [index, log, regenDrain, regenNotice, push, pull];
