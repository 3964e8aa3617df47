import { expect, test } from 'vitest';
import type { ManifestFile } from '../wire/manifest.ts';
import { decidePaths } from './plan-pull.ts';

class CountedFiles extends Map<string, ManifestFile> {
  walks = 0;

  override values(): MapIterator<ManifestFile> {
    this.walks += 1;
    return super.values();
  }

  override [Symbol.iterator](): MapIterator<[string, ManifestFile]> {
    this.walks += 1;
    return super[Symbol.iterator]();
  }
}

const fileOf = (path: string, sha256: string): ManifestFile => ({ path, sha256, size: 1, exec: false });

test('skills that were removed here and changed there come back whole, in one walk through the files of the tier', () => {
  const names = Array.from({ length: 50 }, (_, n) => `s${n}`);
  const kinds = ['SKILL.md', 'AGENTS.md', 'run.sh'];
  const files = new CountedFiles();
  for (const name of names)
    for (const kind of kinds) files.set(`state/skills/${name}/${kind}`, fileOf(`state/skills/${name}/${kind}`, 'new'));
  const changes = new Map(
    names.map((name) => {
      const path = `state/skills/${name}/SKILL.md`;
      return [path, { base: fileOf(path, 'old'), theirs: fileOf(path, 'new') }];
    }),
  );
  files.walks = 0;
  const decisions = decidePaths({
    tiers: [{ tier: 'private', changes, files, behind: new Map() }],
    look: () => ({ kind: 'absent' }),
    filesBelow: () => [],
    origin: () => undefined,
    hasModes: true,
  });
  expect(
    [...decisions]
      .filter(([, { act }]) => act === 'put')
      .map(([path]) => path)
      .toSorted(),
  ).toEqual([...files.keys()].toSorted());
  expect(files.walks).toBeLessThan(5);
});
