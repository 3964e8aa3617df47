import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeLog } from '../../core/merge/log.ts';
import { mergeMarkdown } from '../../core/merge/markdown.ts';
import { applyEdit, baseLoader, factsIn } from '../../core/merge/test-loaders.ts';
import type { Edit } from '../../core/merge/test-loaders.ts';

/** A commit, as far as a sync looks at it. */
interface Commit {
  readonly loader: string;
  readonly log: string;
}

/** What a machine does next: an edit, with its row in the log, or a sync. */
type Step = { readonly machine: number } & (Edit | { readonly kind: 'sync' });

interface Machine {
  /** What this machine had in common with the remote when it last synced. */
  base: Commit;
  now: Commit;
}

/** Several machines with one remote, and what any of them has ever done. Syncs as `snappy sync` does, without git. */
class World {
  readonly machines: readonly Machine[];
  remote: Commit;
  readonly added = new Set<string>();
  readonly removed = new Set<string>();
  readonly lost = new Set<string>();
  readonly rows = new Set<string>();
  private count = 0;

  constructor(loader: string, machines: number) {
    this.remote = { loader, log: '' };
    this.machines = Array.from({ length: machines }, () => ({ base: this.remote, now: this.remote }));
    for (const line of factsIn(loader)) this.added.add(line);
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      const machine = this.machines[step.machine % this.machines.length];
      if (machine === undefined) continue;
      if (step.kind === 'sync') this.sync(machine);
      else this.edit(machine, step, step.machine);
    }
  }

  private edit(machine: Machine, edit: Edit, number: number): void {
    this.count++;
    const { text, added, removed } = applyEdit(machine.now.loader, edit, `m${number}n${this.count}`);
    if (added !== undefined) this.added.add(added);
    if (removed !== undefined) this.removed.add(removed);
    // Clocks of machines differ: the time of a row is not the order in which things happened.
    const time = new Date(Date.UTC(2026, 10, 21, 10, 0, (this.count * 7 + number * 31) % 60)).toISOString();
    const row = `[${time}] tool: ${edit.kind} ${this.count} [FIXED] action_kind=loader-rewritten`;
    this.rows.add(row);
    machine.now = { loader: text, log: `${machine.now.log}${row}\n` };
  }

  private sync(machine: Machine): void {
    const { base, now } = machine;
    const merged = mergeMarkdown(base.loader, now.loader, this.remote.loader);
    for (const { lost } of merged.conflicts) this.lost.add(lost);
    this.remote = { loader: merged.text, log: mergeLog(base.log, now.log, this.remote.log) };
    machine.now = this.remote;
    machine.base = this.remote;
  }

  /** Syncs all until there is nothing new: the last one to push, and then all others once more. */
  settle(): void {
    for (let round = 0; round < 2; round++) for (const machine of this.machines) this.sync(machine);
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  machine: fc.nat(3),
  kind: fc.constantFrom(
    'add' as const,
    'add' as const,
    'remove' as const,
    'change' as const,
    'sync' as const,
    'sync' as const,
  ),
  place: fc.nat(11),
});
const machineCount = fc.integer({ min: 2, max: 4 });

test(
  'in 10,000 interleavings no line is lost that nobody who saw it has removed, and all machines agree',
  { timeout: 120_000 },
  () => {
    fc.assert(
      fc.property(baseLoader, machineCount, fc.array(step, { maxLength: 14 }), (loader, count, steps) => {
        const world = new World(loader, count);
        world.run(steps);
        world.settle();
        const { remote, machines, added, removed, lost, rows } = world;
        expect(machines.every(({ now }) => now.loader === remote.loader && now.log === remote.log)).toBe(true);
        const live = factsIn(remote.loader);
        const kept = new Set([...live, ...lost]);
        expect([...added].filter((line) => !removed.has(line) && !kept.has(line))).toEqual([]);
        // What was removed does not come back, nothing comes twice, and nothing comes from nowhere.
        expect(live.filter((line) => removed.has(line) || !added.has(line))).toEqual([]);
        expect(new Set(live).size).toBe(live.length);
        expect(
          remote.log
            .split('\n')
            .filter((row) => row !== '')
            .toSorted(),
        ).toEqual([...rows].toSorted());
      }),
      { numRuns: 10_000 },
    );
  },
);

const offline = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 2, maxLength: 4 });

test('for the same edits from one base every order of syncs gives the same bytes', () => {
  const order = fc.array(fc.nat(23), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(baseLoader, offline, order, order, (loader, edits, one, other) => {
      const outcomes = [one, other].map((numbers) => {
        const world = new World(loader, edits.length);
        const own = edits.flatMap((steps, machine) => steps.map((each) => ({ ...each, machine })));
        world.run(own.filter(({ kind }) => kind !== 'sync'));
        const inOrder = [...edits.keys()].toSorted((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
        world.run(inOrder.map((machine) => ({ kind: 'sync', machine, place: 0 })));
        return { ...world.remote, lost: [...world.lost].toSorted() };
      });
      expect(outcomes[1]?.loader).toBe(outcomes[0]?.loader);
      expect(outcomes[1]?.log.split('\n').toSorted()).toEqual(outcomes[0]?.log.split('\n').toSorted());
      expect(outcomes[1]?.lost).toEqual(outcomes[0]?.lost);
    }),
    { numRuns: 3_000 },
  );
});
