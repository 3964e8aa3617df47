import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, install, instructed, rows, uninstall } from './fixture.ts';

const here = instructed();
const files = filesOf(here);
const claude = 'home/.claude/CLAUDE.md';

describe('a home', () => {
  test('gets the user’s CLAUDE.md into each file that is read, behind our own lines', () => {
    files.put(claude, '# Rules\nBe brief.\n');
    install(here);
    expect(files.read('home/.plain/AGENTS.md')).toMatch(
      /^<!-- >>> snappy-os: made from ~\/\.claude\/CLAUDE\.md .*-->\n# snappy-os\n[^]*\n\n# Rules\nBe brief\.\n<!-- <<< snappy-os \(there was no file\) -->\n$/,
    );
    expect(files.read('home/.plain/AGENTS.md')).toContain('`~/snappy-os/state/skills`');
    expect(files.read('home/.imp/IMP.md')).toContain('also where it arrives as hook context');
    expect(Object.keys(files.all()).filter((name) => name.startsWith('work/project/'))).toEqual([]);
  });

  test('without a CLAUDE.md gets our own lines alone', () => {
    install(here, { runtimes: [rows.plain] });
    expect(files.read('home/.plain/AGENTS.md')).toMatch(/^<!-- >>> snappy-os: made by .*-->\n# snappy-os\n/);
  });

  test('a second install changes nothing, and uninstall leaves it as it was', () => {
    files.put(claude, '# Rules\n');
    files.put('home/.plain/AGENTS.md', 'Mine, no newline');
    files.put('home/.imp/IMP.md', '\uFEFF# Mine\r\n');
    fs.chmodSync(path.join(here.home, '.imp/IMP.md'), 0o640);
    const before = files.all();
    install(here);
    expect(files.all()).not.toEqual(before);
    expect(install(here)).toMatchObject({ changes: [], copies: [], faults: [], notes: [] });
    uninstall(here);
    expect(files.all()).toEqual(before);
    expect(here.entries).toEqual([]);
    expect(uninstall(here).changes).toEqual([]);
  });

  test('an edited CLAUDE.md renews the blocks', () => {
    files.put(claude, 'old\n');
    install(here, { runtimes: [rows.plain] });
    files.put(claude, 'new\n');
    expect(install(here, { runtimes: [rows.plain] }).notes).toEqual([]);
    expect(files.read('home/.plain/AGENTS.md')).toMatch(/\nnew\n<!--/);
    expect(files.copies()).toEqual([]);
  });
});

describe('a project', () => {
  test('gives its own CLAUDE.md, else the one in .claude, to each runtime in its form', () => {
    files.put('work/project/.claude/CLAUDE.md', 'Project rules.\n');
    files.put('work/project/.lookrules', 'old form\n');
    install(here, { project: true });
    expect(files.read('work/project/.look/rules/snappy.md')).toMatch(
      /^---\ntrigger: always_on\n---\n<!-- >>> snappy-os: made from \.claude\/CLAUDE\.md by/,
    );
    expect(files.read('work/project/.lookrules')).toMatch(/^old form\n\n<!--[^]*Project rules\./);
    for (const name of ['AGENTS.md', 'IMP.md']) expect(files.read(`work/project/${name}`)).toContain('Project rules.');
    files.put('work/project/CLAUDE.md', 'Nearer rules.\n');
    install(here, { project: true });
    expect(files.read('work/project/IMP.md')).toContain('Nearer rules.');
    expect(files.has('home/.plain')).toBe(false);
  });

  test('an older form is not made', () => {
    install(here, { project: true });
    expect(files.has('work/project/.lookrules')).toBe(false);
  });

  test('a runtime with no context at a turn is told to look for the loader itself', () => {
    install(here, { project: true });
    expect(files.read('work/project/.look/rules/snappy.md')).toContain(
      'Before a task, look into `~/snappy-os/state/index.md`',
    );
    expect(files.read('work/project/AGENTS.md')).not.toContain('state/index.md');
  });

  test('files and folders that were made go again, also where only the record tells of them', () => {
    files.put('work/project/CLAUDE.md', 'x\n');
    const before = files.all();
    install(here, { project: true });
    install(here);
    uninstall(here);
    expect(files.all()).toEqual(before);
  });

  test.each([false, true])('that is gone with its block is no fault (a file in its place: %s)', (inPlace) => {
    install(here, { project: true });
    fs.rmSync(here.project, { recursive: true });
    if (inPlace) files.put('work/project', 'x');
    expect(uninstall(here)).toMatchObject({ changes: [], faults: [], entries: [] });
  });

  test('uninstall of one project leaves the home', () => {
    install(here, { project: true });
    install(here, { runtimes: [rows.plain] });
    uninstall(here, { project: true });
    expect(files.has('work/project/AGENTS.md')).toBe(false);
    expect(here.entries.map(({ file }) => file)).toEqual([path.join(here.home, '.plain/AGENTS.md')]);
  });

  test('a folder in which somebody has put something stays', () => {
    install(here, { project: true });
    files.put('work/project/.look/rules/mine.md', 'x');
    const { changes } = uninstall(here, { project: true });
    expect(changes.map(({ kind }) => kind)).not.toContain('rmdir');
    expect(fs.readdirSync(path.join(here.project, '.look/rules'))).toEqual(['mine.md']);
  });
});

describe('two runtimes that read the same file', () => {
  test('share one block, which goes with the last of them', () => {
    install(here, { project: true, runtimes: [rows.plain] });
    install(here, { project: true, runtimes: [rows.other] });
    expect(files.read('work/project/AGENTS.md').match(/>>> snappy-os/g)).toHaveLength(1);
    expect(here.entries[0]?.runtimes).toEqual(['other', 'plain']);
    expect(uninstall(here, { project: true, runtimes: [rows.plain] }).changes).toEqual([]);
    uninstall(here, { project: true, runtimes: [rows.other] });
    expect(files.has('work/project/AGENTS.md')).toBe(false);
  });

  test('also when one’s is a link to the other’s; the link stays', () => {
    files.put('dotfiles/agents.md', 'Mine.\n');
    for (const name of ['.plain/AGENTS.md', '.imp/IMP.md']) {
      fs.mkdirSync(path.dirname(path.join(here.home, name)));
      fs.symlinkSync('../../dotfiles/agents.md', path.join(here.home, name));
    }
    const before = files.all();
    install(here, { runtimes: [rows.plain, rows.importing] });
    expect(files.read('dotfiles/agents.md').match(/>>> snappy-os/g)).toHaveLength(1);
    expect(fs.lstatSync(path.join(here.home, '.imp/IMP.md')).isSymbolicLink()).toBe(true);
    expect(install(here, { runtimes: [rows.plain] }).changes).toEqual([]);
    uninstall(here);
    expect(files.all()).toEqual(before);
  });
});

describe('the source', () => {
  test.each(['symlinkSync', 'linkSync'] as const)(
    'that is read under a second name is never written to (%s)',
    (link) => {
      files.put('work/project/CLAUDE.md', 'Rules.\n');
      fs[link](
        link === 'linkSync' ? path.join(here.project, 'CLAUDE.md') : 'CLAUDE.md',
        path.join(here.project, 'AGENTS.md'),
      );
      const before = files.all();
      const plan = install(here, { project: true, runtimes: [rows.plain, rows.other] });
      expect(plan.notes).toEqual([expect.stringContaining('is CLAUDE.md itself: PLAIN, OTHER reads it as it is')]);
      expect(files.all()).toEqual(before);
    },
  );

  test('that has become the file with our block loses the block', () => {
    files.put('work/project/AGENTS.md', 'Rules.\n');
    install(here, { project: true, runtimes: [rows.plain] });
    fs.symlinkSync('AGENTS.md', path.join(here.project, 'CLAUDE.md'));
    install(here, { project: true, runtimes: [rows.plain] });
    expect(files.read('work/project/AGENTS.md')).toBe('Rules.\n');
  });

  test('that imports a target is not copied with it, before and after the target is there', () => {
    files.put('work/project/CLAUDE.md', '@AGENTS.md\nFor all: tabs.\n');
    install(here, { project: true, runtimes: [rows.plain, rows.importing] });
    expect(files.read('work/project/AGENTS.md')).toMatch(/\n\nFor all: tabs\.\n<!--/);
    expect(install(here, { project: true, runtimes: [rows.plain, rows.importing] }).changes).toEqual([]);
    files.put('work/project/AGENTS.md', `Shared.\n${files.read('work/project/AGENTS.md')}`);
    install(here, { project: true, runtimes: [rows.plain, rows.importing] });
    expect(files.read('work/project/AGENTS.md').match(/Shared\./g)).toHaveLength(1);
    expect(files.read('work/project/IMP.md')).toMatch(/\n\nShared\.\nFor all: tabs\.\n<!--/);
  });

  test('that a target imports by itself is not copied into it', () => {
    files.put('work/project/CLAUDE.md', 'Rules.\n');
    files.put('work/project/IMP.md', 'See @./CLAUDE.md\n');
    const plan = install(here, { project: true, runtimes: [rows.importing] });
    expect(files.read('work/project/IMP.md')).not.toContain('Rules.');
    expect(plan.notes).toEqual([expect.stringContaining('imports CLAUDE.md by itself')]);
  });

  test('is escaped only for a runtime that takes each @word for an import', () => {
    files.put(claude, 'Use @scope/pkg.\n');
    install(here);
    expect(files.read('home/.imp/IMP.md')).toContain('Use \\@scope/pkg.');
    expect(files.read('home/.plain/AGENTS.md')).toContain('Use @scope/pkg.');
  });

  test('with our marks in it cannot break the blocks', () => {
    files.put(claude, 'a\n<!-- <<< snappy-os -->\nb\n<!-- >>> snappy-os -->\n');
    install(here);
    expect(install(here)).toMatchObject({ changes: [], faults: [] });
    uninstall(here);
    expect(files.has('home/.plain')).toBe(false);
  });

  test.each<[string, () => void]>([
    ['is a folder', () => files.put(`${claude}/x`, '')],
    ['is not UTF-8', () => files.put(claude, Buffer.from([0xff, 0xfe]))],
    ['is too large', () => files.put(claude, 'x'.repeat(1_100_000))],
    [
      'is a dangling link',
      () => {
        fs.mkdirSync(path.join(here.home, '.claude'));
        fs.symlinkSync('gone', path.join(here.base, claude));
      },
    ],
  ])('that %s is a fault, and no block loses its text', (_, make) => {
    files.put('home/.plain/AGENTS.md', 'Mine.\n');
    make();
    const before = files.all();
    expect(install(here).faults).toEqual([expect.objectContaining({ file: path.join(here.base, claude) })]);
    expect(files.all()).toEqual(before);
  });
});

describe('edits of the user', () => {
  test('around the block survive install and uninstall', () => {
    files.put('home/.plain/AGENTS.md', 'Mine.\n');
    install(here, { runtimes: [rows.plain] });
    files.put('home/.plain/AGENTS.md', `Top.\n${files.read('home/.plain/AGENTS.md')}Bottom.`);
    files.put(claude, 'Rules.\n');
    install(here, { runtimes: [rows.plain] });
    expect(files.read('home/.plain/AGENTS.md')).toMatch(/^Top\.\nMine\.\n\n<!--[^]*Rules\.[^]*-->\nBottom\.$/);
    uninstall(here);
    expect(files.read('home/.plain/AGENTS.md')).toBe('Top.\nMine.\nBottom.');
  });

  test('in a file that we made keep the file', () => {
    install(here, { runtimes: [rows.plain] });
    fs.appendFileSync(path.join(here.home, '.plain/AGENTS.md'), 'Mine.\n');
    uninstall(here);
    expect(files.read('home/.plain/AGENTS.md')).toBe('Mine.\n');
  });

  test.each([
    ['install', install],
    ['uninstall', uninstall],
  ] as const)('inside the block are kept in a copy by %s, and it is said', (_, run) => {
    install(here, { runtimes: [rows.plain] });
    const edited = files.read('home/.plain/AGENTS.md').replace('# snappy-os', '# snappy-os\nmy own note');
    files.put('home/.plain/AGENTS.md', edited);
    const plan = run(here, { runtimes: [rows.plain] });
    expect(plan.notes).toEqual([
      expect.stringMatching(/^~\/\.plain\/AGENTS\.md: our block there had been edited; .* ~\/snappy-os\/_backups\/2\//),
    ]);
    expect(files.copies()).toHaveLength(1);
    const copy = path.join(here.tree, files.copies()[0] ?? '');
    expect(fs.readFileSync(copy, 'utf8')).toBe(edited);
    expect(fs.statSync(copy).mode & 0o777).toBe(0o600);
  });

  test('without the record the block is still found, and kept in a copy since nobody knows whose it is', () => {
    files.put('home/.plain/AGENTS.md', 'Mine.\n');
    install(here);
    here.entries = [];
    expect(uninstall(here).notes).not.toEqual([]);
    expect(files.read('home/.plain/AGENTS.md')).toBe('Mine.\n');
    expect(files.has('home/.imp/IMP.md')).toBe(false);
    expect(files.copies().length).toBeGreaterThan(0);
  });

  test('a file that was moved and linked keeps the link', () => {
    install(here, { runtimes: [rows.plain] });
    fs.mkdirSync(path.join(here.base, 'dotfiles'));
    fs.renameSync(path.join(here.home, '.plain/AGENTS.md'), path.join(here.base, 'dotfiles/agents.md'));
    fs.symlinkSync('../../dotfiles/agents.md', path.join(here.home, '.plain/AGENTS.md'));
    uninstall(here);
    expect(files.read('dotfiles/agents.md')).toBe('');
    expect(fs.lstatSync(path.join(here.home, '.plain/AGENTS.md')).isSymbolicLink()).toBe(true);
  });
});

describe('a runtime that reads one file instead of another', () => {
  test('gets the block where it reads, and none is left where it does not', () => {
    install(here, { runtimes: [rows.capped] });
    expect(files.has('home/.capped/AGENTS.md')).toBe(true);
    files.put('home/.capped/AGENTS.override.md', 'Only this.\n');
    install(here, { runtimes: [rows.capped] });
    expect(files.has('home/.capped/AGENTS.md')).toBe(false);
    expect(files.read('home/.capped/AGENTS.override.md')).toMatch(/^Only this\.\n\n<!--/);
    uninstall(here);
    expect(fs.readdirSync(path.join(here.home, '.capped'))).toEqual(['AGENTS.override.md']);
  });

  test('an empty one is passed over, as the runtime does', () => {
    files.put('home/.capped/AGENTS.override.md', ' \n');
    install(here, { runtimes: [rows.capped] });
    expect(files.has('home/.capped/AGENTS.md')).toBe(true);
    expect(files.read('home/.capped/AGENTS.override.md')).toBe(' \n');
  });

  test('a block that another runtime reads there stays', () => {
    files.put('work/project/AGENTS.override.md', 'Only this.\n');
    install(here, { project: true, runtimes: [rows.plain] });
    install(here, { project: true, runtimes: [rows.capped] });
    expect(files.read('work/project/AGENTS.md')).toContain('>>> snappy-os');
  });
});

describe('what a runtime takes at most', () => {
  const long = `Intro.\n\n${Array.from({ length: 9 }, (_, at) => `## Part ${at}\n${'x'.repeat(250)}\n`).join('\n')}`;

  test('is kept by whole sections from the top, a pointer, and a note', () => {
    files.put(claude, long);
    files.put('home/.capped/AGENTS.md', 'y'.repeat(500));
    const { notes } = install(here, { runtimes: [rows.capped, rows.plain] });
    const text = files.read('home/.capped/AGENTS.md');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000);
    // One more section, of 262 bytes, would not go in.
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_000 - 262);
    expect(text).toMatch(
      /`~\/\.claude\/CLAUDE\.md` are too long for this file[^]*Intro\.\n\n## Part 0\nx{250}\n(?:\n## Part \d\nx{250}\n)*<!-- <<</,
    );
    expect(notes).toEqual([
      expect.stringMatching(/AGENTS\.md: the first \d of 10 sections .* \(CAPPED reads 2,000 bytes\)$/),
    ]);
    expect(files.read('home/.plain/AGENTS.md')).toContain('## Part 8');
    expect(install(here, { runtimes: [rows.capped, rows.plain] }).changes).toEqual([]);
  });

  test('counts the files above a project with it, and not the user’s', () => {
    fs.mkdirSync(path.join(here.base, 'work/.git'));
    files.put('home/.capped/AGENTS.md', 'u'.repeat(400));
    files.put('work/AGENTS.md', 'w'.repeat(300));
    files.put('work/project/CLAUDE.md', long.slice(0, 1_250));
    const withoutThem = 2_000 - 300;
    install(here, { project: true, runtimes: [rows.capped] });
    const size = fs.statSync(path.join(here.project, 'AGENTS.md')).size;
    expect(size).toBeLessThanOrEqual(withoutThem);
    fs.rmSync(path.join(here.base, 'work/AGENTS.md'));
    install(here, { project: true, runtimes: [rows.capped] });
    expect(fs.statSync(path.join(here.project, 'AGENTS.md')).size).toBeGreaterThan(withoutThem);
  });

  test('leaves our own lines and the pointer in a file that is full already, and it is said', () => {
    files.put(claude, long);
    files.put('home/.capped/AGENTS.md', 'y'.repeat(3_000));
    const { notes } = install(here, { runtimes: [rows.capped] });
    expect(notes).toEqual([
      expect.stringContaining('the first 0 of 10'),
      expect.stringContaining('too little room even for our lines'),
    ]);
    expect(files.read('home/.capped/AGENTS.md')).not.toContain('Intro.');
  });
});

describe('a file that cannot be edited safely is a fault of its own', () => {
  const broken = '<!-- >>> snappy-os: made by "snappy install"; do not edit this block -->\n';
  const target = (): string => path.join(here.home, '.plain/AGENTS.md');
  test.each<[string, () => void]>([
    ['read-only', () => (files.put('home/.plain/AGENTS.md', 'x'), fs.chmodSync(target(), 0o444))],
    ['a folder', () => fs.mkdirSync(target(), { recursive: true })],
    ['a dangling link', () => (fs.mkdirSync(path.dirname(target())), fs.symlinkSync('gone', target()))],
    ['a loop of links', () => (fs.mkdirSync(path.dirname(target())), fs.symlinkSync('AGENTS.md', target()))],
    ['not UTF-8', () => files.put('home/.plain/AGENTS.md', Buffer.from([0x61, 0xe4]))],
    ['UTF-16', () => files.put('home/.plain/AGENTS.md', Buffer.from('\uFEFFhello', 'utf16le'))],
    ['over 5 MB', () => files.put('home/.plain/AGENTS.md', 'x'.repeat(5_300_000))],
    ['below a file', () => files.put('home/.plain', 'x')],
    ['with one mark', () => files.put('home/.plain/AGENTS.md', `a\n${broken}b\n`)],
    ['with two blocks', () => files.put('home/.plain/AGENTS.md', `${broken}<!-- <<< snappy-os -->\n`.repeat(2))],
  ])('%s', (_, make) => {
    files.put(claude, 'Rules.\n');
    make();
    const before = files.all();
    const plan = install(here, { runtimes: [rows.plain, rows.importing] });
    expect(plan.faults).toEqual([
      {
        file: target(),
        message: expect.stringMatching(/AGENTS\.md was left alone: \S/),
        hint: expect.stringMatching(/\S/),
      },
    ]);
    // The other one is done all the same.
    expect(here.entries.map(({ runtimes }) => runtimes)).toEqual([['importing']]);
    uninstall(here);
    expect(files.all()).toEqual(before);
  });

  test('a block whose mark was broken stays in the record until it can be taken', () => {
    install(here, { runtimes: [rows.plain] });
    const whole = files.read('home/.plain/AGENTS.md');
    files.put('home/.plain/AGENTS.md', whole.replace('<!-- <<<', '<!-- <<'));
    expect(uninstall(here).faults).toHaveLength(1);
    expect(here.entries).toHaveLength(1);
    files.put('home/.plain/AGENTS.md', whole);
    expect(uninstall(here).faults).toEqual([]);
    expect(files.has('home/.plain')).toBe(false);
  });
});
