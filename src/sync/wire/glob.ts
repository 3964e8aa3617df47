import { foldPath } from './safe-path.ts';
import { WireError } from './wire-error.ts';

/** Globs of a list, ready to be tried: the number of the first that fits a path, -1 where none does. */
export type GlobList = (path: string) => number;

/** What trying globs may cost, in comparisons: for lists that somebody else has made. It is counted down, over many paths. */
export interface Steps {
  left: number;
}

const unbounded: Steps = { left: Infinity };

/**
 * Whether a whole path fits a glob: `*` is any run of characters but `/`, `?` any one of them, and `**` as a part of its own any
 * number of parts, none included. All else stands for itself, brackets and braces too.
 *
 * There is one place to come back to for the last `*` and one for the last double star, no more: earlier ones need not take
 * more than they did, as what stands between has been found as far to the left as it can be. So it takes at most the
 * product of both lengths in steps (R. van Engelen, "Fast String Matching with Wildcards, Globs, and Gitignore-Style Globs - How Not to Blow it Up"),
 * and throws a WireError, `too_large`, where that is more than `steps`.
 */
export function fitsGlob(glob: string, path: string, steps: Steps = unbounded): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let starFrom = 0;
  let stars = -1;
  let starsFrom = 0;
  for (;;) {
    spend(steps, 1);
    if (atDoubleStar(glob, at)) {
      // At the end it takes the rest, which has to be there: `a/**` is what lies in `a`.
      if (at + 2 === glob.length) return from < path.length || glob.length === 2;
      at += 3;
      stars = at;
      starsFrom = from;
      star = -1;
      continue;
    }
    const wanted = glob[at];
    const found = path[from];
    if (wanted === '*') {
      at += 1;
      star = at;
      starFrom = from;
      continue;
    }
    if (wanted === undefined && found === undefined) return true;
    if (found !== undefined && (wanted === found || (wanted === '?' && found !== '/'))) {
      at += 1;
      from += 1;
      continue;
    }
    if (star !== -1 && starFrom < path.length && path[starFrom] !== '/') {
      starFrom += 1;
      from = starFrom;
      at = star;
      continue;
    }
    const slash = stars === -1 ? -1 : path.indexOf('/', starsFrom);
    if (slash === -1) return false;
    starsFrom = slash + 1;
    from = starsFrom;
    at = stars;
    star = -1;
  }
}

function spend(account: Steps, steps: number): void {
  account.left -= steps;
  if (account.left < 0) throw new WireError('too_large', 'the rules are too many to be held against so many files');
}

/** Whether `**` stands here as a part of its own. */
function atDoubleStar(glob: string, at: number): boolean {
  if (glob[at] !== '*' || glob[at + 1] !== '*') return false;
  const after = glob[at + 2];
  return (at === 0 || glob[at - 1] === '/') && (after === undefined || after === '/');
}

/** A glob with what a path must have to fit it: most paths are told off by these alone. */
interface Trial {
  readonly at: number;
  /** Without the `**` at its beginning where only the last part of a path counts. */
  readonly glob: string;
  readonly nameOnly: boolean;
  readonly head: string;
  /** The longest text without a wild card. */
  readonly needle: string;
  readonly tail: string;
}

function prepare(whole: string, at: number): Trial {
  const nameOnly = whole.startsWith('**/') && !whole.includes('/', 3) && whole !== '**/**';
  const glob = nameOnly ? whole.slice(3) : whole;
  // A slash beside a double star is not there where that takes no parts.
  const texts = glob.split(/(?:^|\/|(?<=\/))\*\*(?:\/|$)|[*?]/);
  const needle = texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
  return { at, glob, nameOnly, head: texts[0] ?? '', needle, tail: texts.at(-1) ?? '' };
}

/** Trials that a path is told off from by one look: at the folder it is in, or at how it ends. */
interface Group {
  readonly nameOnly: boolean;
  readonly folder: string;
  readonly tail: string;
  readonly trials: Trial[];
}

function grouped(trials: readonly Trial[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const trial of trials) {
    const { nameOnly, head, tail } = trial;
    const folder = head.slice(0, head.lastIndexOf('/') + 1);
    const key = JSON.stringify([nameOnly, folder, tail]);
    const group = groups.get(key) ?? { nameOnly, folder, tail, trials: [] };
    group.trials.push(trial);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** By the one text that fits; of two the first. */
function byText(trials: readonly Trial[], textOf: (trial: Trial) => string): ReadonlyMap<string, number> {
  return new Map(trials.toReversed().map((trial) => [textOf(trial), trial.at]));
}

/** Makes a list ready. With `anyCase` what some file system takes for one name fits as one (`foldPath`). */
export function compileGlobs(
  globs: readonly string[],
  options: { readonly anyCase: boolean; readonly steps?: Steps },
): GlobList {
  const { steps = unbounded } = options;
  const trials = globs.map((glob, at) => prepare(options.anyCase ? foldPath(glob) : glob, at));
  const isPlain = ({ glob }: Trial): boolean => !/[*?]/.test(glob);
  const isEnding = ({ nameOnly, glob }: Trial): boolean => nameOnly && /^\*\.[^.*?]*$/.test(glob);
  const paths = byText(
    trials.filter((trial) => isPlain(trial) && !trial.nameOnly),
    ({ glob }) => glob,
  );
  const names = byText(
    trials.filter((trial) => isPlain(trial) && trial.nameOnly),
    ({ glob }) => glob,
  );
  const endings = byText(trials.filter(isEnding), ({ tail }) => tail);
  const groups = grouped(trials.filter((trial) => !isPlain(trial) && !isEnding(trial)));
  return (path) => {
    const whole = options.anyCase ? foldPath(path) : path;
    const name = whole.slice(whole.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    let first = Math.min(paths.get(whole) ?? Infinity, names.get(name) ?? Infinity);
    if (dot !== -1) first = Math.min(first, endings.get(name.slice(dot)) ?? Infinity);
    spend(steps, groups.length);
    for (const group of groups) {
      const text = group.nameOnly ? name : whole;
      if (!text.startsWith(group.folder) || !text.endsWith(group.tail)) continue;
      spend(steps, group.trials.length);
      for (const { at, glob, head, needle } of group.trials) {
        if (at < first && text.startsWith(head) && text.includes(needle) && fitsGlob(glob, text, steps)) first = at;
      }
    }
    return first === Infinity ? -1 : first;
  };
}
