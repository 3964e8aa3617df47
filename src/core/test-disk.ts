import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Change } from './system.ts';

const memory = '/dev/shm';

/**
 * A fresh folder by its real path; the caller removes it. In memory where the machine has such a disk, since tests make
 * many; `far` asks for one on another file system than that, so that a move between the two is a copy.
 */
export function freshFolder(where: 'near' | 'far' = 'near'): string {
  const parent = where === 'near' && fs.existsSync(memory) ? memory : os.tmpdir();
  return fs.realpathSync(fs.mkdtempSync(path.join(parent, 'snappy-core-')));
}

/** Every entry below a folder: path, permission bits, and bytes or link text. Equal lists are equal trees. */
export function snapshot(dir: string): string[] {
  const show = (file: string): string[] => {
    const stat = fs.lstatSync(file);
    const name = `${path.relative(dir, file)} ${(stat.mode & 0o7777).toString(8)}`;
    if (stat.isSymbolicLink()) return [`${name} -> ${fs.readlinkSync(file)}`];
    if (stat.isFile()) return [`${name} = ${fs.readFileSync(file, 'latin1')}`];
    const inside = fs.readdirSync(file).toSorted();
    return [`${name} /`, ...inside.flatMap((entry) => show(path.join(file, entry)))];
  };
  return show(dir);
}

/** Where a scenario plays: a home and a tree. */
export interface Disk {
  readonly root: string;
  readonly journal: string;
  at(...names: string[]): string;
}

/** Lays a small home: settings with keys, folders of other programs, links, an empty folder, a tree. */
export function layDisk(root: string): Disk {
  const at = (...names: string[]): string => path.join(root, ...names);
  const lay = (file: string, text: string, mode: number): void => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), text);
    fs.chmodSync(at(file), mode);
  };
  fs.mkdirSync(root, { recursive: true });
  fs.chmodSync(root, 0o755);
  lay('home/.claude/settings.json', '{"key":"secret"}\n', 0o600);
  lay('home/.cache', 'KEY=1\n', 0o644);
  lay('home/gone.txt', 'not for long', 0o640);
  lay('dotfiles/gemini/settings.json', '{}', 0o664);
  lay('dotfiles/linked.json', '[]', 0o444);
  lay('home/skills/mine/SKILL.md', 'mine', 0o644);
  lay('home/skills/mine/run.sh', '#!/bin/sh\n', 0o755);
  lay('tree/state/skills/mine/SKILL.md', 'mine', 0o644);
  fs.symlinkSync('SKILL.md', at('home/skills/mine/link'));
  fs.chmodSync(at('home/skills/mine'), 0o750);
  fs.mkdirSync(at('home/empty'), { mode: 0o700 });
  fs.symlinkSync('../dotfiles/gemini', at('home/.gemini'));
  fs.symlinkSync('../dotfiles/linked.json', at('home/linked.json'));
  fs.symlinkSync('nowhere', at('home/skills/old'));
  fs.symlinkSync(at('tree/state/skills'), at('home/whole'));
  return diskAt(root);
}

/** The names of a disk laid before. */
export function diskAt(root: string): Disk {
  return { root, journal: path.join(root, 'journal'), at: (...names) => path.join(root, ...names) };
}

/**
 * One of each change that an install makes, and those that are hard to undo: through links, in the place of what was
 * moved away, below a folder that was a link before. `other` is a folder on another file system.
 */
export function richPlan(disk: Disk, other?: string): Change[] {
  const at = (...names: string[]): string => disk.at(...names);
  const write = (file: string, after: string, mode?: number): Change => {
    const before = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    return { kind: 'write', path: file, before, after: Buffer.from(after), mode };
  };
  const skill = at('tree/state/skills/mine');
  return [
    write(at('tree/_backups/1/settings.json'), '{"key":"secret"}\n', 0o600),
    write(at('home/.claude/settings.json'), '{"key":"secret","hooks":{}}\n'),
    {
      kind: 'write',
      path: at('home/.cache'),
      before: Buffer.from('KEY=1\n'),
      after: Buffer.from('KEY=1\n'),
      mode: 0o600,
    },
    write(at('home/.gemini/settings.json'), '{"hooks":{}}'),
    write(at('home/.gemini/deep/er/new.json'), 'new'),
    write(at('home/linked.json'), '[1]'),
    { kind: 'symlink', path: at('home/.agents/skills/mine'), target: skill },
    { kind: 'symlink', path: at('home/skills/old'), target: skill, before: 'nowhere' },
    { kind: 'rename', path: at('home/skills/mine'), to: at('tree/_backups/1/skills/mine') },
    { kind: 'mkdir', path: at('home/skills/mine'), mode: 0o700 },
    // The same bytes as the file that was moved away: a rollback must not take the one for the other.
    {
      kind: 'write',
      path: at('home/skills/mine/SKILL.md'),
      before: undefined,
      after: Buffer.from('mine'),
      mode: undefined,
    },
    { kind: 'remove', path: at('home/gone.txt') },
    { kind: 'rmdir', path: at('home/empty') },
    { kind: 'symlink', path: at('home/empty'), target: skill },
    { kind: 'remove', path: at('home/whole') },
    { kind: 'mkdir', path: at('home/whole') },
    { kind: 'symlink', path: at('home/whole/mine'), target: skill },
    ...(other === undefined
      ? []
      : ([
          { kind: 'rename', path: path.join(other, 'far'), to: at('tree/_backups/1/far') },
          { kind: 'symlink', path: path.join(other, 'far'), target: skill },
        ] satisfies Change[])),
  ];
}
