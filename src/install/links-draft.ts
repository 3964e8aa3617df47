import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '../core/system.ts';
import { readCopy, removeCopy, writeCopy, type Copy } from './links-copy.ts';
import type { Backups } from './links-backup.ts';
import type { LinkRecord } from './links-record.ts';
import type { RootEntry, RootState } from './links-root.ts';
import type { LinkFault } from './skill-list.ts';
import { entryAt, isBelow, realPath } from './links-paths.ts';
import { readSkillFiles } from './skill-revision.ts';

/** What all roots of one plan share. */
export interface DraftContext {
  /** Absolute, links resolved. */
  readonly tree: string;
  /** The tree's folder of skills. */
  readonly skills: string;
  readonly backups: Backups;
}

/** What stands at the root, as far as the plan has come. */
type Shape = 'absent' | 'folder' | 'whole';

/**
 * The plan for one root while it is made: each method adds its changes and keeps a picture of what the root would then
 * hold, so that one step can build on another that has not been carried out yet.
 */
export class RootDraft {
  readonly root: string;
  readonly changes: Change[] = [];
  readonly notes: string[] = [];
  readonly faults: LinkFault[] = [];
  readonly #context: DraftContext;
  readonly #entries: Map<string, RootEntry>;
  /** Names in the root with capitals in them; skills have none. */
  readonly #capitals: readonly string[];
  readonly #viaLink: boolean;
  readonly #links: Set<string>;
  readonly #copies: Set<string>;
  readonly #moved: Map<string, string>;
  #shape: Shape;
  #made: string[];
  #folder: string | undefined;
  #wholeTarget: string | undefined;

  /** `old` is what the record says of this root; only links that still are as recorded count as ours. */
  constructor(context: DraftContext, root: string, state: Exclude<RootState, { kind: 'unusable' }>, old?: LinkRecord) {
    this.root = root;
    this.#context = context;
    this.#shape = state.kind;
    this.#entries = state.kind === 'folder' ? state.entries : new Map();
    this.#capitals = [...this.#entries.keys()].filter((name) => name !== name.toLowerCase());
    this.#viaLink = state.kind === 'folder' && fs.lstatSync(root).isSymbolicLink();
    this.#wholeTarget = state.kind === 'whole' ? state.target : undefined;
    // A record may have been edited: nothing but the root and folders above it is ever removed as made by us.
    this.#made = (old?.made ?? []).filter((dir) => dir === root || isBelow(dir, root));
    this.#folder = old?.folder;
    this.#moved = new Map(Object.entries(old?.moved ?? {}));
    const isOurLink = (name: string): boolean => this.#entries.get(name)?.target === path.join(old?.skills ?? '', name);
    this.#links = new Set(old?.links.filter(isOurLink));
    this.#copies = new Set(old?.copies.filter((name) => this.#entries.get(name)?.isFolder === true));
  }

  get isWhole(): boolean {
    return this.#shape === 'whole';
  }

  /** Whether one link can stand here without hiding or moving anything that is not ours. */
  get canBeWhole(): boolean {
    if (this.#shape === 'absent') return true;
    const isOurs = (name: string): boolean =>
      this.#links.has(name) || (this.#copies.has(name) && this.#copy(name).isUntouched);
    return !this.#viaLink && this.#moved.size === 0 && [...this.#entries.keys()].every(isOurs);
  }

  /** One link for the root as a whole, in the place of a folder that holds nothing but ours. */
  placeWhole(): void {
    if (this.#shape === 'whole') {
      if (this.#wholeTarget === this.#context.skills) return;
      this.changes.push({ kind: 'remove', path: this.root });
    } else if (this.#shape === 'folder') {
      this.#dropAll([]);
      this.#setFolderAside();
    } else {
      this.#made.push(...this.#missing().slice(0, -1));
    }
    this.changes.push({ kind: 'symlink', path: this.root, target: this.#context.skills });
    this.#shape = 'whole';
  }

  /** A link (or, where links are not possible, a copy) for each of these skills and for no other. */
  placeEach(names: readonly string[], as: 'link' | 'copy'): void {
    if (names.length === 0) {
      this.#clear(new Set());
      return;
    }
    if (this.#shape === 'whole') this.#dropWhole();
    this.#dropAll(names);
    this.#makeFolder();
    for (const name of names) {
      if (as === 'link') this.#placeLink(name);
      else this.#placeCopy(name);
    }
  }

  /** Leaves the root as it was before the first install. `gone` are paths that other parts of the plan remove. */
  undo(gone: ReadonlySet<string>): void {
    if (this.#shape === 'whole')
      this.notes.push(
        `${this.root} is a link to ${this.#context.skills}: what was made through it lies there and stays`,
      );
    this.#clear(gone);
  }

  /** What the record shall say; `undefined` when there is nothing of ours any more. */
  record(): LinkRecord | undefined {
    const links = [...this.#links].toSorted();
    const copies = [...this.#copies].toSorted();
    const moved = Object.fromEntries([...this.#moved].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (!this.isWhole && links.length + copies.length + this.#moved.size === 0) return undefined;
    return {
      root: this.root,
      skills: this.#context.skills,
      form: this.isWhole ? 'whole' : 'each',
      made: [...new Set(this.#made)].toSorted((a, b) => a.length - b.length),
      links,
      copies,
      moved,
      ...(this.#folder === undefined ? {} : { folder: this.#folder }),
    };
  }

  #clear(gone: ReadonlySet<string>): void {
    if (this.#shape === 'whole') this.#dropWhole();
    this.#dropAll([]);
    // Their own folder, which somebody has removed together with our link.
    if (this.#shape === 'absent' && this.#folder !== undefined) this.#bringFolderBack(this.#folder);
    this.#removeMade(gone);
  }

  #at(name: string): string {
    return path.join(this.root, name);
  }

  #copy(name: string): Copy {
    return readCopy(this.#at(name), name);
  }

  #placeLink(name: string): void {
    const target = path.join(this.#context.skills, name);
    // One that leads where ours would is as good, and stays when ours go: it is not in the record.
    if (this.#entries.get(name)?.target === target) return;
    if (this.#links.has(name)) this.#dropLink(name);
    if (this.#copies.has(name) && !this.#dropCopy(name)) return;
    if (!this.#moveAway(name)) return;
    this.changes.push({ kind: 'symlink', path: this.#at(name), target });
    this.#entries.set(name, { target, isFolder: false });
    this.#links.add(name);
  }

  #placeCopy(name: string): void {
    const files = readSkillFiles(path.join(this.#context.skills, name));
    if (files === undefined) {
      this.faults.push({ skill: name, message: 'has more files than can be copied, and links are not possible here' });
      return;
    }
    if (this.#links.has(name)) this.#dropLink(name);
    const old = this.#copies.has(name) ? this.#copy(name) : undefined;
    if (old?.isUntouched === false) {
      this.#reportEdited(name);
      return;
    }
    if (old === undefined && !this.#moveAway(name)) return;
    this.changes.push(...writeCopy(this.#at(name), name, files, old));
    this.#entries.set(name, { isFolder: true });
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
    this.#entries.delete(name);
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
    this.#entries.delete(name);
    return true;
  }

  /** Takes a copy out; with somebody's edits in it, it goes to the backups. */
  #dropOrKeepCopy(name: string): void {
    const copy = this.#copy(name);
    if (copy.isUntouched) this.changes.push(...removeCopy(this.#at(name), copy));
    else this.notes.push(`the copy of ${name} was edited: it is moved to ${this.#backUp(this.#at(name), name)}`);
    this.#copies.delete(name);
    this.#entries.delete(name);
  }

  /** Frees a name for ours. Whether it is free then: a folder that the tree lies in is not moved. */
  #moveAway(name: string): boolean {
    const entry = this.#standing(name);
    if (entry === undefined) return true;
    const real = realPath(this.#at(entry));
    if (real !== undefined && (real === this.#context.tree || isBelow(real, this.#context.tree))) {
      const message = `${this.#at(entry)} is in its place, and cannot be moved: the tree lies in it`;
      this.faults.push({ skill: name, message });
      return false;
    }
    const kept = this.#backUp(this.#at(entry), entry);
    // If they have put something new in the place of our link, that is what goes back; the older one stays in its backup.
    this.#moved.set(entry, this.#context.backups.recorded(kept));
    this.notes.push(
      `${this.#at(entry)} makes way for the tree's skill: it is moved to ${kept}, and uninstall puts it back`,
    );
    this.#entries.delete(entry);
    return true;
  }

  /** The entry that has this name, also where the file system takes `Mail` and `mail` for the same. */
  #standing(name: string): string | undefined {
    if (this.#entries.has(name)) return name;
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
    } else if (this.#shape !== 'folder' || this.#entries.has(name)) {
      this.notes.push(`${this.#at(name)} is not put back, its place is taken or gone: it is kept in ${kept}`);
    } else {
      this.changes.push({ kind: 'rename', path: kept, to: this.#at(name) });
      this.#entries.set(name, { isFolder: false });
    }
  }

  /** Plans a move to the backups; gives where to. */
  #backUp(file: string, name: string): string {
    const { to, changes } = this.#context.backups.move(this.root, file, name);
    this.changes.push(...changes);
    return to;
  }

  /** Moves the emptied folder away whole, so that its mode, its owner and all else come back with it. */
  #setFolderAside(): void {
    if (this.#made.includes(this.root)) {
      this.changes.push({ kind: 'rmdir', path: this.root });
      this.#made = this.#made.filter((dir) => dir !== this.root);
    } else {
      const kept = this.#backUp(this.root, 'folder');
      this.#folder = this.#context.backups.recorded(kept);
    }
    this.#shape = 'absent';
  }

  #dropWhole(): void {
    this.changes.push({ kind: 'remove', path: this.root });
    this.#shape = 'absent';
    if (this.#folder !== undefined) this.#bringFolderBack(this.#folder);
  }

  #bringFolderBack(recorded: string): void {
    const kept = this.#context.backups.find(recorded);
    if (kept !== undefined) this.changes.push({ kind: 'rename', path: kept, to: this.root });
    else {
      this.changes.push({ kind: 'mkdir', path: this.root });
      this.notes.push(`${this.root} is made anew: its copy in ${recorded} is gone`);
    }
    for (const name of kept === undefined ? [] : fs.readdirSync(kept)) this.#entries.set(name, { isFolder: false });
    this.#shape = 'folder';
    this.#folder = undefined;
  }

  #makeFolder(): void {
    if (this.#shape !== 'absent') return;
    if (this.#folder !== undefined) {
      this.#bringFolderBack(this.#folder);
      return;
    }
    this.#made.push(...this.#missing());
    this.changes.push({ kind: 'mkdir', path: this.root });
    this.#shape = 'folder';
  }

  /** The root and the folders above it that are not there, outermost first. */
  #missing(): string[] {
    const missing = [this.root];
    for (let dir = path.dirname(this.root); !fs.existsSync(dir); dir = path.dirname(dir)) missing.unshift(dir);
    return missing;
  }

  /** Removes the folders that install made and that would be empty, from the inside. */
  #removeMade(gone: ReadonlySet<string>): void {
    const removed = new Set(gone);
    if (this.#shape === 'absent') removed.add(this.root);
    for (const dir of this.#made.toSorted((a, b) => b.length - a.length)) {
      if (removed.has(dir) || !fs.existsSync(dir)) continue;
      const names = dir === this.root ? [...this.#entries.keys()] : fs.readdirSync(dir);
      if (!names.every((name) => removed.has(path.join(dir, name)))) return;
      this.changes.push({ kind: 'rmdir', path: dir });
      removed.add(dir);
      if (dir === this.root) this.#shape = 'absent';
    }
  }
}
