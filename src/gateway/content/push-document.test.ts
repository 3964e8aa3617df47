import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../sync/wire/limits.ts';
import { pushDocument } from '../../sync/wire/messages.ts';
import type { PushDocument } from '../../sync/wire/messages.ts';
import { defaultRules } from '../../sync/wire/rules.ts';
import { readPushDocument } from './push-document.ts';

const file = { path: 'state/a.md', sha256: 'a'.repeat(64), size: 3, exec: false, frame: 0, at: 0 };
const good: PushDocument = {
  repo: 'os',
  tier: 'team:acme',
  base: 0,
  push_id: 'b'.repeat(32),
  machine_id: 'a-machine',
  scope: 'state',
  rules: defaultRules,
  files: [file],
  gone: ['state/b.md'],
  digest: 'c'.repeat(64),
};

function read(value: unknown): unknown {
  try {
    return readPushDocument(new TextEncoder().encode(JSON.stringify(value)));
  } catch {
    return 'refused';
  }
}

function bySchema(value: unknown): unknown {
  const parsed = pushDocument.safeParse(JSON.parse(JSON.stringify(value)));
  return parsed.success ? parsed.data : 'refused';
}

const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  0,
  1,
  -1,
  0.5,
  1e300,
  '',
  'x',
  'a'.repeat(64),
  'A'.repeat(64),
  'a'.repeat(limits.path + 1),
  limits.file,
  limits.file + 1,
  [],
  {},
  [null],
  ['state/b.md', ''],
  [file, file],
  'public',
  'team:A',
);

test('a document is taken exactly when the schema takes it', () => {
  const ofFile = fc.tuple(fc.constantFrom(...Object.keys(file), 'other', '__proto__'), odd).map(([key, value]) => ({
    ...good,
    files: [file, { ...file, [key]: value }],
  }));
  const ofDocument = fc
    .tuple(fc.constantFrom(...Object.keys(good), 'parts', 'other'), odd)
    .map(([key, value]) => ({ ...good, [key]: value }));
  fc.assert(
    fc.property(fc.oneof(ofFile, ofDocument, fc.constant(good), odd), (value) => {
      expect(read(value ?? null)).toEqual(bySchema(value ?? null));
    }),
    { numRuns: 1_000 },
  );
});

test('a document that is no JSON or no Unicode is refused in words', () => {
  expect(() => readPushDocument(new TextEncoder().encode('{'))).toThrow('the document is not JSON');
  expect(() => readPushDocument(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('the document is not JSON');
  expect(() => readPushDocument(new TextEncoder().encode('3'))).toThrow('the document is no object');
});

test('more files than a tier may have are refused', () => {
  expect(read({ ...good, files: Array.from({ length: limits.files + 1 }, () => file) })).toBe('refused');
});
