import fs from 'node:fs';
import path from 'node:path';
import { absent, lookAt, type Entry } from './entry.ts';
import { SnappyError } from './errors.ts';
import { isBelow } from './paths.ts';

/** As many links as Linux follows in one path (`path_resolution(7)`). */
const maximumLinks = 40;

function obstacle(file: string, what: string): SnappyError {
  return new SnappyError('failure', `${file} ${what}`, {
    hint: 'nothing was changed; run the command again for a new plan',
  });
}

function* foldersAbove(file: string): Generator<string> {
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    yield dir;
    if (dir === path.dirname(dir)) return;
  }
}

/**
 * The file system as it will be after the steps so far: what they set lies over what is on the disk. All paths here are
 * real ones, which lead through no link; `realPath` finds them.
 */
export class Foresight {
  /** What the steps so far leave at each path they touch. */
  private readonly known = new Map<string, Entry>();
  /** Folders that stand where a step moved them: what is in them was looked at by nobody. */
  private readonly moved = new Set<string>();
  /** Paths touched before a folder above them was moved: a second touch could not be told from the first. */
  private readonly settled = new Set<string>();
  private readonly folders = new Map<string, string>();

  /** What will stand at a real path. */
  at(real: string): Entry {
    const known = this.known.get(real);
    if (known !== undefined) return known;
    for (const dir of foldersAbove(real)) {
      if (this.moved.has(dir)) throw new Error(`a plan changes ${real}, in a folder that it moves`);
      if (this.known.has(dir)) return absent;
    }
    return lookAt(real);
  }

  /** Notes that a step turns what stands at a real path, `before`, into `after`. */
  set(real: string, before: Entry, after: Entry): void {
    if (this.settled.has(real)) throw new Error(`a plan changes ${real} before and after it moves a folder above it`);
    // A path that was resolved through here may lead elsewhere from now on.
    if (before.kind === 'link' || before.kind === 'folder') this.folders.clear();
    this.known.set(real, after);
    this.moved.delete(real);
  }

  /** Notes a move of `entry`, which stands at `from`, to `to`, where nothing is. */
  move(from: string, to: string, entry: Entry): void {
    for (const file of [...this.known.keys()].filter((name) => isBelow(name, from) || isBelow(name, to))) {
      this.known.delete(file);
      this.settled.add(file);
    }
    this.set(from, entry, absent);
    this.set(to, absent, entry);
    if (entry.kind === 'folder') this.moved.add(to);
  }

  /** Whether a folder will hold nothing. */
  isEmpty(dir: string): boolean {
    if (this.moved.has(dir)) throw new Error(`a plan removes ${dir}, a folder that it moves`);
    const prefix = path.join(dir, path.sep);
    for (const [file, entry] of this.known)
      if (entry.kind !== 'absent' && file.startsWith(prefix) && path.dirname(file) === dir) return false;
    return this.known.has(dir) || fs.readdirSync(dir).every((name) => this.at(path.join(dir, name)).kind === 'absent');
  }

  /** The path at which a change to the entry `file` itself takes place: links above it are followed, its own is not. */
  realPath(file: string): string {
    if (!path.isAbsolute(file)) throw new Error(`a plan names a path that is not absolute: ${file}`);
    const whole = path.normalize(file);
    return path.join(this.realFolder(path.dirname(whole), 0), path.basename(whole));
  }

  /** As `realPath`, with the entry's own link followed too. Throws `failure` where that leads nowhere. */
  realTarget(file: string): string {
    let real = this.realPath(file);
    for (let links = 0; ; links += 1) {
      const entry = this.at(real);
      if (entry.kind === 'absent' && links > 0) throw obstacle(file, 'is a link that leads nowhere');
      if (entry.kind !== 'link') return real;
      if (links === maximumLinks) throw obstacle(file, 'is a link that leads to itself');
      real = this.realPath(path.resolve(path.dirname(real), entry.target));
    }
  }

  /** `links` counts those followed so far, so that a loop ends. */
  private realFolder(dir: string, links: number): string {
    const cached = this.folders.get(dir);
    if (cached !== undefined) return cached;
    const parent = path.dirname(dir);
    if (parent === dir) return dir;
    const here = path.join(this.realFolder(parent, links), path.basename(dir));
    const entry = this.at(here);
    if (entry.kind === 'file') throw obstacle(here, 'is a file where a folder is needed');
    if (entry.kind === 'link' && links === maximumLinks) throw obstacle(here, 'is a link that leads to itself');
    const real =
      entry.kind === 'link' ? this.realFolder(path.resolve(path.dirname(here), entry.target), links + 1) : here;
    if (entry.kind !== 'absent') this.folders.set(dir, real);
    return real;
  }
}
