import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyJournaled, recover } from './journal.ts';
import { realSystem, type Change } from './system.ts';
import { freshFolder, layDisk, richPlan, snapshot, type Disk } from './test-disk.ts';
import { deadFrom, withFaults } from './test-faults.ts';

let disk: Disk;
let file: string;

beforeEach(() => {
  disk = layDisk(freshFolder());
  file = path.join(disk.journal, 'journal.json');
});

afterEach(() => fs.rmSync(disk.root, { recursive: true }));

const next = () => recover(realSystem(), disk.journal);

/** Leaves a run that was cut off about half way. */
function leaveJournal(): void {
  const act = (): void => applyJournaled(realSystem(), richPlan(disk), { journal: disk.journal, label: 'install' });
  withFaults(deadFrom(40), () => {
    expect(act).toThrow('EIO');
  });
  expect(fs.existsSync(file)).toBe(true);
}

test('a journal is for its owner’s eyes alone, and says which run it was', () => {
  leaveJournal();
  expect(fs.statSync(disk.journal).mode & 0o777).toBe(0o700);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(next()).toMatchObject({ outcome: 'rolled back', run: { label: 'install' }, left: [] });
  expect(fs.existsSync(disk.journal)).toBe(false);
});

test('a journal that was being written when the run was killed is removed: nothing had been done', () => {
  const before = snapshot(disk.root);
  fs.mkdirSync(disk.journal);
  fs.writeFileSync(path.join(disk.journal, 'journal.json.part'), '{"version":1,"steps":[{"kind":"set","pa');
  expect(next().outcome).toBe('clean');
  expect(snapshot(disk.root)).toEqual(before);
});

test('a second run does not begin while the journal of an earlier one is there', () => {
  leaveJournal();
  const before = snapshot(disk.root);
  const write: Change = { kind: 'mkdir', path: disk.at('new') };
  expect(() => applyJournaled(realSystem(), [write], { journal: disk.journal, label: 'x' })).toThrow(
    'an earlier run has left it and has to be rolled back first',
  );
  expect(snapshot(disk.root)).toEqual(before);
});

const edit = (change: (text: string) => string): void => fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));

describe('a journal is not followed, and nothing is touched,', () => {
  test.each([
    ['when others may write it', () => fs.chmodSync(file, 0o620), 'others may read or write it'],
    ['when others may write its folder', () => fs.chmodSync(disk.journal, 0o770), 'others may read or write it'],
    ['when it is cut short', () => fs.truncateSync(file, 900), 'it is damaged'],
    [
      'when it is of another version',
      () => edit((text) => text.replace('"version":1', '"version":2')),
      'it is damaged',
    ],
    [
      'when it names a path that is relative',
      () => edit((text) => text.replace('"path":"/', '"path":"')),
      'it is damaged',
    ],
    ['when it names a path with ..', () => edit((text) => text.replace('"path":"/', '"path":"/../')), 'it is damaged'],
    [
      'when its bytes are not those of its sha256',
      () => edit((text) => text.replace('"bytes":"', '"bytes":"AAAA')),
      'it is damaged',
    ],
    ['when it has a key that no journal has', () => edit((text) => text.replace('{', '{"x":1,')), 'it is damaged'],
    [
      'when it is a link',
      () => {
        fs.renameSync(file, disk.at('elsewhere'));
        fs.symlinkSync(disk.at('elsewhere'), file);
      },
      'it is damaged',
    ],
    [
      'when it came with an archive or a clone',
      () => {
        fs.copyFileSync(file, `${file}.copy`);
        fs.renameSync(`${file}.copy`, file);
      },
      'it was written in another place and copied here',
    ],
  ])('%s', (_, spoil, why) => {
    leaveJournal();
    spoil();
    const before = snapshot(disk.root);
    expect(next).toThrow(why);
    expect(snapshot(disk.root)).toEqual(before);
  });

  test.runIf(process.getuid?.() === 0)('when it belongs to another user', () => {
    leaveJournal();
    fs.chownSync(file, 12_345, 12_345);
    expect(next).toThrow('it belongs to another user');
  });
});

test('what somebody has changed since a run was cut off is kept and named; the rest is put back', () => {
  const before = snapshot(disk.root);
  leaveJournal();
  fs.writeFileSync(disk.at('home/.gemini/settings.json'), 'mine');
  fs.writeFileSync(disk.at('home/.gemini/deep/er/notes'), 'of mine');
  const { outcome, left } = next();
  expect(outcome).toBe('rolled back');
  expect([...left].toSorted()).toEqual([
    disk.at('dotfiles/gemini/deep'),
    disk.at('dotfiles/gemini/deep/er'),
    disk.at('dotfiles/gemini/settings.json'),
  ]);
  expect(snapshot(disk.root).filter((line) => !before.includes(line))).toEqual([
    'dotfiles/gemini/deep 755 /',
    'dotfiles/gemini/deep/er 755 /',
    expect.stringMatching(/notes \d+ = of mine$/),
    expect.stringMatching(/settings\.json \d+ = mine$/),
  ]);
});

test('a link that has come above a path since is not followed by a rollback', () => {
  const made: Change = {
    kind: 'write',
    path: disk.at('home/made/x'),
    before: undefined,
    after: Buffer.from('x'),
    mode: undefined,
  };
  withFaults(deadFrom(12), () => {
    expect(() =>
      applyJournaled(realSystem(), [made, ...richPlan(disk)], { journal: disk.journal, label: 'x' }),
    ).toThrow('EIO');
  });
  fs.rmSync(disk.at('home/made'), { recursive: true, force: true });
  fs.mkdirSync(disk.at('theirs'));
  fs.writeFileSync(disk.at('theirs/x'), 'x');
  fs.symlinkSync('../theirs', disk.at('home/made'));
  expect(next().left).toContain(disk.at('home/made'));
  expect(fs.readFileSync(disk.at('theirs/x'), 'utf8')).toBe('x');
});
