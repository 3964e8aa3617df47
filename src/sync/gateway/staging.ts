import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import { isAlive } from '../../core/process.ts';
import { sha256 as hashOf } from './fetch-pull-codec.ts';
import { stampOf } from './pull-local.ts';
import type { Stamp } from './pull-local.ts';

/**
 * Where a pull lays everything before any of it takes its place: `state/log/gateway/staged/<pid>-<8 hex>/` below the root of
 * the repo, so that it is on the same disk and taking its place is a rename. Nothing in there ever travels.
 */
const stagedName = `${layout.gateway}/staged`;
const folderName = /^(?<pid>\d{1,10})-[0-9a-f]{8}$/;

/** Those that this process is at work with. */
const inUse = new Set<string>();

/**
 * Where a file is laid: in `new/`, which has the folders that are new as they will be in the tree; or in `single/`, where it
 * is to go into a folder that is there, by the sha256 of its path: to make folders for it takes longer than all the rest.
 */
export type LaidPlace = 'new' | 'single';

/** Where what comes to a path is laid, in the folder of a staging. */
export function laidAt(folder: string, file: string, place: LaidPlace): string {
  return place === 'new' ? `${folder}/new/${file}` : `${folder}/single/${hashOf(Buffer.from(file))}`;
}

/** What a pull has laid aside. */
export class Staging {
  readonly folder: string;
  private readonly root: string;
  private readonly made = new Set<string>();

  constructor(root: string) {
    this.root = root;
    this.folder = path.join(root, stagedName, `${process.pid}-${randomBytes(4).toString('hex')}`);
    inUse.add(this.folder);
  }

  /** Lays the content of a path; anew where it was laid before. Gives how it looks there, by which it is told from later edits. */
  lay(file: string, bytes: Uint8Array, { exec, place }: { readonly exec: boolean; readonly place: LaidPlace }): Stamp {
    const full = laidAt(this.folder, file, place);
    this.makeFolder(path.dirname(full));
    const fd = fs.openSync(full, 'w', exec ? 0o777 : 0o666);
    try {
      fs.writeFileSync(fd, bytes);
      return stampOf(fs.fstatSync(fd));
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Keeps content that is needed for a merge, by its sha256. */
  keep(sha256: string, bytes: Uint8Array): void {
    const full = path.join(this.folder, 'kept', sha256);
    this.makeFolder(path.dirname(full));
    fs.writeFileSync(full, bytes, { mode: 0o600 });
  }

  /** What was kept by that sha256; `undefined` where nothing was. */
  kept(sha256: string): Buffer | undefined {
    return readIfThere(path.join(this.folder, 'kept', sha256));
  }

  /** What was laid for a path. */
  laid(file: string, place: LaidPlace): Buffer | undefined {
    return readIfThere(laidAt(this.folder, file, place));
  }

  /** Removes all of it. */
  discard(): void {
    removeStaged(this.folder, this.root);
    inUse.delete(this.folder);
  }

  /** Each folder is made once, from above: to ask for all of them each time takes twice as long. */
  private makeFolder(folder: string): void {
    if (this.made.has(folder)) return;
    if (folder === this.folder) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    else {
      this.makeFolder(path.dirname(folder));
      fs.mkdirSync(folder);
    }
    this.made.add(folder);
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Removes what was laid aside, and leaves no empty folders of ours, as in a library that has no `state` of its own. */
export function removeStaged(folder: string, root: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  try {
    for (let dir = path.dirname(folder); dir !== root; dir = path.dirname(dir)) fs.rmdirSync(dir);
  } catch {
    // Something is in it, or it was not made.
  }
}

/** A folder that another run has left. */
export interface Leftover {
  readonly folder: string;
  /** Whether its process may still be laying files there. */
  readonly isAlive: boolean;
}

/** What other runs have laid aside, or were about to. */
export function leftovers(root: string): readonly Leftover[] {
  const parent = path.join(root, stagedName);
  let names: string[];
  try {
    names = fs.readdirSync(parent);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  }
  return names.toSorted().flatMap((name) => {
    const pid = Number(folderName.exec(name)?.groups?.['pid'] ?? Number.NaN);
    const folder = path.join(parent, name);
    if (Number.isNaN(pid) || inUse.has(folder)) return [];
    return [{ folder, isAlive: pid !== process.pid && isAlive(pid) }];
  });
}
