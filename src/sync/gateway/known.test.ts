import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshFolder } from '../../core/test-disk.ts';
import { manifestText, byPath } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { Tier } from '../wire/names.ts';
import { emptyKnown, formatKnown, knownFile, loadKnown, parseKnown, saveKnown } from './known.ts';
import type { Known, KnownTier, SeenFile } from './known.ts';
import { eachFile, eachFolder } from './known-seen.ts';

const url = 'https://gateway.example';
const tenant = '0123456789ab';
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => `state/${text.replace(/[\u0000-\u001f\u007f\ud800-\udfff]/g, '_')}`);
const file = fc.record({ path: fileName, sha256: fc.string().map(sha), size: fc.nat(), exec: fc.boolean() });
const files = fc.uniqueArray(file, { selector: (one) => one.path, maxLength: 8 }).map((all) => all.toSorted(byPath));
const tierOf = (all: readonly ManifestFile[], rev: number): KnownTier => ({
  rev,
  digest: sha(manifestText(all)),
  writable: rev % 2 === 0,
  isLost: rev % 3 === 0 ? true : undefined,
  files: new Map(all.map((one) => [one.path, one])),
  behind: new Map(),
});
const seen: fc.Arbitrary<SeenFile> = fc.record({
  size: fc.nat(),
  mtime: fc.double({ min: 0, max: 2e12, noNaN: true }),
  ctime: fc.double({ min: 0, max: 2e12, noNaN: true }),
  ino: fc.maxSafeNat(),
  exec: fc.boolean(),
  sha256: fc.string().map(sha),
});
const folder = fc.record({
  mtime: fc.double({ min: 0, max: 2e12, noNaN: true }),
  ctime: fc.double({ min: 0, max: 2e12, noNaN: true }),
  ino: fc.maxSafeNat(),
  whole: fc.boolean(),
});
const folders = fc.uniqueArray(fc.tuple(fileName, folder), { selector: ([name]) => name, maxLength: 4 });
const tierName = fc.constantFrom<Tier>('private', 'team:acme', 'subscriber', 'public');
const known: fc.Arbitrary<Known> = fc
  .record({
    tiers: fc.uniqueArray(fc.tuple(tierName, files, fc.nat(1_000)), { selector: ([tier]) => tier, maxLength: 3 }),
    seen: fc.uniqueArray(fc.tuple(fileName, seen), { selector: ([name]) => name, maxLength: 8 }),
    quietBy: fc.option(fc.string().map(sha), { nil: undefined }),
    folders: fc.option(folders, { nil: undefined }),
  })
  .map((made) => ({
    url,
    tenant,
    written: 1_700_000_000_000,
    quietBy: made.quietBy,
    tiers: new Map(made.tiers.map(([tier, all, rev]) => [tier, tierOf(all, rev)])),
    seen: new Map(made.seen),
    folders: made.folders === undefined ? undefined : new Map(made.folders),
  }));

/** With all that is read when somebody asks for it. */
const whole = (one: Known | undefined): unknown =>
  one === undefined
    ? undefined
    : {
        ...one,
        seen: [...one.seen],
        folders: one.folders && [...one.folders],
        tiers: [...one.tiers].map(([tier, { files: all, ...rest }]) => [tier, rest, [...all]]),
      };
/** One by one, as a look goes through them. */
const stats = ({ seen: all, folders: listed = new Map() }: Known): unknown => {
  const found: unknown[] = [];
  eachFile(all, (name, { size, mtime, ctime, ino, exec }) => found.push([name, { size, mtime, ctime, ino, exec }]));
  eachFolder(listed, (name, was) => found.push([name, { ...was }]));
  return found;
};

let tree = '';
beforeEach(() => void (tree = freshFolder()));
afterEach(() => fs.rmSync(tree, { recursive: true }));

describe('what is known of a gateway', () => {
  test('is read back as it was written, whatever the names', () => {
    fc.assert(
      fc.property(known, (one) => {
        const read = parseKnown(formatKnown(one));
        expect(read && stats(read)).toEqual(stats(one));
        expect(whole(read)).toEqual(whole(one));
      }),
    );
  });

  test('counts as missing where it is cut off anywhere', () => {
    fc.assert(
      fc.property(known, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (one, where) => {
        const text = formatKnown(one);
        expect(parseKnown(text.slice(0, Math.floor(text.length * where)))).toBeUndefined();
      }),
    );
  });

  test('never gives other files for a digest than were written', () => {
    fc.assert(
      fc.property(known, fc.nat(), fc.constantFrom('0', 'x', ' ', '\n', '9'), (one, where, put) => {
        const text = formatKnown(one);
        const at = where % text.length;
        const found = parseKnown(text.slice(0, at) + put + text.slice(at + 1));
        for (const { digest, files: all } of found?.tiers.values() ?? [])
          expect(sha(manifestText([...all.values()]))).toBe(digest);
      }),
    );
  });

  test('is not used for another gateway or another tenant, and that is said', () => {
    saveKnown(tree, 'os', emptyKnown(url, tenant));
    expect(whole(loadKnown(tree, 'os', { url, tenant }).known)).toEqual(whole(emptyKnown(url, tenant)));
    expect(loadKnown(tree, 'kernel', { url, tenant })).toEqual({ known: undefined });
    expect(loadKnown(tree, 'os', { url: 'https://other.example', tenant })).toEqual({
      known: undefined,
      note: expect.stringContaining('another gateway') as unknown,
    });
    expect(loadKnown(tree, 'os', { url, tenant: 'ba9876543210' }).note).toContain('another tenant');
    fs.writeFileSync(knownFile(tree, 'os'), 'snappy-os known v2\n{}\n');
    expect(loadKnown(tree, 'os', { url, tenant })).toEqual({
      known: undefined,
      note: expect.stringContaining('damaged') as unknown,
    });
    expect(fs.readdirSync(path.dirname(knownFile(tree, 'os')))).toEqual(['os.known']);
  });
});
