import path from 'node:path';
import { isBelow } from '../../core/paths.ts';
import type { Change } from '../../core/system.ts';
import { readCopy, removeCopy, writeCopy, type Copy } from './copy.ts';
import { RootFolder, type DraftContext, type UsableRoot } from './folder.ts';
import { entryAt, realPath } from './paths.ts';
import type { LinkRecord } from './record.ts';
import type { LinkFault } from './skill-list.ts';
import { readSkillFiles } from '../../../seed/state/lib/revision.ts';

/** The plan for one root while it is made: what of ours goes in, what goes out, and what makes way for it. */
export class RootDraft {
  readonly faults: LinkFault[] = [];
  readonly #context: DraftContext;
  readonly #folder: RootFolder;
  /** Names in the root with capitals in them; skills have none. */
  readonly #capitals: readonly string[];
  readonly #links: Set<string>;
  readonly #copies: Set<string>;
  /** What stood in the place of ours -> where it was moved, as recorded. */
  readonly #moved: Map<string, string>;

  /** `old` is what the record says of this root; only links that still are as recorded count as ours. */
  constructor(context: DraftContext, root: string, state: UsableRoot, old?: LinkRecord) {
    this.#context = context;
    this.#folder = new RootFolder(context, root, state, old);
    const { entries } = this.#folder;
    this.#capitals = [...entries.keys()].filter((name) => name !== name.toLowerCase());
    this.#moved = new Map(Object.entries(old?.moved ?? {}));
    const isOurLink = (name: string): boolean => entries.get(name)?.target === path.join(old?.skills ?? '', name);
    this.#links = new Set(old?.links.filter(isOurLink));
    this.#copies = new Set(old?.copies.filter((name) => entries.get(name)?.isFolder === true));
  }

  get changes(): Change[] {
    return this.#folder.changes;
  }

  get notes(): string[] {
    return this.#folder.notes;
  }

  get isWhole(): boolean {
    return this.#folder.isWhole;
  }

  /** Whether one link can stand here without hiding or moving anything that is not ours. */
  get canBeWhole(): boolean {
    const { isWhole, isAbsent, isElsewhere, entries } = this.#folder;
    const isOurs = (name: string): boolean =>
      this.#links.has(name) || (this.#copies.has(name) && this.#copy(name).isUntouched);
    return isWhole || isAbsent || (!isElsewhere && this.#moved.size === 0 && [...entries.keys()].every(isOurs));
  }

  /** One link for the root as a whole, in the place of a folder that holds nothing but ours. */
  placeWhole(): void {
    this.#dropAll([]);
    this.#folder.link();
  }

  /** A link (or, where links are not possible, a copy) for each of these skills and for no other. */
  placeEach(names: readonly string[], as: 'link' | 'copy'): void {
    if (names.length === 0) {
      this.#clear(new Set());
      return;
    }
    this.#folder.unlink();
    this.#dropAll(names);
    for (const name of names) {
      if (as === 'link') this.#placeLink(name);
      else this.#placeCopy(name);
    }
  }

  /** Leaves the root as it was before the first install. `gone` are paths that other parts of the plan remove. */
  undo(gone: ReadonlySet<string>): void {
    const { skills } = this.#context;
    if (this.isWhole)
      this.notes.push(`what was made through a link for a whole folder lies in ${skills}, and stays there`);
    this.#clear(gone);
  }

  /** What the record shall say; `undefined` when there is nothing of ours any more. */
  record(): LinkRecord | undefined {
    const links = [...this.#links].toSorted();
    const copies = [...this.#copies].toSorted();
    const moved = Object.fromEntries([...this.#moved].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (!this.isWhole && links.length + copies.length + this.#moved.size === 0) return undefined;
    return { root: this.#folder.root, skills: this.#context.skills, ...this.#folder.recorded, links, copies, moved };
  }

  #clear(gone: ReadonlySet<string>): void {
    this.#folder.unlink();
    this.#dropAll([]);
    this.#folder.bringBack();
    this.#folder.removeMade(gone);
  }

  #at(name: string): string {
    return path.join(this.#folder.root, name);
  }

  #copy(name: string): Copy {
    return readCopy(this.#at(name), name);
  }

  #placeLink(name: string): void {
    const target = path.join(this.#context.skills, name);
    this.#folder.make();
    // One that leads where ours would is as good, and stays when ours go: it is not in the record.
    if (this.#folder.entries.get(name)?.target === target) return;
    if (this.#links.has(name)) this.#dropLink(name);
    if (this.#copies.has(name) && !this.#dropCopy(name)) return;
    if (!this.#moveAway(name)) return;
    this.changes.push({ kind: 'symlink', path: this.#at(name), target });
    this.#folder.entries.set(name, { target, isFolder: false });
    this.#links.add(name);
  }

  #placeCopy(name: string): void {
    const files = readSkillFiles(path.join(this.#context.skills, name));
    if (files === undefined) {
      this.faults.push({ skill: name, message: 'has more files than can be copied, and links are not possible here' });
      return;
    }
    this.#folder.make();
    if (this.#links.has(name)) this.#dropLink(name);
    const old = this.#copies.has(name) ? this.#copy(name) : undefined;
    if (old?.isUntouched === false) {
      this.#reportEdited(name);
      return;
    }
    if (old === undefined && !this.#moveAway(name)) return;
    this.changes.push(...writeCopy(this.#at(name), name, files, old));
    this.#folder.entries.set(name, { isFolder: true });
    this.#copies.add(name);
  }

  #reportEdited(name: string): void {
    const message = `the copy at ${this.#at(name)} was edited and stays as it is; bring the edit into ${path.join(this.#context.skills, name)} and remove the copy`;
    this.faults.push({ skill: name, message });
  }

  /** Takes out what is ours, except these names, and puts back what had stood in its place. */
  #dropAll(except: readonly string[]): void {
    const keep = new Set(except);
    for (const name of this.#links) if (!keep.has(name)) this.#dropLink(name);
    for (const name of this.#copies) if (!keep.has(name)) this.#dropOrKeepCopy(name);
    for (const name of this.#moved.keys()) if (!keep.has(name.toLowerCase())) this.#putBack(name);
  }

  #dropLink(name: string): void {
    this.changes.push({ kind: 'remove', path: this.#at(name) });
    this.#links.delete(name);
    this.#folder.entries.delete(name);
  }

  /** Whether the copy is gone; one that somebody has edited stays. */
  #dropCopy(name: string): boolean {
    const copy = this.#copy(name);
    if (!copy.isUntouched) {
      this.#reportEdited(name);
      return false;
    }
    this.changes.push(...removeCopy(this.#at(name), copy));
    this.#copies.delete(name);
    this.#folder.entries.delete(name);
    return true;
  }

  /** Takes a copy out; with somebody's edits in it, it goes to the backups. */
  #dropOrKeepCopy(name: string): void {
    const copy = this.#copy(name);
    if (copy.isUntouched) this.changes.push(...removeCopy(this.#at(name), copy));
    else this.notes.push(`the copy of ${name} was edited: it is moved to ${this.#folder.backUp(this.#at(name), name)}`);
    this.#copies.delete(name);
    this.#folder.entries.delete(name);
  }

  /** Frees a name for ours. Whether it is free then: a folder that the tree lies in is not moved. */
  #moveAway(name: string): boolean {
    const entry = this.#standing(name);
    if (entry === undefined) return true;
    const real = realPath(this.#at(entry));
    if (real !== undefined && (real === this.#context.tree || isBelow(this.#context.tree, real))) {
      const message = `${this.#at(entry)} is in its place, and cannot be moved: the tree lies in it`;
      this.faults.push({ skill: name, message });
      return false;
    }
    const kept = this.#folder.backUp(this.#at(entry), entry);
    // If they have put something new in the place of our link, that is what goes back; the older one stays in its backup.
    this.#moved.set(entry, this.#context.backups.recorded(kept));
    this.notes.push(
      `${this.#at(entry)} makes way for the tree's skill: it is moved to ${kept}, and uninstall puts it back`,
    );
    this.#folder.entries.delete(entry);
    return true;
  }

  /** The entry that has this name, also where the file system takes `Mail` and `mail` for the same. */
  #standing(name: string): string | undefined {
    if (this.#folder.entries.has(name)) return name;
    const twin = this.#capitals.find((other) => other.toLowerCase() === name);
    if (twin === undefined) return undefined;
    const [one, other] = [entryAt(this.#at(name)), entryAt(this.#at(twin))];
    return one !== undefined && one.ino === other?.ino && one.dev === other.dev ? twin : undefined;
  }

  #putBack(name: string): void {
    const recorded = this.#moved.get(name);
    this.#moved.delete(name);
    const kept = this.#context.backups.find(recorded);
    if (kept === undefined) {
      this.notes.push(`${this.#at(name)} cannot be put back: its copy in ${recorded ?? 'the backups'} is gone`);
    } else if (this.#folder.isAbsent || this.#folder.entries.has(name)) {
      this.notes.push(`${this.#at(name)} is not put back, its place is taken or gone: it is kept in ${kept}`);
    } else {
      this.changes.push({ kind: 'rename', path: kept, to: this.#at(name) });
      this.#folder.entries.set(name, { isFolder: false });
    }
  }
}
