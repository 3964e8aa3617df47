// Times whole processes, start to end. The commands run in turn (A B C, A B C, …), so that a slow spell of the machine
// falls on all of them, and what is compared is the ratio inside each round.
import { spawnSync } from 'node:child_process';

/** A program to run; `input` is what it reads on stdin. */
export interface Command {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before each start and is not timed. */
  readonly before?: () => unknown;
  /** Runs after each end and is not timed: waits for what the program has left running, which would slow the next one. */
  readonly after?: () => unknown;
}

/** Times of one command in milliseconds, one for each round. */
export interface Timing {
  readonly name: string;
  readonly times: readonly number[];
  readonly median: number;
}

/**
 * Runs every command once a round, in the given order.
 * @param rounds how many rounds count
 * @param warmUp how many more are run before them to warm the file cache
 * @throws Error when a command cannot be started or does not exit 0: a failing program has no speed
 */
export function timeInTurn(commands: readonly Command[], rounds: number, warmUp = 2): Timing[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const [index, command] of commands.entries()) {
      const time = timeOnce(command);
      if (round >= warmUp) times[index]?.push(time);
    }
  }
  return commands.map(({ name }, index) => ({ name, times: times[index] ?? [], median: median(times[index] ?? []) }));
}

/** The median of `timing / base`, taken round by round. */
export function ratio(timing: Timing, base: Timing): number {
  return median(timing.times.map((time, round) => time / (base.times[round] ?? Number.NaN)));
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/**
 * The environment of every timed program. NODE_OPTIONS and NODE_EXTRA_CA_CERTS change what `node -e 0` costs (reading a
 * bundle of certificates takes longer than starting Node), so the baseline would flatter us.
 */
export function plainEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const slows = name.startsWith('NODE_') || name.startsWith('npm_');
    if (!slows && value !== undefined) env[name] = value;
  }
  return env;
}

// Started from a small process, as a runtime's own launcher is: fork(2) copies the page tables of its parent, and from a
// Node with a grown heap that took longer than the hook itself (1.7 ms with 45 MB resident, 14 ms with 330 MB).
const TIMED = `
  my $start = time;
  my $status = system { $ARGV[0] } @ARGV;
  printf STDERR "\\ntook %.6f\\n", (time - $start) * 1000;
  exit($status == 0 ? 0 : $status >> 8 || 1);
`;

/** How long one run of a command takes, from start to end, in milliseconds. */
export function timeOnce(command: Command): number {
  command.before?.();
  const printed = runOnce(command, 'perl', ['-MTime::HiRes=time', '-e', TIMED, command.command, ...command.args]);
  command.after?.();
  return Number(/\ntook ([0-9.]+)\n$/.exec(printed)?.[1]);
}

function runOnce(command: Command, program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, {
    input: command.input ?? '',
    cwd: command.cwd,
    env: { ...plainEnv(), ...command.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw new Error(`${command.name} could not be started`, { cause: result.error });
  if (result.status !== 0) {
    throw new Error(`${command.name} ended with ${result.signal ?? `status ${result.status}`}\n${result.stderr}`);
  }
  return result.stderr;
}

// getrusage(2) tells the peak of the largest child that was waited for, at any depth. Neither Node nor sh can ask for it
// and GNU time is often absent, but Perl comes with git. `ru_maxrss` follows two `timeval`s: kB on Linux, bytes on macOS.
const RUSAGE_CHILDREN = -1;
const GETRUSAGE: Readonly<Record<string, number>> = {
  'linux x64': 98,
  'linux arm64': 165,
  'darwin arm64': 117,
  'darwin x64': 117,
};
const PERL = `
  my $number = shift;
  my $status = system { $ARGV[0] } @ARGV;
  my $usage = "\\0" x 256;
  syscall($number, ${RUSAGE_CHILDREN}, $usage) == 0 or die "getrusage: $!";
  print STDERR "\\npeak ", (unpack "q18", $usage)[4], "\\n";
  exit($status == 0 ? 0 : $status >> 8 || 1);
`;

/**
 * The largest resident set, in MB (1024 * 1024 bytes), of any single process among the command and its descendants.
 * Children that the command leaves running are not seen.
 */
export function peakMemory(command: Command): number {
  const number = GETRUSAGE[`${process.platform} ${process.arch}`];
  if (number === undefined) throw new Error(`peak memory cannot be read on ${process.platform} ${process.arch}`);
  command.before?.();
  const printed = runOnce(command, 'perl', ['-e', PERL, String(number), command.command, ...command.args]);
  const peak = Number(/\npeak (\d+)\n$/.exec(printed)?.[1]);
  return process.platform === 'darwin' ? peak / 1024 / 1024 : peak / 1024;
}
