import { align } from './align.ts';
import { scopeOf } from './units.ts';
import type { Unit } from './units.ts';

/** Where a unit stands in each side; -1 where it does not. */
export type Places = readonly [ours: number, theirs: number];

/** A unit on its way into the merged text. */
export interface Placed {
  readonly unit: Unit;
  /** Blank lines above it; `undefined` where no side says. */
  readonly before: number | undefined;
  readonly number: number | undefined;
  readonly at: Places;
}

/** One side, held against the base. */
export class Side {
  readonly units: readonly Unit[];
  readonly name: 'ours' | 'theirs';
  /** For each unit here its place in the base; -1 for a new one. */
  readonly origins: readonly number[];
  private readonly base: readonly Unit[];
  private readonly places: readonly number[];
  private readonly owners: ReadonlySet<number>;
  /** Units that stand elsewhere than in the base, word for word: from where in the base, to where here. */
  private readonly moves: ReadonlyMap<number, number>;
  private readonly movedOrigins: ReadonlyMap<number, number>;

  constructor(base: readonly Unit[], units: readonly Unit[], name: 'ours' | 'theirs') {
    this.base = base;
    this.units = units;
    this.name = name;
    this.places = align(base, units);
    this.owners = new Set(units.map((unit) => unit.owner));
    const origins = Array<number>(units.length).fill(-1);
    for (const [at, place] of this.places.entries()) if (place !== -1) origins[place] = at;
    this.origins = origins;
    this.moves = findMoves(base, this.places, units, origins);
    this.movedOrigins = new Map([...this.moves].map(([origin, place]) => [place, origin]));
  }

  /** Where the unit of the base stands here; -1 where it is gone. */
  placeOf(origin: number): number {
    return this.places[origin] ?? -1;
  }

  /** What the unit of the base is here; `undefined` where it is gone. */
  unitOf(origin: number): Unit | undefined {
    return this.units[this.placeOf(origin)];
  }

  /** Whether the unit of the base stands elsewhere here. */
  hasMoved(origin: number): boolean {
    return this.moves.has(origin);
  }

  /** Where in the base the unit at a place here was before it was moved; `undefined` for one that was not. */
  movedFrom(at: number): number | undefined {
    return this.movedOrigins.get(at);
  }

  /** Whether something belongs to the unit of the base here. */
  owns(origin: number): boolean {
    const place = this.placeOf(origin);
    return place !== -1 && this.owners.has(place);
  }

  /** Whether this side has written the unit: it is new, or says something else than in the base. */
  hasWritten(at: number): boolean {
    const origin = this.origins[at] ?? -1;
    return origin === -1 || this.units[at]?.text !== this.base[origin]?.text;
  }

  place(at: number): Placed | undefined {
    const unit = this.units[at];
    if (unit === undefined) return undefined;
    return { unit, before: unit.before, number: unit.number, at: this.name === 'ours' ? [at, -1] : [-1, at] };
  }

  /** What tells a unit of this side from all others: what it says and where. */
  identityOf(unit: Unit): string {
    return `${scopeOf(this.units, unit)}\n\n${unit.kind} ${unit.text}`;
  }

  /**
   * The places here of what no unit of the base holds in its place, by the place in the base that they stand before:
   * what is new, and what was changed and is `loose`.
   */
  gaps(isLoose: (origin: number) => boolean): number[][] {
    const gaps: number[][] = Array.from({ length: this.base.length + 1 }, () => []);
    let gap = 0;
    for (const at of this.units.keys()) {
      const origin = this.origins[at] ?? -1;
      if (origin === -1 || (this.hasWritten(at) && isLoose(origin))) gaps[gap]?.push(at);
      else gap = origin + 1;
    }
    return gaps;
  }
}

function findMoves(
  base: readonly Unit[],
  places: readonly number[],
  units: readonly Unit[],
  origins: readonly number[],
): Map<number, number> {
  const moves = new Map<number, number>();
  const gone = new Map<string, number[]>();
  const keyOf = (unit: Unit): string => `${unit.kind}\n${unit.text}`;
  for (const [origin, unit] of base.entries()) {
    if (places[origin] !== -1) continue;
    const known = gone.get(keyOf(unit));
    if (known === undefined) gone.set(keyOf(unit), [origin]);
    else known.push(origin);
  }
  if (gone.size === 0) return moves;
  for (const [at, unit] of units.entries()) {
    const origin = origins[at] === -1 ? gone.get(keyOf(unit))?.shift() : undefined;
    if (origin !== undefined) moves.set(origin, at);
  }
  return moves;
}
