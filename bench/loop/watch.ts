// Keeps an eye on the true lines of the loaders: who took one away, and whether it came back.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/core/paths.ts';
import { isTold, readLoader } from './loaders.ts';
import type { Machine } from './machine.ts';
import { quirkId } from './programs.ts';
import type { Program, Quirk } from './programs.ts';
import type { Loss, Slip } from './record.ts';

/** Compares what loaders say that is true, before and after anything that may change them. */
export class LoaderWatch {
  readonly losses: Loss[] = [];
  readonly slips: Slip[] = [];
  #programs: readonly Program[] = [];
  #session = 0;
  /** By machine, as one last looked. */
  readonly #known = new Map<Machine, readonly Quirk[]>();
  /** What agents have taken away in this turn. */
  #taken: Quirk[] = [];

  /** From now on this is what is true. */
  believe(programs: readonly Program[]): void {
    this.#programs = programs;
    this.#known.clear();
  }

  beginSession(session: number): void {
    this.#session = session;
  }

  /** Does what no agent does, and notes what is gone after it. */
  async guard<T>(by: Loss['by'], machine: Machine, work: () => Promise<T>): Promise<T> {
    const before = this.#look(machine);
    const result = await work();
    const after = this.#told(machine);
    this.#known.set(machine, after);
    // What an agent took away in this turn, and another's stale copy brought back, the merge of both takes away again.
    for (const quirk of before.filter((one) => !after.includes(one) && !this.#taken.includes(one)))
      this.losses.push({ by, quirk: quirkId(quirk), session: this.#session, aside: isAside(machine, quirk) });
    return result;
  }

  /** A turn is over: what agents took away in it is back, or is not. */
  endTurn(machine: Machine): void {
    const told = this.#look(machine);
    for (const quirk of this.#taken)
      this.slips.push({ quirk: quirkId(quirk), session: this.#session, back: told.includes(quirk) });
    this.#taken = [];
  }

  /** What is told now. Between two looks only agents write: what is gone since the last one, they have taken away. */
  #look(machine: Machine): readonly Quirk[] {
    const told = this.#told(machine);
    this.#taken.push(...(this.#known.get(machine) ?? []).filter((quirk) => !told.includes(quirk)));
    this.#known.set(machine, told);
    return told;
  }

  #told({ tree }: Machine): Quirk[] {
    return this.#programs.flatMap(({ name, quirks }) => {
      const text = readLoader(tree, name);
      return quirks.filter((quirk) => isTold(text, quirk));
    });
  }
}

/** Whether a statement is kept beside the loader, as one side of a conflict. */
function isAside({ tree }: Machine, { program, topic, value }: Quirk): boolean {
  const folder = path.join(tree, layout.conflicts, program);
  if (!fs.existsSync(folder)) return false;
  const texts = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  return texts.some((text) => text.includes(`${topic}: \`${value}\``));
}
