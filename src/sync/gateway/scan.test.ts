import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshFolder } from '../../core/test-disk.ts';
import { byPath } from '../wire/manifest.ts';
import { compileRules, defaultRules } from '../wire/rules.ts';
import { hashOfRules } from './known.ts';
import type { Known } from './known.ts';
import { isSettled, readStable } from './scan-read.ts';
import { scanRepo } from './scan.ts';
import type { Scan, ScanRequest } from './scan.ts';

const rules = compileRules(defaultRules);
const nothing: ScanRequest['known'] = { seen: new Map(), written: 0 };

let root = '';
beforeEach(() => void (root = freshFolder()));
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(root, { recursive: true });
});

function write(file: string, text = file): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}
const scan = (more: Partial<ScanRequest> = {}): Promise<Scan> =>
  scanRepo(root, { repo: 'os', scope: 'all', rules, known: nothing, ...more });
const names = (found: Scan): string[] => [...found.files.keys()];
/** As if the look had been long after what it saw. */
const later = ({ files }: Scan): Pick<Known, 'seen' | 'written'> => ({ seen: files, written: Date.now() + 60_000 });

describe('a look at what travels', () => {
  test('gives files in the order of a manifest, with what is in them', async () => {
    for (const file of [
      'state/a.md',
      'state/a/x.md',
      'state/a-b/x.md',
      'state/A/x.md',
      'program.md',
      'sources/ä.md',
      'README.md',
      'bin/x',
    ])
      write(file);
    const found = await scan();
    expect(names(found)).toEqual([
      'program.md',
      'sources/ä.md',
      'state/A/x.md',
      'state/a-b/x.md',
      'state/a.md',
      'state/a/x.md',
    ]);
    expect(
      names(found)
        .map((file) => ({ path: file }))
        .toSorted(byPath)
        .map((one) => one.path),
    ).toEqual(names(found));
    expect(found.files.get('state/a.md')).toMatchObject({
      size: 10,
      exec: false,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(names(await scan({ scope: 'state' }))).toEqual([
      'state/A/x.md',
      'state/a-b/x.md',
      'state/a.md',
      'state/a/x.md',
    ]);
    expect(names(await scan({ repo: 'kernel' }))).toContain('README.md');
  });

  test('reads nothing that is as it was last seen, and everything that is not', async () => {
    for (const name of ['a', 'b', 'c', 'd']) write(`state/${name}.md`);
    const first = await scan();
    expect(first.read).toHaveLength(4);
    const known = later(first);
    expect((await scan({ known })).read).toEqual([]);
    write('state/a.md', 'STATE/a.md');
    fs.chmodSync(path.join(root, 'state/b.md'), 0o755);
    write('state/e.md');
    const again = await scan({ known });
    expect(again.read).toEqual(['state/a.md', 'state/b.md', 'state/e.md']);
    expect(again.files.get('state/b.md')?.exec).toBe(true);
    expect(again.files.get('state/c.md')).toEqual(first.files.get('state/c.md'));
  });

  test('reads once more what was changed about when it was last looked at', async () => {
    write('state/a.md');
    const first = await scan();
    expect((await scan({ known: { seen: first.files, written: first.started } })).read).toEqual(['state/a.md']);
    const at = (mtime: number): Parameters<typeof isSettled>[0] => ({
      size: 1,
      ino: 1,
      exec: false,
      mtime,
      ctime: mtime,
    });
    expect([isSettled(at(1_000_500.5), 1_000_700), isSettled(at(1_000_500.5), 1_000_600)]).toEqual([true, false]);
    // A clock that ticks in whole seconds may tick every two of them.
    expect([isSettled(at(1_000_000), 1_001_900), isSettled(at(1_000_000), 1_002_100)]).toEqual([false, true]);
  });

  test('judges what was seen anew when the rules are others', async () => {
    write('state/notes/a.md');
    const known = { ...later(await scan()), quietBy: hashOfRules(defaultRules) };
    expect(names(await scan({ known }))).toEqual(['state/notes/a.md']);
    const stricter = compileRules({ ...defaultRules, deny: ['state/notes/**'] });
    expect(await scan({ known, rules: stricter })).toMatchObject({
      files: new Map(),
      leftOut: [{ path: 'state/notes/a.md', note: false }],
    });
  });

  test('follows no link, takes no other kind of file, and says so', async () => {
    write('outside/x.md');
    write('state/real.md');
    fs.symlinkSync('real.md', path.join(root, 'state/link.md'));
    fs.symlinkSync('../outside', path.join(root, 'state/folder'));
    fs.symlinkSync('nowhere', path.join(root, 'state/broken'));
    const found = await scan();
    expect(names(found)).toEqual(['state/real.md']);
    expect(found.leftOut.map((left) => [left.path, left.note])).toEqual([
      ['state/broken', true],
      ['state/folder', true],
      ['state/link.md', true],
    ]);
  });

  test('follows no link that has taken the place of a folder in which something stays here', async () => {
    for (const file of ['state/skills/z.bak', 'state/skills/s1/SKILL.md', 'state/skills/s1/a.bak']) write(file);
    const first = await scan();
    const known = { ...later(first), folders: first.folders, quietBy: hashOfRules(defaultRules) };
    expect((await scan({ known })).isFull).toBe(false);
    fs.renameSync(path.join(root, 'state/skills/s1'), path.join(root, 'outside'));
    fs.symlinkSync('../../outside', path.join(root, 'state/skills/s1'));
    write('outside/diary.md');
    const found = await scan({ known });
    expect(names(found)).toEqual([]);
    expect(found.leftOut.filter(({ note }) => note).map((left) => left.path)).toEqual(['state/skills/s1']);
  });

  test('leaves what is denied, passes over what is of this machine, and refuses a log that nobody has decided about', async () => {
    for (const file of [
      'state/skills/a/x.bak',
      'state/log/evals.ndjson',
      'state/log/gateway/os.known',
      'state/log/sessions/1',
      'state/log/new.ndjson',
      'state/log/edits.ndjson',
      'state/x/.git/config',
    ])
      write(file);
    const found = await scan();
    expect(names(found)).toEqual(['state/log/edits.ndjson']);
    expect(found.leftOut.map((left) => left.path)).toEqual(['state/log/evals.ndjson', 'state/skills/a/x.bak']);
    expect(found.refused).toEqual([
      { path: 'state/log/new.ndjson', size: 20, why: expect.any(String) as unknown, line: '"state/log/new.ndjson"' },
    ]);
  });

  test('refuses names that another machine cannot write', async () => {
    for (const name of ['a\u0308.md', 'aux.md', 'a:b.md', 'end.', 'tab\there.md']) write(`state/${name}`);
    const found = await scan();
    expect(names(found)).toEqual([]);
    expect(found.refused.every(({ why, line }) => why.startsWith('its name ') && line === undefined)).toBe(true);
    expect(found.refused).toHaveLength(5);
  });

  test('leaves out a file that is written to while it is read, and takes it when it stands still', async () => {
    write('state/log/edits.ndjson', 'row\n');
    const file = path.join(root, 'state/log/edits.ndjson');
    const real = fs.readSync;
    let writes = 2;
    vi.spyOn(fs, 'readSync').mockImplementation((...given: Parameters<typeof fs.readSync>) => {
      const count = real(...given);
      if (writes-- > 0) fs.appendFileSync(file, 'row\n');
      return count;
    });
    expect(readStable(file)?.bytes?.toString()).toBe('row\n'.repeat(3));
    writes = Number.POSITIVE_INFINITY;
    const found = await scan();
    expect([names(found), found.leftOut]).toEqual([
      [],
      [{ path: 'state/log/edits.ndjson', why: 'it is being written to', note: true }],
    ]);
  });
});

describe('a path that was here once', () => {
  test('is gone where nothing stands any more, and not where it cannot be looked at', async () => {
    write('state/here.md');
    write('elsewhere/inside.md');
    fs.symlinkSync('../elsewhere', path.join(root, 'state/moved'));
    const found = await scan();
    const asked = [
      'state/here.md',
      'state/gone.md',
      'state/gone/too.md',
      'state/moved/inside.md',
      'state/moved/other.md',
      'sources/far.md',
    ];
    expect([...found.missingOf(asked)]).toEqual(['state/gone.md', 'state/gone/too.md', 'sources/far.md']);
    expect([...(await scan({ scope: 'state' })).missingOf(asked)]).toEqual(['state/gone.md', 'state/gone/too.md']);
  });

  test('is gone where a folder with files in it has taken its place', async () => {
    write('state/a/x.md');
    fs.mkdirSync(path.join(root, 'state/b'));
    expect([...(await scan()).missingOf(['state/a', 'state/b', 'state/a/x.md'])]).toEqual(['state/a']);
  });
});
