import fs from 'node:fs';
import path from 'node:path';
import { isBelow } from '../../core/paths.ts';
import type { Change } from '../../core/system.ts';
import { missingFolders } from '../folders.ts';
import type { Backups } from './backup.ts';
import type { LinkRecord } from './record.ts';
import type { RootEntry, RootState } from './root.ts';

/** What all roots of one plan share. */
export interface DraftContext {
  /** Absolute, links resolved. */
  readonly tree: string;
  /** The tree's folder of skills. */
  readonly skills: string;
  readonly backups: Backups;
}

/** A root that can be planned for. */
export type UsableRoot = Exclude<RootState, { kind: 'unusable' }>;

/**
 * The root itself while its plan is made: whether it is absent, a folder, or one link for all, and what it would hold
 * after the changes so far, so that one step can build on another that has not been carried out yet.
 */
export class RootFolder {
  readonly root: string;
  readonly changes: Change[] = [];
  readonly notes: string[] = [];
  /** By name; empty unless the root is a folder. */
  readonly entries: Map<string, RootEntry>;
  /** Whether the user keeps the folder elsewhere and links to it. */
  readonly isElsewhere: boolean;
  readonly #context: DraftContext;
  readonly #wholeTarget: string | undefined;
  #shape: 'absent' | 'folder' | 'whole';
  /** Folders that install made, the root among them or not. */
  #made: string[];
  /** Where the user's own empty folder was moved, as recorded; what stands at the root is ours as long as it is there. */
  #aside: string | undefined;

  constructor(context: DraftContext, root: string, state: UsableRoot, old?: LinkRecord) {
    this.root = root;
    this.entries = state.kind === 'folder' ? state.entries : new Map();
    this.isElsewhere = state.kind === 'folder' && fs.lstatSync(root).isSymbolicLink();
    this.#context = context;
    this.#wholeTarget = state.kind === 'whole' ? state.target : undefined;
    this.#shape = state.kind;
    // A record may have been edited: nothing but the root and folders above it is ever removed as made by us.
    this.#made = (old?.made ?? []).filter((dir) => dir === root || isBelow(root, dir));
    // A folder in the place of the one link is the user's new one.
    this.#aside = old?.form === 'whole' && state.kind === 'folder' ? undefined : old?.folder;
  }

  get isAbsent(): boolean {
    return this.#shape === 'absent';
  }

  get isWhole(): boolean {
    return this.#shape === 'whole';
  }

  /** What the record has to say of the root itself. */
  get recorded(): Pick<LinkRecord, 'form' | 'made' | 'folder'> {
    return {
      form: this.isWhole ? 'whole' : 'each',
      made: [...new Set(this.#made)].toSorted((a, b) => a.length - b.length),
      ...(this.#aside === undefined ? {} : { folder: this.#aside }),
    };
  }

  /** One link to the tree's skills in the place of the root, which is absent, an emptied folder, or such a link. */
  link(): void {
    if (this.isWhole) {
      if (this.#wholeTarget === this.#context.skills) return;
      this.changes.push({ kind: 'remove', path: this.root });
    } else if (this.isAbsent) {
      this.#made.push(...missingFolders(this.root));
    } else {
      this.#setAside();
    }
    this.changes.push({ kind: 'symlink', path: this.root, target: this.#context.skills });
    this.#shape = 'whole';
  }

  /** Takes the one link away. */
  unlink(): void {
    if (!this.isWhole) return;
    this.changes.push({ kind: 'remove', path: this.root });
    this.#shape = 'absent';
  }

  /** Makes the root a folder where it is absent; one like the user's own, if that was set aside. */
  make(): void {
    if (!this.isAbsent) return;
    const own = this.#context.backups.find(this.#aside);
    const mode = own === undefined ? {} : { mode: fs.statSync(own).mode & 0o7777 };
    if (this.#aside === undefined) this.#made.push(...missingFolders(this.root), this.root);
    this.changes.push({ kind: 'mkdir', path: this.root, ...mode });
    this.#shape = 'folder';
  }

  /**
   * Brings the user's own folder back, in the place of nothing or of ours, which is empty by now. Also where somebody has
   * removed ours; where somebody has put something in it, ours is as good as theirs.
   */
  bringBack(): void {
    if (this.#aside === undefined) return;
    const recorded = this.#aside;
    this.#aside = undefined;
    if (this.entries.size > 0) return;
    const own = this.#context.backups.find(recorded);
    if (own !== undefined) {
      if (!this.isAbsent) this.changes.push({ kind: 'rmdir', path: this.root });
      this.changes.push({ kind: 'rename', path: own, to: this.root });
    } else if (this.isAbsent) {
      this.changes.push({ kind: 'mkdir', path: this.root });
      this.notes.push(`${this.root} is made anew: its copy in ${recorded} is gone`);
    }
    this.#shape = 'folder';
  }

  /** Plans a move of something to the backups; gives where to. */
  backUp(file: string, name: string): string {
    const { to, changes } = this.#context.backups.move(this.root, file, name);
    this.changes.push(...changes);
    return to;
  }

  /** Removes the folders that install made and that would hold nothing once `gone` is, from the inside. */
  removeMade(gone: ReadonlySet<string>): void {
    const removed = new Set(gone);
    if (this.isAbsent) removed.add(this.root);
    for (const dir of this.#made.toSorted((a, b) => b.length - a.length)) {
      if (removed.has(dir) || !fs.existsSync(dir)) continue;
      const names = dir === this.root ? [...this.entries.keys()] : fs.readdirSync(dir);
      if (!names.every((name) => removed.has(path.join(dir, name)))) return;
      this.changes.push({ kind: 'rmdir', path: dir });
      removed.add(dir);
      if (dir === this.root) this.#shape = 'absent';
    }
  }

  /** Moves the emptied folder away whole, so that its mode, its owner and all else come back with it. */
  #setAside(): void {
    if (this.#aside !== undefined || this.#made.includes(this.root)) {
      this.changes.push({ kind: 'rmdir', path: this.root });
      this.#made = this.#made.filter((dir) => dir !== this.root);
    } else {
      this.#aside = this.#context.backups.recorded(this.backUp(this.root, 'folder'));
    }
  }
}
