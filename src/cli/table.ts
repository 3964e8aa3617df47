import type { Command, Flag } from './command.ts';
import { tree } from './flags.ts';
import { gatewayCommands } from './gateway-table.ts';
import { loopCommands } from './loop-table.ts';
import { index } from './quick-table.ts';

const wiring: readonly Flag[] = [
  tree,
  { flags: '--runtime <names>', summary: 'only these runtimes, with commas between (default: all that are found)' },
  {
    flags: '--project <dir>',
    summary: 'the instruction files of this project, instead of those of the user (uninstall: these alone)',
  },
  { flags: '--home <dir>', summary: "another home folder than the user's own" },
  { flags: '--apply', summary: 'carry the plan out; without it nothing is changed' },
];

/** Every command, in the order `--help` and the README show them. */
export const commands: readonly Command[] = [
  {
    name: 'init',
    args: ['[dir]'],
    summary: 'lay a tree (default: ~/snappy-os), or complete a half-finished one',
    flags: [
      { flags: '--no-git', summary: 'make no git repository of it' },
      {
        flags: '--refresh-seed',
        summary: "bring the seed's files of a tree up to date; files changed here are refused (status 3)",
      },
      { flags: '--force', summary: 'with --refresh-seed: replace those too, and keep yours as .bak' },
      { flags: '--keep', summary: 'with --refresh-seed: keep yours, and count the new version as seen' },
    ],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'install',
    args: [],
    summary: 'wire the agent programs of this machine to the tree: hooks, skill links, instructions',
    flags: [
      ...wiring,
      { flags: '--check', summary: 'change nothing; exit 1 if anything would be changed' },
      { flags: '--invite <url>', summary: "join a gateway first, and bring in what it has for this machine's agents" },
      {
        flags: '--links <which>',
        summary: 'link `all`, `pinned` or `none` of the skills (default: as many as the runtimes can list)',
      },
      { flags: '--cron', summary: 'let cron run the doctor once a day' },
      {
        flags: '--trust-codex-hooks',
        summary: 'have Codex trust our hooks without your own look at them in /hooks',
      },
    ],
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
    name: 'status',
    args: [],
    summary: 'the four scopes at a glance: this machine, your tenant, shared state, globally',
    flags: [
      tree,
      { flags: '--repo <os|kernel>', summary: 'what differs between the tree, or the library, and the gateway' },
    ],
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'doctor',
    args: [],
    summary: 'examine the tree: skills, eval rows, seed files, index, hook, secrets, machine id; exit 1 on a finding',
    flags: [
      tree,
      {
        flags: '--fix',
        summary: 'cure what needs no decision: the index, modes of the hook and .env.cache, the machine id',
      },
      { flags: '--silent', summary: 'for cron: print nothing when all is well, and read no graded run' },
    ],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'skill new',
    args: ['<name>'],
    summary: 'lay a new skill, with prompts to the writer in every section',
    flags: [tree],
    load: async () => (await import('./commands/skill-new.ts')).skillNew,
  },
  {
    name: 'skill list',
    args: [],
    summary: 'list the skills of the tree',
    flags: [tree],
    load: async () => (await import('./commands/skill-show.ts')).skillList,
  },
  {
    name: 'skill show',
    args: ['<name>'],
    summary: 'show what was read from one skill',
    flags: [tree],
    load: async () => (await import('./commands/skill-show.ts')).skillShow,
  },
  {
    name: 'skill lint',
    args: ['[names...]'],
    summary: 'hold skills to the rules: shape, limits, sections, links, names, triggers, evals',
    flags: [tree, { flags: '--fix', summary: 'repair what a program can' }],
    load: async () => (await import('./commands/skill-lint.ts')).skillLint,
  },
  {
    name: 'migrate',
    args: [],
    summary: 'move flat skills and the old feedback log to the layout of today',
    flags: [tree, { flags: '--apply', summary: 'carry the plan out; without it nothing is changed' }],
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'match',
    args: ['[prompt]'],
    summary: 'print what the hook would put in front of an agent for this prompt',
    flags: [
      tree,
      { flags: '--explain', summary: 'say why each skill was chosen or passed over' },
      {
        flags: '--eval <skill>',
        summary: "hold a skill's triggers to the prompts in its evals/ folder (`all` for every skill)",
      },
    ],
    load: async () => (await import('./commands/match.ts')).match,
  },
  index,
  {
    name: 'alert',
    args: ['<cause>'],
    summary: 'note in the tree, and tell the gateway, that something needs a person: once in an hour for one cause',
    flags: [tree],
    load: async () => (await import('./commands/alert.ts')).alert,
  },
  ...loopCommands,
  ...gatewayCommands,
];
