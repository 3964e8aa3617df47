import { describe, expect, test } from 'vitest';
import { formatManifest, makeManifest, parseManifest, verifyManifest } from './seed-manifest.ts';

const files: [string, string][] = [
  ['state/b.md', 'b'],
  ['program.md', 'a'],
];

describe('the seed manifest', () => {
  test('is text in path order that reads back the same', () => {
    const text = formatManifest(makeManifest('1.0.0', files));
    expect(text).toBe(`{
  "_v": 1,
  "version": "1.0.0",
  "files": {
    "program.md": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    "state/b.md": "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
  }
}
`);
    expect(formatManifest(parseManifest(text))).toBe(text);
  });

  test('tells the same, the changed and the missing files apart', () => {
    const manifest = makeManifest('1', [...files, ['gone', 'x']]);
    const now = new Map([
      ['program.md', 'a'],
      ['state/b.md', 'B'],
    ]);
    const read = (path: string): Uint8Array | undefined =>
      now.has(path) ? new TextEncoder().encode(now.get(path)) : undefined;
    expect(verifyManifest(manifest, read)).toEqual({
      same: ['program.md'],
      changed: ['state/b.md'],
      missing: ['gone'],
    });
  });

  test.each([
    ['{', 'not JSON'],
    ['null', 'not an object'],
    ['{"_v":2,"files":{}}', '_v 2'],
    ['{"_v":1}', 'no files'],
    ['{"_v":1,"files":{"../x":"00"}}', 'outside the tree: ../x'],
    ['{"_v":1,"files":{"/etc/x":"00"}}', 'outside the tree'],
    ['{"_v":1,"files":{"a":"00"}}', 'no sha256 for a'],
  ])('%s is refused', (text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });

  test('is not made of a path that leads out of the tree', () => {
    expect(() => makeManifest('1', [['a/../../b', '']])).toThrow('not a path inside a tree');
  });
});
