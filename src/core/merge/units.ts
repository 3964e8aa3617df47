/** What a text is merged by. `part` is a line inside a code fence, `entry` and `value` are of frontmatter. */
export type UnitKind =
  | 'heading'
  | 'break'
  | 'comment'
  | 'paragraph'
  | 'item'
  | 'code'
  | 'table'
  | 'row'
  | 'entry'
  | 'value'
  | 'part';

/** One unit of a text: it is kept, taken away or brought in as a whole. */
export interface Unit {
  readonly kind: UnitKind;
  /** What it is compared by: its lines without trailing blanks, and without the number of a numbered item. */
  readonly text: string;
  /** Its lines as they are; of a numbered item without the number. */
  readonly lines: readonly string[];
  /** The higher one takes what is below it along: a heading its section, a paragraph the code that follows. */
  readonly rank: number;
  /** Blank lines above it; `undefined` for the first unit of a text, which says nothing of that. */
  readonly before: number | undefined;
  /** Where the unit stands that it belongs to (the heading, the table's head, the outer item); -1 for none. */
  readonly owner: number;
  /** The number of a numbered item. */
  readonly number: number | undefined;
  /** What can be there only once, whatever it says: the key of an entry in frontmatter. */
  readonly slot: string | undefined;
}

/** A unit that the parser has read, before it is known what it belongs to. */
export interface Draft {
  readonly kind: UnitKind;
  readonly lines: readonly string[];
  readonly rank: number;
  readonly before: number | undefined;
  readonly number?: number;
  readonly slot?: string;
}

/** The drafts as units: what each is compared by, and what it belongs to. */
export function finishUnits(drafts: readonly Draft[]): Unit[] {
  // What is open at a place, the outermost first: a unit belongs to the last one that outranks it.
  const open: number[] = [];
  const units: Unit[] = [];
  for (const [at, { kind, lines, rank, before, number, slot }] of drafts.entries()) {
    const closes = (other: number): boolean => {
      const above = units[other];
      return above === undefined || above.rank <= rank || !mayOwn(above.kind, kind);
    };
    while (open.length > 0 && closes(open.at(-1) ?? -1)) open.pop();
    const text = lines.map((line) => line.trimEnd()).join('\n');
    units.push({ kind, text, lines, rank, before, owner: open.at(-1) ?? -1, number, slot });
    open.push(at);
  }
  return units;
}

/** Whether a unit of the one kind can hold one of the other. */
function mayOwn(above: UnitKind, below: UnitKind): boolean {
  if (above === 'heading') return true;
  if (below === 'row') return above === 'table';
  if (below === 'value') return above === 'entry' || above === 'value';
  return below === 'item' && above === 'item';
}

/** Whether a unit is of a kind that people put in no order: facts in a list or table, unlike steps, prose and code. */
export function isUnordered(unit: Unit | undefined): boolean {
  if (unit === undefined || unit.slot !== undefined) return false;
  return unit.kind === 'row' || unit.kind === 'value' || (unit.kind === 'item' && unit.number === undefined);
}

/** A unit as a person reads it. */
export function shownText({ text, number }: Unit): string {
  return number === undefined ? text : text.replace(/^ */, (blanks) => `${blanks}${number}`);
}

/** What a unit belongs to, as text: two that say the same in one place are the same. */
export function scopeOf(units: readonly Unit[], unit: Unit): string {
  const owner = units[unit.owner];
  // A section is known by its own heading: what is above that may have been put in order since.
  return owner === undefined ? '' : owner.kind === 'heading' ? owner.text : `${scopeOf(units, owner)}\n${owner.text}`;
}

/** The heading above a unit, without its marks; '' where there is none. */
export function headingOf(units: readonly Unit[], unit: Unit): string {
  const owner = units[unit.owner];
  if (owner === undefined) return '';
  return owner.kind === 'heading' ? owner.text.replace(/^[ #]+/, '') : headingOf(units, owner);
}
