import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyDelta, deltaSince } from './delta.ts';
import type { Delta } from './delta.ts';
import { formatManifest, parseManifest } from './manifest-text.ts';
import { emptyManifest, manifestText } from './manifest.ts';
import type { Frame, Manifest, ManifestFile } from './manifest.ts';
import type { PushedFile } from './messages.ts';
import { nextManifest } from './next-manifest.ts';
import { WireError } from './wire-error.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const frame = (pack: string, rawSize = 100): Frame => ({ pack, at: 5, size: 50, rawSize, codec: 'zstd' });

/** A file with the text as its content: in the frame, where one is told. */
function file(path: string, text: string, place: { frame?: number; at?: number } = {}): PushedFile {
  return { path, sha256: sha(text), size: text.length, exec: false, ...place };
}

function push(
  previous: Manifest,
  files: readonly PushedFile[],
  options: { gone?: readonly string[]; frames?: readonly Frame[]; blobs?: readonly string[] } = {},
): Manifest {
  const { gone = [], frames = [], blobs = [] } = options;
  const sizes = new Map(blobs.map((text) => [sha(text), text.length]));
  return nextManifest(previous, { files, gone, frames, blobs: sizes, rev: previous.rev + 1 });
}

function faultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof WireError ? [error.code, ...error.paths] : error;
  }
}

const empty = emptyManifest('os', 'private:0123456789ab');

/** A tier to which nine texts go back and forth, one push a step; `undefined` removes. */
const history = fc.array(
  fc.dictionary(
    fc.constantFrom('a', 'a/b', 'B', 'é', 'z'),
    fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined }),
    {
      maxKeys: 4,
    },
  ),
  { minLength: 1, maxLength: 8 },
);

function revisionsOf(steps: readonly Record<string, string | undefined>[]): readonly Manifest[] {
  const manifests: Manifest[] = [empty];
  for (const [number, step] of steps.entries()) {
    const changes = Object.entries(step);
    const fresh = changes.filter((change): change is [string, string] => change[1] !== undefined);
    const frames = fresh.map((_, at) => frame(`${number}.${at}`));
    const files = fresh.map(([path, text], at) => file(path, text, { frame: at, at: at }));
    const gone = changes.filter(([, text]) => text === undefined).map(([path]) => path);
    manifests.push(push(manifests.at(-1) ?? empty, files, { gone, frames }));
  }
  return manifests;
}

const named = (files: readonly ManifestFile[]): ManifestFile[] =>
  files.map(({ path, sha256, size, exec }) => ({ path, sha256, size, exec }));

describe('a manifest after pushes', () => {
  test('says what a plain table of files says', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const table = new Map<string, string>();
        for (const [path, text] of steps.flatMap((step) => Object.entries(step))) {
          if (text === undefined) table.delete(path);
          else table.set(path, text);
        }
        const expected = [...table]
          .map(([path, text]) => file(path, text))
          .toSorted((a, b) => (a.path < b.path ? -1 : 1));
        expect(named(revisionsOf(steps).at(-1)?.files ?? [])).toEqual(expected);
      }),
    );
  });

  test('brings whoever is at an earlier revision to the same files', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const manifests = revisionsOf(steps);
        const last = manifests.at(-1) ?? empty;
        for (const { rev, files } of manifests) {
          const delta = deltaSince(last, rev);
          expect(delta.full).toBe(rev === 0);
          const after = applyDelta(delta.full ? [] : named(files), named(delta.files), delta.gone);
          expect(manifestText(after)).toBe(manifestText(last.files));
        }
        expect(deltaSince(last, last.rev)).toEqual({ full: false, files: [], gone: [] });
      }),
    );
  });

  test('tells of nothing that was there at a revision already', () => {
    const one = push(empty, [file('a', 'one'), file('b', 'one'), file('c', 'one')], { blobs: ['one'] });
    const two = push(one, [file('d', 'one')], { gone: ['a'] });
    const three = push(two, [file('e', 'one')], { gone: ['b'] });
    const paths = ({ files, gone }: Delta): string => `${files.map(({ path }) => path).join('')}-${gone.join('')}`;
    expect([0, 1, 2, 3, 4].map((since) => paths(deltaSince(three, since)))).toEqual(['cde-', 'de-ab', 'e-b', '-', '-']);
    expect(deltaSince(empty, 0)).toEqual({ full: true, files: [], gone: [] });
  });

  test('has no frame that nothing is in, and each file where its push laid it', () => {
    fc.assert(
      fc.property(history, (steps) => {
        for (const { files, frames } of revisionsOf(steps)) {
          const used = new Set(files.map((entry) => ('frame' in entry ? entry.frame : -1)));
          expect([...used].toSorted((a, b) => a - b)).toEqual(frames.map((_, at) => at));
        }
      }),
    );
    const one = push(empty, [file('a', 'one', { frame: 0, at: 0 }), file('b', 'two', { frame: 1, at: 7 })], {
      frames: [frame('p'), frame('q')],
    });
    const two = push(one, [file('c', 'three', { frame: 0, at: 9 })], { gone: ['a'], frames: [frame('r')] });
    expect(two.frames.map(({ pack }) => pack)).toEqual(['q', 'r']);
    expect(two.files).toMatchObject([
      { path: 'b', frame: 0, at: 7, rev: 1 },
      { path: 'c', frame: 1, at: 9, rev: 2 },
    ]);
  });

  test('is read back from its text as it was', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const manifest = revisionsOf(steps).at(-1) ?? empty;
        expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
      }),
    );
    const blob = push(empty, [{ ...file('a', 'one'), exec: true }], { blobs: ['one'] });
    expect(parseManifest(formatManifest(blob))).toEqual(blob);
  });

  test('forgets tombstones once there are very many, and then gives all to those who would need them', () => {
    const many = Array.from({ length: 30_000 }, (_, at) => `f${at}`);
    let manifest = push(
      empty,
      many.map((path) => file(path, 'x')),
      { blobs: ['x'] },
    );
    manifest = push(manifest, [], { gone: many });
    expect(manifest).toMatchObject({ forgot: 0, files: [] });
    const others = many.map((path) => `g${path}`);
    manifest = push(
      manifest,
      others.map((path) => file(path, 'x')),
      { blobs: ['x'] },
    );
    manifest = push(manifest, [], { gone: others });
    expect(manifest.forgot).toBe(2);
    expect(manifest.gone.length).toBe(30_000);
    expect(deltaSince(manifest, 1)).toMatchObject({ full: true, files: [] });
    expect(deltaSince(manifest, 2).gone.length).toBe(30_000);
    expect(deltaSince(manifest, 3).gone.length).toBe(30_000);
  });
});

describe('a push', () => {
  const base = push(empty, [file('a', 'one', { frame: 0, at: 0 })], { frames: [frame('p')] });

  test('that says nothing new of a file keeps its revision and its place', () => {
    const next = push(base, [file('a', 'one', { frame: 0, at: 3 }), file('b', 'two', { frame: 0, at: 6 })], {
      frames: [frame('q')],
    });
    expect(next.files[0]).toEqual(base.files[0]);
    expect(push(base, [{ ...file('a', 'one'), exec: true }]).files[0]).toMatchObject({
      exec: true,
      rev: 2,
      frame: 0,
      at: 0,
    });
  });

  test('needs no content that the tier or the push has', () => {
    const next = push(base, [file('b', 'one'), file('c', 'two'), file('d', 'two', { frame: 0, at: 1 })], {
      frames: [frame('q')],
      gone: ['a'],
    });
    expect(next.files).toMatchObject([
      { path: 'b', frame: 0, at: 0 },
      { path: 'c', frame: 1, at: 1 },
      { path: 'd', frame: 1, at: 1 },
    ]);
  });

  test('with content that nobody has is refused with the paths', () => {
    expect(faultOf(() => push(base, [file('x', 'x'), file('y', 'y'), file('z', 'one')]))).toEqual([
      'missing_content',
      'x',
      'y',
    ]);
  });

  test('that lies about sizes or places is refused', () => {
    expect(faultOf(() => push(base, [{ ...file('x', 'one'), size: 4 }]))).toEqual(['mismatch', 'x']);
    for (const place of [{ frame: 1, at: 0 }, { frame: 0 }, { frame: 0, at: 98 }]) {
      expect(faultOf(() => push(base, [file('x', 'one', place)], { frames: [frame('q')] }))).toEqual(['mismatch', 'x']);
    }
  });

  test('may fill a frame to its last byte', () => {
    const next = push(base, [file('x', 'one', { frame: 0, at: 97 })], { frames: [frame('q')] });
    expect(next.files[1]).toMatchObject({ path: 'x', frame: 1, at: 97 });
    expect(parseManifest(formatManifest(next))).toEqual(next);
  });

  test('that names a path twice is refused', () => {
    const frames = [frame('q')];
    const twice = [file('x', 'one'), file('x', 'two', { frame: 0, at: 0 })];
    expect(faultOf(() => push(base, twice, { frames }))).toEqual(['malformed', 'x']);
    expect(faultOf(() => push(base, [file('a', 'one')], { gone: ['a'] }))).toEqual(['malformed', 'a']);
    expect(faultOf(() => push(base, [], { gone: ['a', 'a'] }))).toEqual(['malformed']);
  });
});

test('the text of a manifest that says what none does is refused, whichever value it is', () => {
  const text = formatManifest(
    push(
      push(empty, [file('a', 'one', { frame: 0, at: 0 }), file('b', 'two', { frame: 0, at: 3 })], {
        frames: [frame('p')],
      }),
      [],
      {
        gone: ['a'],
      },
    ),
  );
  const good = JSON.parse(text) as unknown;
  const spots: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, at: readonly (string | number)[]): void => {
    if (at.length > 0) spots.push(at);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) walk(inner, [...at, Array.isArray(value) ? Number(key) : key]);
  };
  walk(good, []);
  const withValue = (value: unknown, at: readonly (string | number)[], bad: unknown): unknown => {
    const [key, ...rest] = at;
    if (key === undefined) return bad;
    if (Array.isArray(value)) return value.map((item: unknown, n) => (n === key ? withValue(item, rest, bad) : item));
    const fields = value as Record<string, unknown>;
    return { ...fields, [key]: withValue(fields[key], rest, bad) };
  };
  for (const at of spots) {
    for (const bad of [null, -1, 1.5, { x: 1 }, true]) {
      expect([at, faultOf(() => parseManifest(JSON.stringify(withValue(good, at, bad))))]).toEqual([at, ['malformed']]);
    }
  }
  expect(faultOf(() => parseManifest(text.slice(0, -1)))).toEqual(['malformed']);
  expect(faultOf(() => parseManifest('null'))).toEqual(['malformed']);
  const unsorted = formatManifest({ ...empty, rev: 1, gone: ['b', 'a'].map((path) => ({ path, rev: 1 })) });
  expect(faultOf(() => parseManifest(unsorted))).toEqual(['malformed', 'a']);
});
