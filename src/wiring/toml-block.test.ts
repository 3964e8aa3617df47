import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { tomlText } from './toml-text-arbitrary.ts';
import { putTomlBlock, takeTomlBlock, tomlConflict, tomlFault } from './toml-block.ts';

const block = '[sandbox_workspace_write]\nwritable_roots = ["/home/ann/snappy-os/state/skills"]\n';
const mark = '# >>> snappy-os: [sandbox_workspace_write] is set by snappy install; edit outside of these marks\n';
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

test('a text that is no TOML is named with its place', () => {
  expect(tomlFault('a = 1\n[t]\nb = 9223372036854775807\n')).toBeUndefined();
  expect(tomlFault('a = 1\nb = \n')).toMatch(/ at line 2, column \d+$/);
  expect(tomlFault('[t]\n[t]\n')).toMatch(/already defined.* at line 2, column 2$/);
  expect(tomlFault('a = "x')).toMatch(/ at line 1, column \d+$/);
  expect(tomlFault('a = 1\rb = 2')).toMatch(/ at line 1, column \d+$/);
  expect(tomlFault(`a = ${'['.repeat(100_000)}`)).toMatch(/nested.* at line 1/);
});
