import type { Command } from './command.ts';
import { apply, tree } from './flags.ts';
import { log, regenDrain, regenNotice } from './quick-table.ts';

/** The commands of the loop: graded runs, feedback, work orders, and one tree on several machines. */
export const loopCommands: readonly Command[] = [
  {
    name: 'eval add',
    args: ['[skill]'],
    summary: 'note one graded run of a skill; who did it and who graded it must differ',
    flags: [
      tree,
      { flags: '--score <number>', summary: 'from 0 to 1' },
      { flags: '--actor <session>', summary: 'the session that did the run' },
      { flags: '--auditor <session>', summary: 'the session, person or lint that graded it' },
      { flags: '--runtime <id>', summary: 'the agent program of the run, such as codex' },
      { flags: '--ok <yes|no>', summary: 'whether the run did its job (default: a score of 0.5 or more)' },
      { flags: '--issue <text>', summary: 'the main thing that went wrong, in a few words that others would use too' },
      { flags: '--run <id>', summary: 'the name of the run (default: a new one)' },
      { flags: '--rev <id>', summary: 'the revision that was graded (default: the one of now)' },
      { flags: '--mode <mode>', summary: 'manual, auto or deterministic (default: manual)' },
      { flags: '--artifact <path>', summary: 'what the run has made' },
      { flags: '--cost <usd>', summary: 'what the run has cost, in US dollars' },
      { flags: '--row <json>', summary: 'the whole row as JSON instead' },
    ],
    load: async () => (await import('./commands/eval-add.ts')).evalAdd,
  },
  {
    name: 'eval tail',
    args: ['[skill]'],
    summary: 'show the last graded runs, of one skill or of all',
    flags: [tree, { flags: '--lines <n>', summary: 'how many (default: 10)' }],
    load: async () => (await import('./commands/eval-tail.ts')).evalTail,
  },
  {
    name: 'eval run',
    args: ['<skill>'],
    summary: "grade a run by the skill's rubric: its checks by program, its judgements by another session",
    flags: [
      tree,
      { flags: '--actor <session>', summary: 'the session that did the run' },
      { flags: '--artifact <path>', summary: 'what the run has made: the folder the checks run in' },
      { flags: '--judge <runtime>', summary: 'let this agent program answer the criteria that need a judge' },
      { flags: '--runtime <id>', summary: 'the agent program of the run' },
      apply,
    ],
    load: async () => (await import('./commands/eval-run.ts')).evalRun,
  },
  {
    name: 'eval export',
    args: ['[skill]'],
    summary: "print the graded runs in the form of promptfoo's results",
    flags: [tree],
    load: async () => (await import('./commands/eval-export.ts')).evalExport,
  },
  log,
  {
    name: 'regen list',
    args: ['[skill]'],
    summary: 'explain each open brief: which rows, which rule, what would close it',
    flags: [tree],
    load: async () => (await import('./commands/regen-list.ts')).regenList,
  },
  regenDrain,
  regenNotice,
  {
    name: 'regen revert',
    args: ['<skill>'],
    summary: 'put the revision before back; the one of now is kept',
    flags: [tree, { flags: '--to <rev>', summary: 'this revision (default: the one before the one of now)' }, apply],
    load: async () => (await import('./commands/regen-revert.ts')).regenRevert,
  },
  {
    name: 'regen mode',
    args: ['[mode]'],
    summary: 'show or set how briefs are worked off: attended (default) or background',
    flags: [
      tree,
      { flags: '--runtime <id>', summary: 'the agent program that works in the background' },
      {
        flags: '--revert <ask|auto>',
        summary: 'whether a revision that did worse is put back by itself (default: ask)',
      },
      { flags: '--max-open <n>', summary: 'briefs open at once for one skill, 1 to 4 (default: 2)' },
      apply,
    ],
    load: async () => (await import('./commands/regen-mode.ts')).regenMode,
  },
  {
    name: 'skill blame',
    args: ['<name>'],
    summary: 'show for each line of a loader who added it, when, in which runtime, and the scores since',
    flags: [tree],
    load: async () => (await import('./commands/skill-blame.ts')).skillBlame,
  },
  {
    name: 'sync',
    args: [],
    summary: 'bring the tree and its git remote together, and merge what several machines have learned',
    flags: [
      tree,
      { flags: '--remote <name>', summary: 'the git remote (default: that of the branch, else origin)' },
      apply,
    ],
    load: async () => (await import('./commands/sync.ts')).sync,
  },
];
