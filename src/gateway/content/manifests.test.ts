import { expect, test } from 'vitest';
import { formatManifest } from '../../sync/wire/manifest-text.ts';
import { emptyManifest } from '../../sync/wire/manifest.ts';
import type { Manifest } from '../../sync/wire/manifest.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeTestHome } from '../test-home.ts';
import { packManifest, readManifest } from './manifests.ts';

const place = { repo: 'os', tier: 'public' } as const;
/** As many files as a tier may have, at paths that are common: more than what a Worker keeps of all of them. */
const files = Array.from({ length: 120_000 }, (_, n) => ({
  path: `state/skills/skill-${String(n >> 3).padStart(6, '0')}/resources/${n & 7}.md`,
  sha256: n.toString(16).padStart(64, '0'),
  size: 0,
  exec: false,
  blob: true as const,
  rev: 1,
}));
const manifest: Manifest = { ...emptyManifest(place.repo, place.tier), rev: 1, files };

test('the largest manifest is read once by a home that has the memory for it', async () => {
  const store = makeFaultyStore(makeMemoryStore(), () => undefined);
  const home = await makeTestHome({ store, config: { manifestBytes: 128 * 1024 * 1024 } });
  const { key, bytes } = packManifest(home, place, manifest);
  await store.put(key, bytes);
  const first = await readManifest(home, place, key);
  expect(formatManifest(first) === formatManifest(manifest)).toBe(true);
  expect((await readManifest(home, place, key)) === first).toBe(true);
  expect(store.calls).toEqual([`put ${key}`, `get ${key}`]);
});
