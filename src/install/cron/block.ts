import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';

/**
 * The lines of ours in a person's crontab:
 *
 *     # >>> snappy-os: made by "snappy install --cron"; do not edit these lines
 *     17 9 * * * env PATH=… '<node>' '<tree>/bin/snappy.js' doctor --silent --tree '<tree>' || … alert doctor-failed …
 *     # <<< snappy-os
 *
 * All outside the marks is the person's. The last mark also says what stood before the block, so that the crontab alone is
 * enough to take the block out again to the byte.
 */
export interface CronJob {
  /** The Node that runs it, absolute. */
  readonly node: string;
  /** Absolute. */
  readonly tree: string;
}

const firstMark = '# >>> snappy-os: made by "snappy install --cron"; do not edit these lines';

/** What was there when the block was put in, by the words of the last mark. */
const lastMarks = {
  lines: '# <<< snappy-os',
  'no final newline': '# <<< snappy-os (the line above the block had no newline)',
  nothing: '# <<< snappy-os (the crontab was empty)',
  'no crontab': '# <<< snappy-os (there was no crontab)',
} as const;
type Found = keyof typeof lastMarks;

// A line that could be taken for a mark: also an indented or damaged one, so that none is passed over.
const markLine = /^[ \t]*#[ \t]*(>>>|<<<)[ \t]*snappy-os(?![\w-])[^\n]*\n?/gm;

/** Once a day, when a machine that sleeps at night is awake. */
const schedule = '17 9 * * *';

/** Vixie cron's MAX_COMMAND is 1,000 bytes; a longer line is cut in some versions, and refused in others. */
const maxLine = 998;

/**
 * A word for a crontab line: in single quotes for the shell, but a `%` outside of them and with a backslash. crontab(5)
 * ends the command at a bare `%` without regard to quotes; where cron leaves the backslash, the shell takes it off.
 */
function quoteForCron(word: string): string {
  return word
    .split('%')
    .map((part) => `'${part.replaceAll("'", `'\\''`)}'`)
    .join('\\%');
}

/** The one line: the doctor once a day, and where it finds something (or cannot run) one alert. */
function cronLine({ node, tree }: CronJob): string {
  const words = [node, path.posix.join(tree, layout.cli), tree, path.posix.dirname(node)];
  if (words.some((word) => /[\u0000-\u001f\u007f]/.test(word))) {
    throw new SnappyError('refused', `no cron line can name ${JSON.stringify(tree)}: a path has a line break in it`, {
      hint: 'move the tree, or install without --cron',
    });
  }
  const [program, script, folder, bin] = words.map(quoteForCron);
  // cron's own PATH is short, and the doctor looks for node on it as the hook does.
  const doctor = `env PATH=${bin}:"$PATH" ${program} ${script} doctor --silent --tree ${folder}`;
  const line = `${schedule} ${doctor} || ${program} ${script} alert doctor-failed --tree ${folder} >/dev/null`;
  if (Buffer.byteLength(line) <= maxLine) return line;
  throw new SnappyError('refused', `the cron line for ${tree} has more than the ${maxLine} bytes that cron takes`, {
    hint: 'move the tree to a shorter path, or install without --cron',
  });
}

interface Placed {
  readonly start: number;
  readonly end: number;
  readonly found: Found;
  /** What is between the marks. */
  readonly inside: string;
}

function refuse(message: string): never {
  throw new SnappyError('refused', `the crontab was left as it is: ${message}`, {
    hint: 'look at it with: crontab -e',
  });
}

/** Finds our block. Throws `refused` where its marks are not one pair, or lines of somebody else's are between them. */
function findBlock(text: string): Placed | undefined {
  const [first, last, ...more] = text.matchAll(markLine);
  if (first === undefined) return undefined;
  if (first[1] !== '>>>' || last?.[1] !== '<<<' || more.length > 0)
    refuse('the lines that begin and end the block of snappy-os are not one pair');
  const inside = text.slice(first.index + first[0].length, last.index);
  const foreign = inside.split('\n').find((line) => line.trim() !== '' && !/snappy\.js' doctor --silent /.test(line));
  if (foreign !== undefined) refuse('a line in the block of snappy-os is not one of ours; move it out of the block');
  const words = last[0].trim();
  const found = (Object.keys(lastMarks) as Found[]).find((key) => lastMarks[key] === words) ?? 'lines';
  return { start: first.index, end: last.index + last[0].length, found, inside };
}

function render(job: CronJob, found: Found): string {
  return `${firstMark}\n${cronLine(job)}\n${lastMarks[found]}\n`;
}

/**
 * A crontab (`undefined`: there is none) with our block in it: where it stands already, else at the end. Throws `refused`
 * where our marks are damaged, or the paths cannot be put into a cron line.
 */
export function putCron(current: string | undefined, job: CronJob): string {
  const text = current ?? '';
  const placed = findBlock(text);
  if (placed !== undefined) return text.slice(0, placed.start) + render(job, placed.found) + text.slice(placed.end);
  if (text === '') return render(job, current === undefined ? 'no crontab' : 'nothing');
  return text.endsWith('\n') ? `${text}${render(job, 'lines')}` : `${text}\n${render(job, 'no final newline')}`;
}

/** Whether the block calls the program of this tree, or (somebody has emptied it) of none. */
function isOf(tree: string, inside: string): boolean {
  return inside.trim() === '' || inside.includes(` ${quoteForCron(path.posix.join(tree, layout.cli))} doctor `);
}

/**
 * The way back: the crontab without the block of this tree (absolute), `undefined` where there was none before it. The
 * block of another tree stays. Throws `refused` as `putCron`.
 */
export function takeCron(current: string | undefined, tree: string): string | undefined {
  if (current === undefined) return undefined;
  const placed = findBlock(current);
  if (placed === undefined || !isOf(tree, placed.inside)) return current;
  const before = current.slice(0, placed.start);
  const after = current.slice(placed.end);
  // With lines of the person's below the block, the newline that we had added parts two lines of theirs.
  if (after !== '' || before !== '')
    return placed.found === 'no final newline' && after === '' ? before.replace(/\n$/, '') : before + after;
  return placed.found === 'no crontab' ? undefined : '';
}
