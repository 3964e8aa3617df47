import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collisions, faultOfPath, foldPath } from './safe-path.ts';

const good = [
  'state/skills/x/SKILL.md',
  'a',
  '~/x',
  '.hidden/.gitignore',
  'über/Ω/日本.md',
  'a b/c d',
  '[slug].ts',
  'console/nullable.md',
  'com10.txt',
  '😀.md',
  'x.git/y',
];
const bad: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['/etc/passwd', /absolute/],
  ['//host/share', /absolute/],
  ['C:/x', /drive/],
  ['c:x', /drive/],
  ['..', /\.\. as a part/],
  ['a/../b', /\.\. as a part/],
  ['a/..', /\.\. as a part/],
  ['./a', /\. as a part/],
  ['a//b', /empty part/],
  ['a/', /empty part/],
  ['a\\b', /backslash/],
  ['..\\x', /backslash/],
  ['a\0b', /NUL/],
  ['a\nb', /U\+000A/],
  ['a\u007fb', /U\+007F/],
  ['a\u202eb', /U\+202E/],
  ['.g\u200cit/config', /U\+200C/],
  ['\ufeffa', /U\+FEFF/],
  ['a\u2028b', /U\+2028/],
  ['a\ud800b', /U\+D800/],
  ['nul', /device/],
  ['a/CON', /device/],
  ['COM1.txt', /device/],
  ['lpt¹.md', /device/],
  ['aux .c', /device/],
  ['a./b', /dot or a space/],
  ['a /b', /dot or a space/],
  ['a/b:c', /Windows refuses/],
  ['a?', /Windows refuses/],
  ['a*', /Windows refuses/],
  ['.git/config', /git/],
  ['a/.GiT/hooks/x', /git/],
  ['GIT~1/config', /git/],
  ['e\u0301.md', /normal form/],
  ['\u212a', /normal form/],
  [`${'a/'.repeat(256)}b`, /512 bytes/],
  [`${'é/'.repeat(171)}b`, /512 bytes/],
  ['a'.repeat(256), /255 bytes/],
  ['é'.repeat(128), /255 bytes/],
];

describe('a path', () => {
  test.for(good)('%j is fine', (path) => {
    expect(faultOfPath(path)).toBeUndefined();
  });

  test.for(bad)('%j is refused', ([path, why]) => {
    expect(faultOfPath(path)).toMatch(why);
  });

  test('that is taken stays below its root and has nothing in it that another system reads otherwise', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '.git',
        'CON',
        'a',
        'b.md',
        '\\',
        ':',
        '\0',
        '\u202e',
        '\ud83d',
        'é',
        'e\u0301',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const path = fc.array(
      fc.array(part, { maxLength: 3 }).map((parts) => parts.join('')),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(path, (parts) => {
        const text = parts.join('/');
        if (faultOfPath(text) !== undefined) return;
        const url = new URL(`http://x/root/${text.split('/').map(encodeURIComponent).join('/')}`);
        expect(decodeURIComponent(url.pathname)).toBe(`/root/${text}`);
        expect(text).not.toMatch(/[\\:*?"<>|\u0000-\u001f]|(?:^|\/)\.{1,2}(?:\/|$)|[. ](?:\/|$)|^\//);
        expect(text.normalize('NFC')).toBe(text);
        expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

test('a path may be as long as a file system and the wire can have it, in UTF-8', () => {
  const letter = fc.constantFrom('a', '\u007e', '\u00a1', '\u07c1', '\u0800', '日', '\ud7fb', '\uffe6', '😀');
  const segment = fc.tuple(letter, letter, fc.integer({ min: 60, max: 260 })).map(([a, b, n]) => a + b.repeat(n));
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const size = (text: string): number => new TextEncoder().encode(text).length;
      const isLong = size(segments.join('/')) > 512 || segments.some((each) => size(each) > 255);
      expect(faultOfPath(segments.join('/')) ?? '').toMatch(isLong ? /bytes$/ : /^$/);
    }),
    { numRuns: 300 },
  );
  const longest = `${'a'.repeat(255)}/${'a'.repeat(255)}/`;
  expect(faultOfPath(longest.slice(0, -1))).toBeUndefined();
  expect(faultOfPath(`${longest}a`)).toMatch(/512/);
  expect(faultOfPath(`${longest.slice(1)}a`)).toBeUndefined();
});

describe('the folded form', () => {
  test('is the same for spellings that a file system takes for one name', () => {
    for (const [a, b] of [
      ['README.md', 'readme.MD'],
      ['Straße', 'STRASSE'],
      ['straẞe', 'straße'],
      ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
      ['é', 'E\u0301'],
      ['K', '\u212a'],
      ['ſ', 's'],
      ['Ǆ', 'ǅ'],
    ] as const) {
      expect(foldPath(a), `${a} and ${b}`).toBe(foldPath(b));
    }
  });

  test('tells apart what every file system tells apart', () => {
    for (const [a, b] of [
      ['a', 'b'],
      ['x²', 'x2'],
      ['e', 'é'],
      ['a/b', 'a-b'],
    ] as const) {
      expect(foldPath(a), `${a} and ${b}`).not.toBe(foldPath(b));
    }
  });

  test('of every character is that of its other cases and normal forms, and folds no further', () => {
    const astray: string[] = [];
    for (let point = 0; point < 0x2_0000; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      const folded = foldPath(character);
      const others = [character.toLowerCase(), character.toUpperCase(), character.normalize('NFD'), folded];
      if (others.some((other) => foldPath(other) !== folded)) astray.push(point.toString(16));
    }
    expect(astray).toEqual([]);
  });
});

describe('collisions', () => {
  test('are names that differ in case or normal form, and files that are folders of others', () => {
    expect(collisions(['a', 'b', 'a/x'])).toEqual([['a', 'a/x']]);
    expect(collisions(['a/README.md', 'a/readme.md'])).toEqual([['a/README.md', 'a/readme.md']]);
    expect(collisions(['x/Y/z', 'X/y'])).toEqual([['X/y', 'x/Y/z']]);
    expect(collisions(['a/x', 'A/y', 'ab', 'a.b/c'])).toEqual([]);
  });

  test('are those that comparing each path with each other finds', () => {
    const path = fc
      .array(fc.constantFrom('a', 'A', 'b', 'é', 'É', 'e\u0301'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 10 }), (paths) => {
        const clash = paths.some((a) =>
          paths.some((b) => a !== b && (foldPath(a) === foldPath(b) || foldPath(b).startsWith(`${foldPath(a)}/`))),
        );
        expect(collisions(paths).length > 0).toBe(clash);
      }),
    );
  });
});
