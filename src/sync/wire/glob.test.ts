import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlobs, fitsGlob } from './glob.ts';

const fits: readonly (readonly [glob: string, paths: string, others: string])[] = [
  ['a/b', 'a/b', 'a a/b/c xa/b A/b'],
  ['*', 'a .env', 'a/b'],
  ['**', 'a a/b/c', ''],
  ['**/x', 'x a/x a/b/x', 'ax x/a a/x/b'],
  ['x/**', 'x/a x/a/b', 'x xa/b a/x/b'],
  ['a/**/b', 'a/b a/x/b a/x/y/b', 'ab a/b/c a/xb'],
  ['**/.env*', '.env .envrc a/.env.local', 'env a.env .env/x'],
  ['**/*.key', 'x.key a/b.c.key .key', 'x.key/a xkey key'],
  ['a*c', 'ac abc a.c', 'a/c abcd'],
  ['a**c', 'ac abc', 'a/c'],
  ['a?c', 'abc', 'ac a/c'],
  ['**/a/**/*.md', 'a/x.md z/a/x.md a/b/c/x.md', 'x.md b/x.md a.md'],
  ['state/log/install*/**', 'state/log/installs/x state/log/install/x', 'state/log/installs'],
  ['[a]{b}', '[a]{b}', 'a ab'],
  ['**/*a*b/**/c', 'xab/c q/ab/z/c aab/aab/c', 'ab c a/b/c'],
];

test.for(fits)('%j fits the right paths', ([glob, paths, others]) => {
  const list = compileGlobs([glob], { anyCase: false });
  for (const path of paths.split(' ')) expect([path, fitsGlob(glob, path), list(path)]).toEqual([path, true, 0]);
  for (const path of others.split(' ').filter(Boolean)) {
    expect([path, fitsGlob(glob, path), list(path)]).toEqual([path, false, -1]);
  }
});

/** The plain meaning: parts one after the other, each choice tried. */
function oracle(glob: readonly string[], path: readonly string[]): boolean {
  const [part, ...rest] = glob;
  if (part === undefined) return path.length === 0;
  if (part === '**') {
    if (rest.length === 0) return path.length > 0;
    return path.some((_, at) => oracle(rest, path.slice(at))) || oracle(rest, []);
  }
  const [name, ...below] = path;
  return name !== undefined && oracleOfPart(part, name) && oracle(rest, below);
}

function oracleOfPart(part: string, name: string): boolean {
  if (part === '') return name === '';
  if (part.startsWith('*')) {
    return Array.from({ length: name.length + 1 }, (_, at) => at).some((at) =>
      oracleOfPart(part.slice(1), name.slice(at)),
    );
  }
  return name !== '' && (part[0] === '?' || part[0] === name[0]) && oracleOfPart(part.slice(1), name.slice(1));
}

const name = (letters: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
const pathOf = (part: fc.Arbitrary<string>): fc.Arbitrary<string[]> => fc.array(part, { minLength: 1, maxLength: 5 });

test('a glob fits what its plain meaning fits, by itself and in a list', () => {
  const glob = pathOf(fc.oneof(fc.constant('**'), name(['a', 'b', '*', '?'])));
  fc.assert(
    fc.property(glob, pathOf(name(['a', 'b'])), (parts, path) => {
      const expected = oracle(parts, path);
      expect(fitsGlob(parts.join('/'), path.join('/'))).toBe(expected);
      expect(compileGlobs([parts.join('/')], { anyCase: false })(path.join('/'))).toBe(expected ? 0 : -1);
    }),
    { numRuns: 3_000 },
  );
});

test('a list names the first that fits, in either case where that is asked for', () => {
  const list = compileGlobs(['x', '**/*.KEY', '**/a*'], { anyCase: true });
  expect(['A.key', 'X', 'y/Ab', 'b'].map((path) => list(path))).toEqual([1, 0, 2, -1]);
});

test('a glob made to be slow takes few steps', () => {
  // Steps are counted where characters are read: a clock would tell of the machine.
  let reads = 0;
  const path = 'a'.repeat(200);
  const counted = new Proxy(new String(path), {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as unknown as string;
  for (const glob of [`${'*a'.repeat(60)}b`, `**/${'*a'.repeat(60)}b`, `${'**/'.repeat(60)}b`]) {
    reads = 0;
    expect(fitsGlob(glob, counted)).toBe(false);
    expect(reads).toBeLessThan(4 * glob.length * path.length);
  }
});
