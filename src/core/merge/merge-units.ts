import { needsBlank, readCodeUnits } from './markdown-units.ts';
import { mergeSequences, mostOfAny } from './sequence.ts';
import { Side } from './side.ts';
import type { Placed } from './side.ts';
import { headingOf, isUnordered, shownText } from './units.ts';
import type { Unit } from './units.ts';

/** Two versions of one unit that cannot both stay. */
export interface MergeConflict {
  /** The unit as it was before both; '' where there was none. */
  readonly base: string;
  /** The version that is in the merged text. */
  readonly kept: string;
  /** The version that is not. */
  readonly lost: string;
  readonly lostBy: 'ours' | 'theirs';
  /** The heading it stands under, without its marks; '' where there is none. */
  readonly heading: string;
}

export interface MergeOptions {
  /** Of two versions of a unit the one with the greater number stays, such as the time it was written; then it goes by the text. */
  readonly order?: (text: string) => number;
}

/** A unit of the merged text. */
export interface MergedUnit {
  readonly unit: Unit;
  /** Blank lines above it; 0 for the first one. */
  readonly before: number;
  readonly number: number | undefined;
}

/** What was merged, and what could not be. */
export interface MergedUnits {
  readonly units: readonly MergedUnit[];
  readonly conflicts: readonly MergeConflict[];
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A value that either side may have changed: the changed one, and of two the greater. */
export function mergeValue<T extends number | string>(
  base: T | undefined,
  ours: T | undefined,
  theirs: T | undefined,
): T | undefined {
  if (ours === theirs || theirs === undefined || theirs === base) return ours ?? base;
  if (ours === undefined || ours === base) return theirs;
  return ours > theirs ? ours : theirs;
}

/** Merges the units of two sides that began as `base`; `mergeMarkdown` says by which rules. */
export function mergeUnits(
  base: readonly Unit[],
  ours: readonly Unit[],
  theirs: readonly Unit[],
  options: MergeOptions = {},
): MergedUnits {
  const merge = new Merge(base, [new Side(base, ours, 'ours'), new Side(base, theirs, 'theirs')], options);
  return { units: merge.run(), conflicts: merge.conflicts };
}

class Merge {
  readonly conflicts: MergeConflict[] = [];
  private readonly base: readonly Unit[];
  private readonly sides: readonly [Side, Side];
  private readonly options: MergeOptions;

  constructor(base: readonly Unit[], sides: readonly [Side, Side], options: MergeOptions) {
    this.base = base;
    this.sides = sides;
    this.options = options;
  }

  run(): MergedUnit[] {
    const slots = this.base.map((unit, at) => this.mergeSlot(unit, at));
    this.revive(slots);
    const order = {
      compare: (a: Placed, b: Placed): number =>
        a.unit.rank - b.unit.rank || compareText(a.unit.kind, b.unit.kind) || compareText(a.unit.text, b.unit.text),
      identity: (placed: Placed): string => this.identityOf(placed),
      combine: (a: Placed, b: Placed): Placed => this.combine(a, b),
    };
    const isHeld = (slot: Placed | undefined, at: number): boolean =>
      slot !== undefined && (slot.unit.text === this.base[at]?.text || !this.isLoose(at));
    const written = this.sides.map((side) =>
      [...side.units.entries()].flatMap(([at, unit]) => (side.hasWritten(at) ? [side.identityOf(unit)] : [])),
    );
    const allowed = mostOfAny(written, (identity) => identity);
    const changed = slots.filter((slot, at) => isHeld(slot, at) && slot?.unit.text !== this.base[at]?.text);
    const seen = mostOfAny([changed], (slot) => (slot === undefined ? '' : this.identityOf(slot)));
    const gaps = this.sides.map((side) => this.gapsOf(side, slots));
    const merged: Placed[] = [];
    let lists: (readonly Placed[])[] = [];
    for (let at = 0; at <= slots.length; at++) {
      for (const side of gaps) lists.push(...(side[at] ?? []).filter((list) => list.length > 0));
      const slot = slots[at];
      if (at < slots.length && !isHeld(slot, at)) continue;
      merged.push(...mergeSequences(lists, order, allowed, seen));
      lists = [];
      if (slot !== undefined) merged.push(slot);
    }
    return this.space(this.keepOneOfSlot(merged));
  }

  /** What each gap of a side brings in. A version that another one has won over parts what stood above it from what stood below. */
  private gapsOf(side: Side, slots: readonly (Placed | undefined)[]): Placed[][][] {
    return side
      .gaps((origin) => this.isLoose(origin))
      .map((places) => {
        const lists: Placed[][] = [[]];
        for (const at of places) {
          const origin = side.origins[at] ?? -1;
          const placed = origin !== -1 ? slots[origin] : this.hasLostMove(side, at) ? undefined : side.place(at);
          if (placed === undefined || placed.unit.text !== side.units[at]?.text) lists.push([]);
          else lists.at(-1)?.push(placed);
        }
        return lists;
      });
  }

  /** Whether the other side has removed or changed what this side has only moved: that counts for more. */
  private hasLostMove(side: Side, at: number): boolean {
    const origin = side.movedFrom(at);
    if (origin === undefined) return false;
    const [left, right] = this.sides;
    const other = side === left ? right : left;
    const place = other.placeOf(origin);
    return place === -1 ? !other.hasMoved(origin) : other.hasWritten(place);
  }

  /**
   * Whether a unit of the base, once changed, holds nothing in its place. What one side writes beside it may have stood
   * above or below for all that another side can tell which has removed it; so where order says nothing, it goes by the
   * text, whoever comes first.
   */
  private isLoose(origin: number): boolean {
    return isUnordered(this.base[origin]) && !this.sides.some((side) => side.owns(origin));
  }

  private identityOf({ unit, at }: Placed): string {
    const names = this.sides.flatMap((side, index) => {
      const own = side.units[at[index] ?? -1];
      return own?.text === unit.text ? [side.identityOf(own)] : [];
    });
    return names.toSorted(compareText)[0] ?? unit.text;
  }

  /** The same new unit of both sides. */
  private combine(a: Placed, b: Placed): Placed {
    const raw = (placed: Placed): string => placed.unit.lines.join('\n');
    return {
      unit: raw(a) >= raw(b) ? a.unit : b.unit,
      before: mergeValue(undefined, a.before, b.before),
      number: mergeValue(undefined, a.number, b.number),
      at: [Math.max(a.at[0], b.at[0]), Math.max(a.at[1], b.at[1])],
    };
  }

  /** What becomes of a unit of the base: it stays while both have it; a change outlives a removal. */
  private mergeSlot(unit: Unit, origin: number): Placed | undefined {
    const [left, right] = this.sides;
    const [ours, theirs] = [left.unitOf(origin), right.unitOf(origin)];
    if (ours === undefined || theirs === undefined) {
      const side = ours === undefined ? right : left;
      const place = side.placeOf(origin);
      return place !== -1 && side.hasWritten(place) ? side.place(place) : undefined;
    }
    return {
      unit: this.mergeVersions(unit, ours, theirs),
      before: mergeValue(unit.before, ours.before, theirs.before),
      number: mergeValue(unit.number, ours.number, theirs.number),
      at: [left.placeOf(origin), right.placeOf(origin)],
    };
  }

  private mergeVersions(base: Unit, ours: Unit, theirs: Unit): Unit {
    if (ours.text === theirs.text) {
      const raw = (unit: Unit): string => unit.lines.join('\n');
      return { ...ours, lines: (mergeValue(raw(base), raw(ours), raw(theirs)) ?? '').split('\n') };
    }
    if (theirs.text === base.text) return ours;
    if (ours.text === base.text) return theirs;
    if (base.kind === 'code') return this.mergeCode(base, ours, theirs);
    return this.choose(base, ours, theirs);
  }

  private mergeCode(base: Unit, ours: Unit, theirs: Unit): Unit {
    const parts = (unit: Unit): Unit[] => readCodeUnits(unit.lines);
    const { units, conflicts } = mergeUnits(parts(base), parts(ours), parts(theirs), this.options);
    const heading = headingOf(this.sides[0].units, ours);
    this.conflicts.push(...conflicts.map((conflict) => ({ ...conflict, heading })));
    const lines = units.flatMap(({ unit, before }) => [...Array<string>(before).fill(''), ...unit.lines]);
    return { ...ours, lines, text: lines.map((line) => line.trimEnd()).join('\n') };
  }

  /** Of two versions the one that stays, by nothing that depends on whose it is. */
  private choose(base: Unit | undefined, ours: Unit, theirs: Unit): Unit {
    const { order = () => 0 } = this.options;
    const sign = order(shownText(ours)) - order(shownText(theirs)) || compareText(ours.text, theirs.text);
    const [kept, lost, loser] = sign >= 0 ? [ours, theirs, this.sides[1]] : [theirs, ours, this.sides[0]];
    const heading = headingOf(loser.units, lost);
    const shown = { base: base === undefined ? '' : shownText(base), kept: shownText(kept), lost: shownText(lost) };
    this.conflicts.push({ ...shown, lostBy: loser.name, heading });
    return kept;
  }

  /**
   * What one side has taken away comes back where the other has put something into it: a heading when nothing else of its
   * section is left, the head of a table and the item around a nested one always.
   */
  private revive(slots: (Placed | undefined)[]): void {
    // A section that holds something is known by what is left, before anything comes back.
    const holding = new Set(this.base.flatMap(({ owner }, at) => (slots[at] === undefined ? [] : [owner])));
    const isLost = this.base.map((_, at) => slots[at] === undefined);
    for (const side of this.sides) {
      for (const [at, unit] of side.units.entries()) {
        if (!side.hasWritten(at)) continue;
        for (let place = unit.owner; place !== -1; place = side.units[place]?.owner ?? -1) {
          const origin = side.origins[place] ?? -1;
          if (isLost[origin] !== true) continue;
          if (side.units[place]?.kind !== 'heading' || !holding.has(origin)) slots[origin] ??= side.place(place);
        }
      }
    }
  }

  /** Of entries with one key the one that is chosen: YAML refuses a key that stands twice. */
  private keepOneOfSlot(merged: readonly Placed[]): readonly Placed[] {
    const kept = new Map<string, Placed>();
    for (const placed of merged) {
      const { slot } = placed.unit;
      if (slot === undefined) continue;
      const other = kept.get(slot);
      const [ours, theirs] = other === undefined || other.at[0] === -1 ? [placed, other] : [other, placed];
      const stays = theirs === undefined || this.choose(undefined, ours.unit, theirs.unit) === ours.unit;
      kept.set(slot, stays ? ours : theirs);
    }
    return merged.filter((placed) => placed.unit.slot === undefined || kept.get(placed.unit.slot) === placed);
  }

  /** Settles the blank lines: as a side has them between the same two units, else what the units need. */
  private space(merged: readonly Placed[]): MergedUnit[] {
    return merged.map((placed, index) => {
      const { unit, number } = placed;
      const above = merged[index - 1];
      if (above === undefined) return { unit, number, before: 0 };
      // The first unit of a side stands below none of it.
      const areNeighbours = placed.at.some((at, side) => at > 0 && at - 1 === above.at[side]);
      const before = placed.before ?? (unit.kind === 'heading' || unit.kind === 'paragraph' ? 1 : 0);
      if (areNeighbours) return { unit, number, before };
      const tight =
        unit.kind === 'item' && above.unit.kind === 'item' ? Math.min(before, this.gapBelow(placed)) : before;
      return { unit, number, before: needsBlank(above.unit, unit) ? Math.max(1, tight) : tight };
    });
  }

  /** The blank lines between an item and the next one of its list. */
  private gapBelow({ at }: Placed): number {
    const gaps = this.sides.flatMap((side, index) => {
      const below = side.units[(at[index] ?? -1) + 1];
      return at[index] !== -1 && below?.kind === 'item' ? [below.before ?? 0] : [];
    });
    return Math.min(...gaps, Number.POSITIVE_INFINITY);
  }
}
