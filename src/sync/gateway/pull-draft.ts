import { groupBy } from '../../core/group-by.ts';
import { faultOfPath } from '../wire/safe-path.ts';
import { sha256 } from './fetch-pull-codec.ts';
import type { LocalFile, LocalTree, Stamp } from './pull-local.ts';
import type { LaidPlace, Staging } from './staging.ts';
import type { SwapStep } from './swap.ts';

/** A file that is to come: what stands there now, and what is laid aside for it. */
export interface Coming {
  readonly here: LocalFile | undefined;
  readonly is: string;
  readonly size: number;
  readonly exec: boolean;
  /** The uppermost folder on its way that is new. */
  readonly newFolder: string | undefined;
  /** How it looks where it is laid. */
  readonly laid: Stamp;
}

function placeOf(newFolder: string | undefined): LaidPlace {
  return newFolder === undefined ? 'single' : 'new';
}

/** What a pull is to change: contents that are laid aside, and files that go. Becomes the steps of a swap. */
export class Draft {
  readonly comes = new Map<string, Coming>();
  private readonly goes = new Map<string, LocalFile>();
  private readonly staging: Staging;
  private readonly local: LocalTree;

  constructor(staging: Staging, local: LocalTree) {
    this.staging = staging;
    this.local = local;
  }

  /** A content comes to a path; `is` where its sha256 is known. What is there already, to the mode, does not come. */
  put(
    file: string,
    bytes: Uint8Array,
    { here, exec, is = sha256(bytes) }: { here: LocalFile | undefined; exec: boolean; is?: string },
  ): void {
    if (here !== undefined && here.sha256 === is && here.exec === exec) return;
    const newFolder = here === undefined ? this.local.newFolderOf(file) : undefined;
    const laid = this.staging.lay(file, bytes, { exec, place: placeOf(newFolder) });
    this.comes.set(file, { here, is, size: bytes.length, exec, newFolder, laid });
  }

  /** Whether a content of our own making can come to a path: its name is fit, and no link, file or folder stands in its way. */
  hasRoomFor(file: string): boolean {
    if (faultOfPath(file) !== undefined) return false;
    return this.comes.has(file) || this.goes.has(file) || this.local.look(file).kind !== 'blocked';
  }

  /** A content of our own making comes to a path, whatever else comes there. Throws where there is no room for it. */
  putAnew(file: string, bytes: Uint8Array): void {
    const here = this.comes.get(file)?.here ?? this.goes.get(file) ?? this.local.look(file);
    if (here.kind === 'blocked') throw new Error(`no room for ${file}`);
    this.goes.delete(file);
    this.put(file, bytes, { here: here.kind === 'file' ? here : undefined, exec: false });
  }

  delete(file: string, here: LocalFile): void {
    this.goes.set(file, here);
  }

  /** What is laid aside for a path; `undefined` where nothing comes. */
  contentOf(file: string): Buffer | undefined {
    const coming = this.comes.get(file);
    return coming === undefined ? undefined : this.staging.laid(file, placeOf(coming.newFolder));
  }

  get isEmpty(): boolean {
    return this.comes.size === 0 && this.goes.size === 0;
  }

  /** The steps of the swap: a folder that is new comes whole, so that thousands of files are few renames. */
  steps(): SwapStep[] {
    const steps: SwapStep[] = [...this.goes].map(([path, { sha256: was }]) => ({ kind: 'delete', path, was }));
    for (const [folder, files] of groupBy(this.comes, ([, { newFolder }]) => newFolder)) {
      if (folder !== undefined)
        steps.push({ kind: 'folder', path: folder, files: files.map(([path, { is }]) => [path, is]) });
      else for (const [path, { here, is }] of files) steps.push({ kind: 'put', path, was: here?.sha256 ?? null, is });
    }
    return steps;
  }

  /** How the files looked that are to be replaced or to go. */
  stamps(): Map<string, Stamp> {
    const stamps = new Map<string, Stamp>();
    for (const [file, { here }] of this.comes) if (here !== undefined) stamps.set(file, here.stamp);
    for (const [file, { stamp }] of this.goes) stamps.set(file, stamp);
    return stamps;
  }
}
