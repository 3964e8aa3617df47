import fs from 'node:fs';
import path from 'node:path';
import { statThrough } from '../../seed/state/lib/revision.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { readNotes, renderNotes } from './index-notes.ts';
import type { Notes } from './index-notes.ts';
import { readSkills } from './read.ts';
import type { SkillEntry } from './read.ts';

interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What stands in the table's place when it has no rows. */
  readonly none: string;
}

/** What each log holds. All are listed, there or not, and without their length: the page changes with skills, not with runs. */
const logs: readonly (readonly [file: string, holds: string])[] = [
  [layout.evals, 'one graded run a line; never leaves this machine'],
  ['state/log/evals.aggregate.ndjson', 'scores alone, the only ones that may be shared'],
  [layout.feedback, 'what agents repaired in loaders, or could not'],
  [layout.queue, 'open work orders for loaders'],
  ['state/log/sync-events.ndjson', 'one line for each push and pull'],
  [layout.migrations, 'what `snappy migrate` has moved'],
];

/** Text in one cell: no bars, no line ends, no marks that a reader of this page could take for its own. */
function cell(text: string, max = 110): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short =
    [...line].length > max
      ? `${[...line]
          .slice(0, max - 1)
          .join('')
          .trimEnd()}…`
      : line;
  return short.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}

function skillTable(entries: readonly SkillEntry[]): Table {
  const rows = entries.map(({ name, form, skill, skillPath, loaderPath }) => [
    `[${name}](${skillPath.slice('state/'.length)})${form === 'flat' ? ' (flat)' : ''}`,
    cell(skill.description),
    cell(
      skill.triggers.slice(0, 3).join(', ') + (skill.triggers.length > 3 ? `, +${skill.triggers.length - 3}` : ''),
      60,
    ),
    skill.eval,
    skill.graduation,
    loaderPath === undefined ? 'none' : `[loader](${loaderPath.slice('state/'.length)})`,
  ]);
  return {
    title: 'Skills',
    columns: ['skill', 'what it does', 'triggers', 'eval', 'graduation', 'loader'],
    rows,
    none: 'No skills.',
  };
}

/** Names of the functions, constants and classes that a library exports. */
function exportsOf(file: string): string[] {
  const text = fs.readFileSync(file, 'utf8');
  return [...text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(
    (match) => `\`${match[1] ?? ''}\``,
  );
}

function libraryTable(tree: string): Table {
  const rows = list(tree, 'state/lib')
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => {
      const names = exportsOf(path.join(tree, 'state/lib', name));
      const more = names.length > 6 ? `, +${names.length - 6}` : '';
      return [`[${name.slice(0, -'.ts'.length)}](lib/${name})`, names.slice(0, 6).join(', ') + more];
    });
  return { title: 'Libraries', columns: ['library', 'exports'], rows, none: 'No libraries.' };
}

function logTable(): Table {
  const rows = logs.map(([file, holds]) => [`\`${file.slice('state/'.length)}\``, holds]);
  return { title: 'Logs', columns: ['log', 'holds'], rows, none: '' };
}

function sidecarTable(tree: string): Table {
  const rows = list(tree, 'state/bin')
    .filter((name) => statThrough(path.join(tree, 'state/bin', name))?.isDirectory())
    .map((name) => [
      name,
      list(tree, `state/bin/${name}`)
        .map((file) => `\`${cell(file)}\``)
        .join(', '),
    ]);
  return {
    title: 'Sidecars',
    columns: ['skill', 'programs'],
    rows,
    none: 'No skill has graduated to programs of its own.',
  };
}

function list(tree: string, folder: string): string[] {
  try {
    return fs
      .readdirSync(path.join(tree, folder))
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch {
    return [];
  }
}

function renderTable({ columns, rows, none }: Table): string {
  if (rows.length === 0) return none;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Notes whose section is no longer on the page move to its top: nothing that a person wrote is dropped. */
function gather(notes: Notes, titles: readonly string[]): Notes {
  const homeless = [...notes]
    .filter(([section]) => section !== '' && !titles.includes(section))
    .flatMap(([, texts]) => texts);
  return homeless.length === 0 ? notes : new Map([...notes, ['', [...(notes.get('') ?? []), ...homeless]]]);
}

/**
 * `state/index.md`: the catalog of a tree's skills, libraries, logs and sidecars. The same tree gives the same text.
 * What stands between the notes marks of `previous` is carried over, each part in its section.
 */
export function renderIndexPage(
  tree: string,
  previous: string,
  entries: readonly SkillEntry[] = readSkills(tree),
): string {
  const tables = [skillTable(entries), libraryTable(tree), logTable(), sidecarTable(tree)];
  const notes = gather(
    readNotes(previous),
    tables.map(({ title }) => title),
  );
  const parts = [
    '# Index',
    'Generated by `snappy`. Only what stands between the notes marks is yours, and stays.',
    renderNotes(notes, ''),
    ...tables.flatMap((table) => [`## ${table.title}`, renderTable(table), renderNotes(notes, table.title)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Writes the page anew when it is not what the tree says. Returns whether it was. */
export function updateIndexPage(
  system: System,
  tree: string,
  entries: readonly SkillEntry[] = readSkills(tree),
): boolean {
  const file = path.join(tree, layout.indexPage);
  const previous = system.read(file)?.toString('utf8');
  const page = renderIndexPage(tree, previous ?? '', entries);
  if (page === previous) return false;
  system.write(file, page);
  return true;
}
