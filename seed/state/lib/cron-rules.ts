import { readCrontab } from './crontab.ts';
import type { CronEntry } from './crontab.ts';
import type { Finding } from './finding.ts';
import { programName, programsOf } from './started-programs.ts';
import type { StartedProgram } from './started-programs.ts';

/** What the rules need to know of the tree that a crontab is held against. */
export interface CronFacts {
  /** Absolute, in each form that a line may name it by. */
  readonly trees: readonly string[];
  /** The person's home folder, absolute. */
  readonly home: string;
  /** Names of programs that are agents, besides those that are known anyway. */
  readonly agents: readonly string[];
  /** Skills with `graduation: sidecar` and `eval: deterministic`: what may run on a timer. */
  readonly sidecars: ReadonlySet<string>;
}

/** Agent programs, and the packages they are installed from. */
const agents = [
  'claude',
  'codex',
  'gemini',
  'openclaw',
  'cursor-agent',
  'windsurf',
  'pi',
  'copilot',
  'opencode',
  'qwen',
];
const agentPackages = [
  '@anthropic-ai/claude-code',
  '@openai/codex',
  '@google/gemini-cli',
  'openclaw',
  '@mariozechner/pi-coding-agent',
  '@earendil-works/pi-coding-agent',
  '@github/copilot',
  'opencode-ai',
  '@qwen-code/qwen-code',
];
/** First words with which an agent program does something else than be an agent. */
const upkeep = ['--version', '-v', '-V', 'version', '--help', '-h', 'help', 'update', 'upgrade', 'doctor', 'logout'];

/** Our own commands that read graded runs, or that a person or the hook starts. */
const notOnTimer = ['eval', 'regen', 'sync', 'status', 'skill blame', 'push', 'pull'];

const runsFile = 'state/log/evals.ndjson';
const leave = 'take the line out';

/** The agent program's name; `undefined` for any other. */
function agentOf({ path, args }: StartedProgram, more: readonly string[]): string | undefined {
  if (args[0] !== undefined && upkeep.includes(args[0])) return undefined;
  const name = programName(path);
  if (agents.includes(name) || more.includes(name)) return name;
  return agentPackages.find((pkg) => path === pkg || path.includes(`/node_modules/${pkg}/`));
}

/** Our own command line, as far as it is a command; `undefined` for any other program. */
function ownCommandOf({ path, args }: StartedProgram): string | undefined {
  if (!['snappy', 'snappy-os', 'snappy.js'].includes(programName(path))) return undefined;
  return args
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
}

type Complaint = Pick<Finding, 'message' | 'fix'>;

function checkOwnCommand(program: StartedProgram): Complaint[] {
  const words = ownCommandOf(program);
  if (words === undefined) return [];
  const command = notOnTimer.find((known) => words === known || words.startsWith(`${known} `));
  if (command !== undefined)
    return [
      { message: `runs "snappy ${command}" on a timer`, fix: `${leave}; it is for a person to start, or for the hook` },
    ];
  if (!/^doctor\b/.test(words) || program.args.includes('--silent')) return [];
  const message = 'runs "snappy doctor" on a timer, and it reads graded runs';
  return [{ message, fix: 'write doctor --silent, as "snappy install --cron" does' }];
}

/** Where in the tree a word leads: relative to it, with forward slashes. */
function insideTree(word: string, facts: CronFacts, related: boolean): string | undefined {
  const plain = word.replace(/^~(?=\/)/, facts.home);
  for (const tree of facts.trees) if (plain.startsWith(`${tree}/`)) return plain.slice(tree.length + 1);
  // After a `cd` into the tree its programs are named without it.
  return related && /^(?:\.\/)?(?:state|bin)\//.test(plain) ? plain.replace(/^\.\//, '') : undefined;
}

function checkTreeProgram(inside: string, facts: CronFacts): Complaint[] {
  const sidecar = /^state\/bin\/([^/]+)\//.exec(inside)?.[1];
  if (sidecar !== undefined) {
    if (facts.sidecars.has(sidecar)) return [];
    const message = `runs state/bin/${sidecar}/ on a timer, and ${sidecar} is no skill with graduation: sidecar and eval: deterministic`;
    return [{ message, fix: `say both in state/skills/${sidecar}/SKILL.md once they are true, or ${leave}` }];
  }
  if (inside.startsWith('state/lint/eval-row-mandatory'))
    return [{ message: `reads ${runsFile} on a timer`, fix: `${leave}; graded runs are looked at by a person` }];
  if (/^state\/(?:hooks|lib|skills)\//.test(inside))
    return [{ message: `runs ${inside} on a timer, which is no graduated skill's own program`, fix: leave }];
  return [];
}

function checkProgram(program: StartedProgram, facts: CronFacts, related: boolean): Complaint[] {
  const agent = agentOf(program, facts.agents);
  if (agent !== undefined) {
    const fix = `${leave}; what cron should do is a program of a graduated skill: state/bin/<skill>/, with eval: deterministic`;
    return [{ message: `starts the agent ${agent} on a timer`, fix }];
  }
  const words = [program.path, ...program.args, ...program.read];
  const reads = words.some((word) => word.includes(runsFile) || (related && word.includes('evals.ndjson')));
  const inside = words.flatMap((word) => insideTree(word, facts, related) ?? []);
  return [
    ...checkOwnCommand(program),
    ...(reads
      ? [
          {
            message: `reads ${runsFile} on a timer: graded runs are written, never polled`,
            fix: `${leave}; look at them with: snappy eval tail`,
          },
        ]
      : []),
    ...inside.flatMap((word) => checkTreeProgram(word, facts)),
  ];
}

/** Whether a text names a folder, and not one whose name only begins like it. */
function names(text: string, folder: string): boolean {
  for (let at = text.indexOf(folder); at !== -1; at = text.indexOf(folder, at + 1))
    if (!/[\w.-]/.test(text[at + folder.length] ?? '')) return true;
  return false;
}

function checkEntry({ command, input }: CronEntry, facts: CronFacts): Complaint[] {
  const text = `${command}\n${input}`.replaceAll(/(?<![\w/])~(?=\/)/g, facts.home);
  const related = facts.trees.some((tree) => names(text, tree));
  const found = programsOf(command, input).flatMap((program) => checkProgram(program, facts, related));
  return found.filter(({ message }, at) => found.findIndex((other) => other.message === message) === at);
}

/**
 * Lines of class A in a person's crontab: they poll graded runs, start an agent, or run what is a person's to start. Lines
 * of class B, a graduated skill's own program with a deterministic eval, are fine; so is our doctor's, and whatever has
 * nothing to do with the tree. Commands are not repeated in findings: they may hold secrets.
 */
export function checkCrontab(text: string, facts: CronFacts, path = 'crontab'): Finding[] {
  return readCrontab(text, { HOME: facts.home }).flatMap((entry) =>
    checkEntry(entry, facts).map(({ message, fix }) => ({
      rule: 'cron-class-a',
      path,
      line: entry.line,
      message,
      ...(fix === undefined ? {} : { fix }),
    })),
  );
}
