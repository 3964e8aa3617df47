import path from 'node:path';
import type { Gate, InstructionFile, Runtime, Wiring } from './row.ts';

/** Facts are shown for a home and a tree that stand for any. */
const example: Wiring = { place: { home: '~', env: {} }, tree: '<tree>', trusted: [], seedText: () => '' };

const code = (text: string): string => `\`${text}\``;
const list = (words: readonly string[]): string => [...new Set(words)].join(', ');

/** What install writes of a runtime, below `~`: its files, or a folder of which all files are ours. */
export function wiredFiles(runtime: Runtime): string[] {
  const targets = runtime.targets(example).map(({ kind, file }) => ({ kind, file: file.replaceAll('\\', '/') }));
  const folders = targets.flatMap(({ kind, file }) => (kind === 'file' ? [path.posix.dirname(file)] : []));
  const shown = targets.map(({ kind, file }) => {
    const folder = path.posix.dirname(file);
    const isShared = kind === 'file' && folders.filter((other) => other === folder).length > 1;
    return isShared ? `${folder}/` : file;
  });
  return [...new Set(shown)];
}

function gateText({ since, what, below }: Gate): string {
  return `${what} from ${since}${below === 'not wired' ? ' (older is not wired)' : ''}`;
}

/** The version from which on a runtime is wired: "1.7.0", or "any". */
export function wiredSince(runtime: Runtime): string {
  const gates = runtime.gates.filter(({ below }) => below === 'not wired');
  return gates.at(-1)?.since ?? 'any';
}

function instructionText({ instructions }: Runtime): string {
  const shown = (files: readonly InstructionFile[]): string =>
    list(
      files.map(({ file, ifThere }) => code(file.replaceAll('\\', '/')) + (ifThere === true ? ' if it is there' : '')),
    );
  const user = shown(instructions.user(example.place));
  const project = shown(instructions.project);
  if (user + project === '') return 'reads `CLAUDE.md` itself';
  return [user === '' ? '' : `user: ${user}`, project === '' ? '' : `project: ${project}`]
    .filter((part) => part !== '')
    .join('; ');
}

function contextText({ context }: Runtime): string {
  if (!context.perTurn) return 'none: hooks cannot add to a turn';
  return context.cap === undefined
    ? 'no limit was met at 30,000 characters'
    : `${context.cap.toLocaleString('en')} characters of a hook's output`;
}

/**
 * What a person or an agent should know of a runtime: label and text of each fact, in Markdown. Made from the row alone, so
 * that the README and the runtime's skill say what install does.
 */
export function factsOf(runtime: Runtime): readonly (readonly [label: string, text: string])[] {
  const events = runtime.samples.map(({ on, call }) => `${code(on)} (${call})`);
  const roots = runtime.skills.roots(example.place).map((root) => code(root.replaceAll('\\', '/')));
  return [
    ['program', code(runtime.program)],
    ['wired by', list(wiredFiles(runtime).map(code))],
    ['events', list(events)],
    ['versions', runtime.gates.length === 0 ? 'any' : runtime.gates.map(gateText).join('; ')],
    ['context on a turn', contextText(runtime)],
    ['skills, user', list(roots)],
    ['instructions', instructionText(runtime)],
    [
      'tested on',
      runtime.tested === 'real program' ? 'the real program' : 'recorded samples only: it cannot run in a test',
    ],
    ...(runtime.remarks.length === 0 ? [] : [['note', runtime.remarks.join('; ')] as const]),
  ];
}
