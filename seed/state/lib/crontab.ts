/** One entry of a person's crontab, as crontab(5) has it. */
export interface CronEntry {
  /** The line of the crontab, from 1. */
  readonly line: number;
  /** Five fields, or a word such as `@daily`. */
  readonly schedule: string;
  /** The command for the shell, with variables of the lines above it filled in. */
  readonly command: string;
  /** What follows a bare `%`: the command's input. */
  readonly input: string;
}

/** Lines beyond this are not looked at; cron itself refuses far shorter ones. */
const maxLines = 10_000;

const variable = /^[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z_][A-Za-z0-9_]*))[ \t]*=(.*)$/s;
const entry = /^[ \t]*(@[a-z_]+|(?:[^\s@#][^\s]*[ \t]+){4}[^\s]+)[ \t]+(\S.*)$/i;

/** A bare `%` ends the command, and the next ones are line ends of its input; `\%` is one that stays. */
function splitPercent(text: string): [command: string, input: string] {
  const [command = '', ...input] = text.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'));
  return [command, input.join('\n')];
}

function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) => {
    return values.get(braced ?? bare ?? '') ?? whole;
  });
}

/**
 * The entries of a crontab. Comments, empty lines and lines that are none of cron's are left out; `NAME=value` lines hold
 * for the entries below them, and `values` for all.
 */
export function readCrontab(text: string, values: Readonly<Record<string, string>> = {}): CronEntry[] {
  const known = new Map(Object.entries(values));
  return text.split('\n', maxLines).flatMap((raw, at) => {
    const line = raw.replace(/\r$/, '').slice(0, 16 * 1024);
    if (/^[ \t]*(?:#|$)/.test(line)) return [];
    const found = entry.exec(line);
    const set = variable.exec(line);
    // `A = b c d e f` would also pass for five fields and a command.
    if (set !== null) {
      const value = (set[4] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
      known.set(set[1] ?? set[2] ?? set[3] ?? '', value);
      return [];
    }
    if (found === null) return [];
    const [command, input] = splitPercent(found[2] ?? '');
    return [{ line: at + 1, schedule: found[1] ?? '', command: expand(command, known), input: expand(input, known) }];
  });
}
