import { markProse } from './markdown.ts';
import type { Section } from './markdown.ts';

/** How a criterion is decided: by a command that must exit 0, or by somebody who answers a question. */
export const criterionKinds = ['deterministic', 'judge'] as const;
export type CriterionKind = (typeof criterionKinds)[number];

/** One line of a rubric. */
export interface Criterion {
  /** What holds of a good run, in one line. */
  readonly name: string;
  readonly kind: CriterionKind;
  /** `deterministic`: a command for `sh -c`. `judge`: the question. */
  readonly check: string;
  /** Its share of the score, above 0; all of a rubric make 1. */
  readonly worth: number;
  /** The line of SKILL.md. */
  readonly line: number;
}

/** How a run of a skill is graded, from the section `## Rubric` of SKILL.md. */
export interface Rubric {
  readonly criteria: readonly Criterion[];
  /** A run with this score or more has done its job. */
  readonly okFrom: number;
}

/** What is wrong with a rubric, where, and what to do. */
export interface RubricProblem {
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** A criterion as it was written. */
interface Written {
  readonly line: number;
  readonly name: string;
  readonly kind: string | undefined;
  readonly check: string | undefined;
  readonly worth: string | undefined;
}

const maxCriteria = 32;
const maxName = 200;
const maxCheck = 1000;

/** The cells of a table row; a bar in a cell has a backslash before it (GFM 4.10), in code as well. */
function cellsOf(row: string): string[] {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}

const isTableRow = (line: string): boolean => /^ {0,3}\|/.test(line);
const isDelimiter = (line: string): boolean => /^[\s|:-]+$/.test(line) && line.includes('-');

class RubricReader {
  readonly written: Written[] = [];
  readonly problems: RubricProblem[] = [];
  readonly #lines: readonly string[];
  readonly #prose: readonly boolean[];
  readonly #firstLine: number;

  constructor(section: Section) {
    this.#lines = section.text.split('\n');
    this.#prose = markProse(this.#lines);
    this.#firstLine = section.line + 1;
  }

  read(): void {
    let at = 0;
    while (at < this.#lines.length) {
      const line = this.#lines[at] ?? '';
      if (this.#prose[at] !== true) at += 1;
      else if (isTableRow(line)) at = this.#readTable(at);
      else if (/^[-*+][ \t]+\S/.test(line)) at = this.#readItem(at);
      else at += 1;
    }
  }

  /** The score from which a run is good: `ok: 0.8`, or "`ok` is 0.8 or more". */
  okFrom(): number | undefined {
    const prose = this.#lines.filter((line, at) => this.#prose[at] === true && !isTableRow(line)).join(' ');
    const found = /(?:^|[\s`(])ok`?(?: is|:| from)[ \t]+(\d(?:\.\d+)?)/i.exec(prose)?.[1];
    return found === undefined ? undefined : Number(found);
  }

  #readTable(from: number): number {
    let end = from;
    while (end < this.#lines.length && isTableRow(this.#lines[end] ?? '')) end += 1;
    const columns = cellsOf(this.#lines[from] ?? '').map((cell) => cell.toLowerCase());
    if (!isDelimiter(this.#lines[from + 1] ?? '') || !columns.includes('criterion') || !columns.includes('kind')) {
      this.#problem(
        from,
        'a table of the rubric has no columns "criterion" and "kind"',
        'head it: | criterion | kind | check | worth |',
      );
      return end;
    }
    for (let at = from + 2; at < end; at++) {
      const cells = cellsOf(this.#lines[at] ?? '');
      const cell = (column: string): string | undefined => cells[columns.indexOf(column)];
      this.written.push({
        line: this.#firstLine + at,
        name: cell('criterion') ?? '',
        kind: cell('kind'),
        check: cell('check'),
        worth: cell('worth'),
      });
    }
    return end;
  }

  #readItem(from: number): number {
    const name = (this.#lines[from] ?? '').replace(/^[-*+][ \t]+/, '').trim();
    const keys = new Map<string, string>();
    let at = from + 1;
    for (; at < this.#lines.length && /^(?: {2,}|\t)\S/.test(this.#lines[at] ?? ''); at++) {
      const found = /^\s+(?:[-*+][ \t]+)?(kind|check|worth)[ \t]*:(.*)$/is.exec(this.#lines[at] ?? '');
      if (found !== null) keys.set((found[1] ?? '').toLowerCase(), (found[2] ?? '').trim());
    }
    const line = this.#firstLine + from;
    this.written.push({ line, name, kind: keys.get('kind'), check: keys.get('check'), worth: keys.get('worth') });
    return at;
  }

  #problem(at: number, message: string, fix: string): void {
    this.problems.push({ line: this.#firstLine + at, message, fix });
  }
}

/** The one command in backticks of a check; otherwise what is wrong with it. */
function readCommand(check: string): { readonly command: string } | { readonly problem: string } {
  const spans = [...check.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)].map((found) => (found[2] ?? '').trim());
  const [command] = spans;
  if (command === undefined || command === '') return { problem: 'has no command in backticks' };
  if (spans.length > 1) return { problem: 'has several commands in backticks' };
  if (/\p{C}/u.test(command)) return { problem: 'has a character in its command that is not shown' };
  const placeholder = /<[a-z][a-z _-]*>/i.exec(command)?.[0];
  return placeholder === undefined ? { command } : { problem: `has the placeholder ${placeholder} in its command` };
}

function readCriterion(written: Written, share: number): Criterion | RubricProblem {
  const { line, name } = written;
  const problem = (message: string, fix: string): RubricProblem => ({ line, message, fix });
  const shown = name === '' ? 'a criterion' : `"${[...name].slice(0, 60).join('')}"`;
  if (name === '') return problem('a criterion says nothing', 'say what holds of a good run');
  if ([...name].length > maxName || [...(written.check ?? '')].length > maxCheck)
    return problem(`${shown} is too long: at most ${maxName} characters, its check ${maxCheck}`, 'shorten it');
  const kind = criterionKinds.find((known) => known === written.kind?.toLowerCase());
  if (kind === undefined) {
    const found =
      written.kind === undefined || written.kind === '' ? 'no kind' : `the kind "${written.kind.slice(0, 40)}"`;
    return problem(
      `${shown} has ${found}`,
      'write kind: deterministic (a command decides) or kind: judge (somebody does)',
    );
  }
  const worth = written.worth === undefined || written.worth === '' ? share : Number(written.worth);
  if (!(worth > 0 && worth <= 1))
    return problem(`${shown} is worth "${written.worth}"`, 'write a number above 0, up to 1');
  if (kind === 'judge') return { name, kind, check: written.check || name, worth, line };
  const read = readCommand(written.check ?? '');
  return 'command' in read
    ? { name, kind, check: read.command, worth, line }
    : problem(
        `${shown} is deterministic and ${read.problem}`,
        'write one command in backticks that runs as it stands; $SNAPPY_TREE, $SNAPPY_ARTIFACT and $SNAPPY_SKILL are set',
      );
}

function checkWhole(criteria: readonly Criterion[], line: number): RubricProblem[] {
  const problems: RubricProblem[] = [];
  const names = new Set<string>();
  for (const { name, line: at } of criteria) {
    if (names.has(name)) problems.push({ line: at, message: `"${name}" is there twice`, fix: 'remove one of the two' });
    names.add(name);
  }
  const sum = criteria.reduce((total, { worth }) => total + worth, 0);
  if (Math.abs(sum - 1) > 0.005)
    problems.push({
      line,
      message: `the worths add up to ${Number(sum.toFixed(3))}, not to 1`,
      fix: 'share out 1 among the criteria',
    });
  return problems;
}

/** Criteria of one section; worths may be left out of all of them, and are then equal. */
function readSection(section: Section): { criteria: Criterion[]; problems: RubricProblem[]; okFrom: number } {
  const reader = new RubricReader(section);
  reader.read();
  const { written, problems } = reader;
  const none = written.every(({ worth }) => worth === undefined || worth === '');
  const share = none && written.length > 0 ? 1 / written.length : NaN;
  const read = written.slice(0, maxCriteria).map((one) => readCriterion(one, share));
  const criteria = read.filter((one) => 'kind' in one);
  const found = [...problems, ...read.filter((one) => 'message' in one)];
  const { line } = section;
  if (written.length > maxCriteria)
    found.push({
      line,
      message: `the rubric has ${written.length} criteria; at most ${maxCriteria}`,
      fix: 'keep the telling ones',
    });
  if (found.length === 0 && criteria.length === 0)
    found.push({
      line,
      message: 'the rubric has no criterion',
      fix: 'write a table: | criterion | kind | check | worth |',
    });
  const okFrom = reader.okFrom() ?? 0.5;
  if (!(okFrom > 0 && okFrom <= 1))
    found.push({ line, message: `ok is from ${okFrom} on`, fix: 'write a score above 0, up to 1' });
  // Sums mean something only when every line was read.
  if (found.length === 0) found.push(...checkWhole(criteria, line));
  return { criteria, problems: found, okFrom };
}

/**
 * Reads the rubric of a skill from the sections of its SKILL.md. Two forms, which may be mixed: a table with the columns
 * criterion, kind, check and worth, and list items with lines `kind:`, `check:` and `worth:` below them. `rubric` is
 * `undefined` when there is none or anything is wrong with it: half a rubric grades nobody.
 */
export function parseRubric(sections: readonly Section[]): {
  readonly rubric: Rubric | undefined;
  readonly problems: readonly RubricProblem[];
} {
  const [section, second] = sections.filter(({ title }) => title.trim().toLowerCase() === 'rubric');
  if (section === undefined) return { rubric: undefined, problems: [] };
  if (second !== undefined) {
    const message = 'there is a second section "## Rubric"';
    return { rubric: undefined, problems: [{ line: second.line, message, fix: 'join the two' }] };
  }
  const { criteria, problems, okFrom } = readSection(section);
  return { rubric: problems.length === 0 ? { criteria, okFrom } : undefined, problems };
}

/** The rubric as one text that changes when, and only when, what it asks for does. */
export function rubricText({ criteria, okFrom }: Rubric): string {
  return JSON.stringify([okFrom, ...criteria.map(({ name, kind, check, worth }) => [name, kind, check, worth])]);
}
