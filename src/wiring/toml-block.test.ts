import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { tomlText } from './toml-text-arbitrary.ts';
import { putTomlBlock, takeTomlBlock, tomlConflict, tomlFault } from './toml-block.ts';

const block = '[sandbox_workspace_write]\nwritable_roots = ["/home/ann/snappy-os/state/skills"]\n';
const mark =
  '# >>> snappy-os: [sandbox_workspace_write] writable_roots is set by snappy install; edit outside of these marks\n';
const marked = `${mark}${block}# <<< snappy-os\n`;

describe('on TOML of any content and layout', () => {
  test('put, put, take gives the same bytes, and put changes nothing but ours', () => {
    fc.assert(
      fc.property(tomlText, (text) => {
        expect(takeTomlBlock(text)).toBe(text);
        const once = putTomlBlock(text, block);
        expect(putTomlBlock(once, block)).toBe(once);
        expect(takeTomlBlock(once)).toBe(text);
        expect(once.startsWith(text)).toBe(true);
        const { sandbox_workspace_write: ours, ...rest } = parse(once, { integersAsBigInt: true });
        expect(rest).toEqual(parse(text, { integersAsBigInt: true }));
        expect(ours).toEqual({ writable_roots: ['/home/ann/snappy-os/state/skills'] });
      }),
      { numRuns: 1000 },
    );
  });

  test('what others add after the block, or as Codex does before its last mark, stays', () => {
    const added = fc.constantFrom('\n[added]\nx = 1\n', '[added.y]\n', '\n# why\n[added]\n[added.z] # z\nk = [\n1]\n');
    fc.assert(
      fc.property(tomlText, added, fc.boolean(), (text, more, inside) => {
        const once = putTomlBlock(text, block);
        const at = inside ? once.lastIndexOf('# <<<') : once.length;
        const eol = inside || once.endsWith('\n') ? '' : '\n';
        const edited = once.slice(0, at) + eol + more + once.slice(at);
        expect(putTomlBlock(edited, block)).toBe(edited);
        const left = takeTomlBlock(edited);
        expect(left.startsWith(text)).toBe(true);
        expect(left.endsWith(more)).toBe(true);
        expect(left.slice(text.length, -more.length)).toMatch(/^(\r?\n)?$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('keys that others set in a table of ours', () => {
  const newer = block.replace('/home/ann', '/home/bob');
  const own = '# for npm\nnetwork_access = true\nexclude = [\n  "[x]", # one\n]\n';
  const header = '[sandbox_workspace_write]\n';

  test.each([
    ['below ours', marked.replace('# <<<', `${own}# <<<`)],
    ['above ours', marked.replace(header, `${header}${own}`)],
    ['below our last mark', marked + own],
  ])('stay when the block is written anew and when it is taken out: %s', (_, added) => {
    for (const [before, gap] of [
      ['', ''],
      ['a = 1\n', '\n'],
      ['[t]\n', '\n'],
    ] as const)
      for (const after of ['', '\n[mine]\nb = 2\n']) {
        const text = before + gap + added + after;
        expect(putTomlBlock(text, block)).toBe(text);
        const anew = before + gap + marked.replace('ann', 'bob').replace('# <<<', `${own}# <<<`) + after;
        expect(putTomlBlock(text, newer)).toBe(anew);
        expect(tomlConflict(text, newer)).toBeUndefined();
        expect(takeTomlBlock(text)).toBe(before + gap + header + own + after);
      }
  });

  test('stay whatever they are, at any line end', () => {
    const lines = fc.constantFrom(
      'x = 1\n',
      '# why\nx.y = 1 # z\n',
      "x = '''\n[t]\n'''\n\n# end\n",
      '"a b" = [\n[1]]\n',
    );
    fc.assert(
      fc.property(tomlText, lines, fc.boolean(), fc.constantFrom('', '[z]\nk = 1\n'), (text, set, first, other) => {
        const once = putTomlBlock(text, block);
        const at = first ? once.indexOf('writable_roots', once.lastIndexOf('\n[sandbox')) : once.lastIndexOf('# <<<');
        const edited = once.slice(0, at) + set + once.slice(at).replace('# <<<', `${other}# <<<`);
        expect(putTomlBlock(edited, block)).toBe(edited);
        const said = parse(edited, { integersAsBigInt: true });
        const anew = putTomlBlock(edited, newer);
        const roots = { writable_roots: ['/home/bob/snappy-os/state/skills'] };
        expect(parse(anew, { integersAsBigInt: true })).toEqual({
          ...said,
          sandbox_workspace_write: Object.assign({ ...Object(said['sandbox_workspace_write']) }, roots),
        });
        expect(putTomlBlock(anew, newer)).toBe(anew);
        const left = takeTomlBlock(anew);
        expect(left.startsWith(text)).toBe(true);
        expect(left.slice(text.length)).not.toContain('snappy');
        const { writable_roots: _, ...theirs } = Object(said['sandbox_workspace_write']);
        expect(parse(left, { integersAsBigInt: true })).toEqual({ ...said, sandbox_workspace_write: theirs });
      }),
      { numRuns: 500 },
    );
  });

  test('above our first header stay in the table that they are in', () => {
    const text = `[t]\n\n${marked.replace(header, `# why\nx = 1\n${header}`)}`;
    expect(putTomlBlock(text, newer)).toBe(`[t]\n\n# why\nx = 1\n\n${marked.replace('ann', 'bob')}`);
    expect(takeTomlBlock(text)).toBe('[t]\n\n# why\nx = 1\n');
  });

  test('a comment is theirs too', () => {
    const text = marked.replace('# <<<', '\n# mine\n# <<<');
    expect(putTomlBlock(text, newer)).toBe(text.replace('ann', 'bob'));
    expect(takeTomlBlock(`a = 1\n\n${text}`)).toContain('# mine\n');
  });

  test('one that the block has come to set is left to them, with its table', () => {
    const text = marked.replace('# <<<', 'network_access = true\n# <<<');
    const more = `${block}network_access = false\n`;
    expect(putTomlBlock(text, more)).toBe(`${header}network_access = true\n`);
    expect(tomlConflict(text, more)).toContain('has [sandbox_workspace_write] already');
  });
});

test('the block stands between marks at the end, apart from what is above it', () => {
  expect(putTomlBlock('', block)).toBe(marked);
  expect(putTomlBlock('a = 1\n', block)).toBe(`a = 1\n\n${marked}`);
  expect(putTomlBlock('a = 1', block)).toBe(`a = 1\n\n${marked.trimEnd()}`);
  expect(putTomlBlock('a = 1\r\n', block)).toBe(`a = 1\n\n${marked}`.replaceAll('\n', '\r\n'));
});

test('a block of an older form is replaced where it stands', () => {
  const old = putTomlBlock('a = 1\n', '[sandbox_workspace_write]\nwritable_roots = ["/old"]\n[old]\n');
  expect(putTomlBlock(`${old}[mine]\n`, block)).toBe(`a = 1\n\n${marked}[mine]\n`);
  const mixed = old.replace('# <<<', '\n# mine\n[mine]\n# <<<');
  expect(putTomlBlock(mixed, block)).toBe(`a = 1\n\n${marked}\n# mine\n[mine]\n`);
});

test('marks that somebody has damaged take nothing of the user along', () => {
  const text = `a = 1\n\n${marked}[mine]\nb = 2\n`;
  expect(takeTomlBlock(text.replace('# <<< snappy-os\n', ''))).toBe('a = 1\n[mine]\nb = 2\n');
  expect(takeTomlBlock(text.replace('\n\n# >>>', '\n# >>>'))).toBe('a = 1\n[mine]\nb = 2\n');
  expect(takeTomlBlock(text.replace('[sandbox_workspace_write]\n', '[sandbox_workspace_write] # x\n'))).toBe(
    'a = 1\n[mine]\nb = 2\n',
  );
  expect(takeTomlBlock(text.replace(mark, ''))).toBe(text.replace(mark, ''));
});

test('a block without a table of its own would fall into the user’s last one: a defect of the caller', () => {
  expect(() => putTomlBlock('', 'a = 1\n')).toThrow('a block has to begin with a table: a = 1');
});

describe('a table that the user has already', () => {
  const wanted = 'see to it that it holds writable_roots = ["/home/ann/snappy-os/state/skills"]';
  test.each([
    ['a = 1\n[sandbox_workspace_write]\nnetwork_access = true\n', 'line 2'],
    ['[t]\n\n[ "sandbox_workspace_write" ] # mine\n', 'line 3'],
    ['sandbox_workspace_write.network_access = true\n', 'line 1'],
    ['a = 1\r\nsandbox_workspace_write = { network_access = true }', 'line 2'],
    ['[sandbox_workspace_write]\nwritable_roots = ["/x"]\n', 'line 1'],
  ])('is left to the user: %j', (text, line) => {
    expect(tomlConflict(text, block)).toBe(
      `${line} has [sandbox_workspace_write] already, and a file can have it only once: ${wanted}`,
    );
  });

  test('is no conflict if it is ours, if it says the same, or if only a table within it is there', () => {
    const same = '[sandbox_workspace_write]\nx = 1\nwritable_roots = ["/y", "/home/ann/snappy-os/state/skills"]\n';
    for (const text of ['', marked, same, '[sandbox_workspace_write.sub]\na = 1\n', '[other]\n'])
      expect([text, tomlConflict(text, block)]).toEqual([text, undefined]);
    expect(putTomlBlock(same, block)).toBe(same);
    expect(takeTomlBlock(same)).toBe(same);
  });
});

describe('a block of which the user has a table already', () => {
  const trust = '[hooks.state."/a]b:stop:0:0"]\ntrusted_hash = "sha256:1"\n';
  const both = block + trust;
  const user = '[sandbox_workspace_write]\nnetwork_access = true\n';

  test('goes in without it, and it is named', () => {
    const once = putTomlBlock(user, both);
    expect(once).toBe(
      `${user}\n# >>> snappy-os: [hooks.state."/a]b:stop:0:0"] trusted_hash is set by snappy install; edit outside of these marks\n${trust}# <<< snappy-os\n`,
    );
    expect(putTomlBlock(once, both)).toBe(once);
    expect(tomlConflict(once, both)).toBe(tomlConflict(user, block));
    expect(takeTomlBlock(once)).toBe(user);
  });

  test('has all tables when the user’s is gone, and fewer when it comes', () => {
    const without = putTomlBlock(user, both).slice(user.length);
    const whole = putTomlBlock('', both);
    expect(putTomlBlock(without.trimStart(), both)).toBe(whole);
    expect(putTomlBlock(user + whole.replace(block, ''), both)).toBe(putTomlBlock(user, both));
  });

  test('names each one that it cannot put, and changes nothing where none can be put', () => {
    const theirs = `${user}[hooks]\nstate = {}\n`;
    expect(tomlConflict(theirs, both)).toMatch(/^line 1 has .*; .* has \[hooks\.state\..*trusted_hash = "sha256:1"$/);
    expect(putTomlBlock(theirs, both)).toBe(theirs);
  });

  test('leaves a text that parses, whatever the user has', () => {
    const theirs = fc.constantFrom(
      user,
      'hooks.state = 1\n',
      'sandbox_workspace_write = {}\n',
      '[[hooks.state]]\n',
      trust,
      '[hooks.state]\n',
    );
    fc.assert(
      fc.property(theirs, tomlText, (one, text) => {
        fc.pre(tomlFault(one + text) === undefined);
        const once = putTomlBlock(one + text, both);
        expect(tomlFault(once)).toBeUndefined();
        expect(putTomlBlock(once, both)).toBe(once);
        expect(takeTomlBlock(once)).toBe(one + text);
      }),
      { numRuns: 500 },
    );
  });
});

test('a text that is no TOML is named with its place', () => {
  expect(tomlFault('a = 1\n[t]\nb = 9223372036854775807\n')).toBeUndefined();
  expect(tomlFault('a = 1\nb = \n')).toMatch(/ at line 2, column \d+$/);
  expect(tomlFault('[t]\n[t]\n')).toMatch(/already defined.* at line 2, column 2$/);
  expect(tomlFault('a = "x')).toMatch(/ at line 1, column \d+$/);
  expect(tomlFault('a = 1\rb = 2')).toMatch(/ at line 1, column \d+$/);
  expect(tomlFault(`a = ${'['.repeat(100_000)}`)).toMatch(/nested.* at line 1/);
});
