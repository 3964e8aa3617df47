// The scripted agent: a program of its own that reads one JSON object a line and answers with what it does next. It may
// read no file but this one, and starts nothing. What it knows of a program are the bytes that the hook printed for its
// session, since the session began or was compacted; what it finds out in a turn it has forgotten in the next.
import { createHash } from 'node:crypto';

/** What the agent does; the harness carries it out and says how it went. */
export type Action =
  /** Uses a program in the way that a value says. */
  | { readonly does: 'run'; readonly topic: string; readonly value: string }
  /** Finds out by trial. */
  | { readonly does: 'probe'; readonly topic: string }
  /** Replaces lines by its edit tool; a line `old` of '' stands for the end of the list of commands. */
  | { readonly does: 'edit'; readonly path: string; readonly changes: readonly Change[] }
  /** The same by sed, in a shell. */
  | { readonly does: 'sed'; readonly path: string; readonly script: readonly string[] }
  /** Writes the whole file, from the copy that it was given, by its tool or by a shell's `cat`. */
  | { readonly does: 'write'; readonly path: string; readonly text: string; readonly inShell: boolean }
  /** Appends a line by a shell's `echo`. */
  | { readonly does: 'log'; readonly path: string; readonly line: string }
  | { readonly does: 'stop' };

/** One line for another; `new` of '' takes it away. */
export interface Change {
  readonly old: string;
  readonly new: string;
}

/** How an action went. */
export interface Reply {
  readonly ok: boolean;
  /** What a probe has found out. */
  readonly value?: string;
}

/** What the agent is told. `mind` tells sessions apart; a new name is an agent that knows nothing. */
export type Message =
  | { readonly mind: string; readonly says: 'forget' }
  | { readonly mind: string; readonly says: 'context'; readonly text: string }
  | ({ readonly mind: string; readonly says: 'task' } & Assignment)
  | ({ readonly mind: string; readonly says: 'reply' } & Reply);

/** A task, and what kind of agent it falls to. */
export interface Assignment {
  readonly program: string;
  readonly needs: readonly string[];
  /** Names this agent's luck of this turn, and says nothing of the program. */
  readonly luck: string;
  /** Where it may change files at all. A read-only agent logs what it found out. */
  readonly writes: boolean;
  /** Writes whole files, where others change lines. */
  readonly whole: boolean;
  /** Rewrites the loader in its own words as it does so, and loses half of it. */
  readonly collapses: boolean;
}

const willWrite = 0.95;
const slips = 0.05;
const edits = 0.5;
const factPattern = /^- ([a-z-]+): `([^`]*)`/;
const commandsHeading = '## Commands';

interface Loader {
  readonly path: string;
  readonly lines: readonly string[];
  /** Of open briefs. */
  readonly headlines: readonly string[];
}

function chance(...name: readonly string[]): number {
  return createHash('sha256').update(name.join('\0')).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** The loaders in a text that the hook printed, by skill. */
function readContext(text: string): Map<string, Loader> {
  const found = new Map<string, Loader>();
  const parts = text.split(/^\[snappy-os\] Loader of the skill `/m).slice(1);
  for (const part of parts) {
    const head = /^([^`]+)` \(.*?\), from (.*\/AGENTS\.md); its reference is /.exec(part);
    if (head === null) continue;
    const body = part.slice(part.indexOf('\n') + 1).split(/^---$/m)[0] ?? '';
    const own = body.split('\n').filter((line) => !line.startsWith('[snappy-os] '));
    const headlines = [...body.matchAll(/^\[snappy-os\] Open brief for `[^`]+`: (.*)$/gm)].map(
      ([, line]) => line ?? '',
    );
    found.set(head[1] ?? '', { path: head[2] ?? '', lines: own.join('\n').trim().split('\n'), headlines });
  }
  return found;
}

/** The values that a loader gives for a topic, with the lines that say so. What a brief says counts after the loader. */
function toldOf(loader: Loader | undefined, topic: string): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const line of loader?.lines ?? []) {
    const fact = factPattern.exec(line);
    if (fact?.[1] === topic) told.set(fact[2] ?? '', [...(told.get(fact[2] ?? '') ?? []), line]);
  }
  const hint = loader && hintsOf(loader).get(topic);
  if (hint !== undefined && !told.has(hint)) told.set(hint, []);
  return told;
}

/** What the headlines of briefs say that the loader lacks. */
function hintsOf({ headlines }: Loader): Map<string, string> {
  const hints = headlines.flatMap((line) => [...line.matchAll(/([a-z-]+): `([^`]*)`/g)]);
  return new Map(hints.map(([, topic, value]) => [topic ?? '', value ?? '']));
}

interface Lesson {
  /** What the loader must say of a topic. */
  readonly learned: Map<string, string>;
  /** Lines that were seen to be false. */
  readonly refuted: string[];
}

type Work = Generator<Action, void, Reply>;

function* work(loader: Loader | undefined, task: Assignment): Work {
  const lesson: Lesson = { learned: new Map(), refuted: [] };
  for (const topic of task.needs) yield* satisfy(loader, topic, lesson);
  if (loader !== undefined) {
    for (const [topic, value] of hintsOf(loader)) {
      if (!lesson.learned.has(topic) && toldOf({ ...loader, headlines: [] }, topic).size === 0)
        lesson.learned.set(topic, value);
    }
    yield* writeDown(loader, task, lesson);
  }
  yield { does: 'stop' };
}

function* satisfy(loader: Loader | undefined, topic: string, { learned, refuted }: Lesson): Work {
  for (const [value, lines] of toldOf(loader, topic)) {
    const { ok } = yield { does: 'run', topic, value };
    if (ok) {
      // A brief knew it, and the loader does not.
      if (lines.length === 0) learned.set(topic, value);
      return;
    }
    refuted.push(...lines);
  }
  const { value } = yield { does: 'probe', topic };
  if (value !== undefined) learned.set(topic, value);
}

/** Somebody's slip of the pen. */
function garbled(value: string): string {
  return `${value.slice(0, -1)}${value.endsWith('q') ? 'x' : 'q'}`;
}

function factLine(topic: string, value: string, luck: string): string {
  const endings = ['', ' (found by trial)', '; nothing else is taken'];
  const right = chance(luck, topic, 'slips') >= slips;
  const ending = endings[Math.floor(chance(luck, topic, 'wording') * endings.length)] ?? '';
  return `- ${topic}: \`${right ? value : garbled(value)}\`${ending}`;
}

function* writeDown(loader: Loader, task: Assignment, { learned, refuted }: Lesson): Work {
  const { luck, program } = task;
  const isWritten = (topic: string): boolean => task.writes && chance(luck, topic, 'writes') < willWrite;
  const changes: Change[] = [];
  const missing: string[] = [];
  const left = new Set(refuted);
  for (const [topic, value] of learned) {
    if (!isWritten(topic)) {
      missing.push(`${topic}: \`${value}\``);
      continue;
    }
    const old = [...left].find((line) => factPattern.exec(line)?.[1] === topic);
    if (old !== undefined) left.delete(old);
    changes.push({ old: old ?? '', new: factLine(topic, value, luck) });
  }
  for (const old of left) {
    const topic = factPattern.exec(old)?.[1] ?? '';
    // What is false and has nothing true in its place yet still goes; it stays where the true line was not written.
    if (isWritten(topic)) changes.push({ old, new: '' });
  }
  const rewrites = task.collapses && task.writes;
  const isFixed = (changes.length > 0 || rewrites) && (yield* change(loader, task, changes));
  // The file was not what the agent had been shown, so its tool refused.
  if (!isFixed) missing.push(...changes.filter(({ new: line }) => line !== '').map(({ new: line }) => line.slice(2)));
  const log = loader.path.replace(/state\/skills\/.*$/, 'state/log/loader-feedback.log');
  const row = (what: string, end: string): Action => ({
    does: 'log',
    path: log,
    line: `[${new Date().toISOString()}] ${program}: ${what} ${end}`,
  });
  if (isFixed) yield row(describe(changes), '[FIXED] action_kind=loader-rewritten');
  if (missing.length > 0) yield row(`${missing.join(', ')} (not in the loader)`, '[LOGGED]');
}

function describe(changes: readonly Change[]): string {
  if (changes.length === 0) return 'said the same in fewer words';
  return changes
    .map(({ old, new: line }) => (line === '' ? `removed what was false: ${old.slice(2)}` : line.slice(2)))
    .join(', ');
}

/** Changes the loader's file; false when the tool refused. */
function* change(
  { path, lines }: Loader,
  task: Assignment,
  changes: readonly Change[],
): Generator<Action, boolean, Reply> {
  const byTool = chance(task.luck, 'tool') < edits;
  if (task.whole || task.collapses) {
    const kept = task.collapses ? halved(lines, task.luck) : lines;
    const text = `${applied(kept, changes).join('\n')}\n`;
    return (yield { does: 'write', path, text, inShell: !byTool }).ok;
  }
  const { ok } = yield byTool
    ? { does: 'edit', path, changes }
    : { does: 'sed', path, script: changes.map(sedCommand) };
  return ok;
}

/** The lines with half of the facts gone, as a careless rewrite leaves them. */
function halved(lines: readonly string[], luck: string): string[] {
  const facts = lines.filter((line) => factPattern.test(line));
  const ranked = facts.toSorted((a, b) => chance(luck, a, 'collapse') - chance(luck, b, 'collapse'));
  const lost = new Set(ranked.slice(0, Math.ceil(facts.length / 2)));
  return lines.filter((line) => !lost.has(line));
}

function applied(lines: readonly string[], changes: readonly Change[]): string[] {
  const now = [...lines];
  for (const { old, new: line } of changes) {
    const added = line === '' ? [] : [line];
    const at = old === '' ? -1 : now.indexOf(old);
    if (at === -1) now.splice(now.indexOf(commandsHeading) + 1, 0, ...added);
    else now.splice(at, 1, ...added);
  }
  return now;
}

function sedCommand({ old, new: line }: Change): string {
  const text = line.replaceAll('\\', '\\\\');
  if (old === '') return `/^${commandsHeading}$/a\\\n${text}`;
  const address = `/^${old.replace(/[\\/.*^$[\]]/g, '\\$&')}$/`;
  return line === '' ? `${address}d` : `${address}c\\\n${text}`;
}

class Mind {
  readonly #loaders = new Map<string, Loader>();
  #work: Work | undefined;

  /** Takes a message, and gives what it does next, if that is asked. */
  hear(message: Message): Action | undefined {
    switch (message.says) {
      case 'forget':
        this.#loaders.clear();
        return undefined;
      case 'context':
        for (const [skill, loader] of readContext(message.text)) this.#loaders.set(skill, loader);
        return undefined;
      case 'task':
        this.#work = work(this.#loaders.get(message.program), message);
        return this.#next({ ok: true });
      case 'reply':
        return this.#next(message);
    }
  }

  #next(reply: Reply): Action {
    return this.#work?.next(reply).value ?? { does: 'stop' };
  }
}

function serve(): void {
  const minds = new Map<string, Mind>();
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      const mind = minds.get(message.mind) ?? new Mind();
      minds.set(message.mind, mind);
      const action = mind.hear(message);
      if (action !== undefined) process.stdout.write(`${JSON.stringify({ mind: message.mind, ...action })}\n`);
    }
  });
}

if (process.argv[1] === import.meta.filename) serve();
