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
  /** For each unit here its place in the base; -1 for a new one. */
  readonly origins: readonly number[];
  /** The units that are new here, by the place in the base that they stand before. */
  readonly fresh: readonly (readonly Placed[])[];
  readonly name: 'ours' | 'theirs';
  private readonly places: readonly number[];

  constructor(base: readonly Unit[], units: readonly Unit[], name: 'ours' | 'theirs') {
    this.units = units;
    this.name = name;
    this.places = align(base, units);
    const origins = Array<number>(units.length).fill(-1);
    for (const [at, place] of this.places.entries()) if (place !== -1) origins[place] = at;
    const fresh: Placed[][] = Array.from({ length: base.length + 1 }, () => []);
    let gap = 0;
    for (const [at, unit] of units.entries()) {
      const origin = origins[at] ?? -1;
      if (origin === -1) fresh[gap]?.push(this.place(unit, at));
      else gap = origin + 1;
    }
    this.origins = origins;
    this.fresh = fresh;
  }

  place(unit: Unit, at: number): Placed {
    const places: Places = this.name === 'ours' ? [at, -1] : [-1, at];
    return { unit, before: unit.before, number: unit.number, at: places };
  }

  /** Where the unit of the base stands here; -1 where it is gone. */
  placeOf(origin: number): number {
    return this.places[origin] ?? -1;
  }

  /** What the unit of the base is here; `undefined` where it is gone. */
  unitOf(origin: number): Unit | undefined {
    return this.units[this.placeOf(origin)];
  }

  /** What tells a unit of this side from all others: what it says and where. */
  identityOf(unit: Unit): string {
    return `${scopeOf(this.units, unit)}\n\n${unit.kind} ${unit.text}`;
  }
}
