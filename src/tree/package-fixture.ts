import fs from 'node:fs';
import path from 'node:path';
import type { SeedPackage } from './seed-files.ts';

const seedFiles: Readonly<Record<string, string>> = {
  'program.md': '# contract\n',
  'program.local.md': '# mine\n',
  gitignore: 'state/.index/\nstate/log/.machine_id\nstate/log/revisions/\n*.part\n*.bak\n',
  'state/hooks/run.sh': '#!/bin/sh\n',
  'state/lib/a.test.ts': 'not laid\n',
  'state/skills/one/SKILL.md': '---\nname: one\ndescription: A skill.\n---\n# one\n',
  'state/skills/one/AGENTS.md': '# one\n\nFirst.\n\nMiddle.\n\nLast.\n',
};

/** Makes a small package below `dir`. In `changes` a path of the seed leads to its text, or to `undefined` for none. */
export function makePackage(
  dir: string,
  version = '1.0.0',
  changes: Readonly<Record<string, string | undefined>> = {},
): SeedPackage {
  const root = path.join(dir, `package-${version}`);
  const files = Object.entries({ ...seedFiles, ...changes }).map(([file, text]) => [`seed/${file}`, text] as const);
  const programs = [
    ['dist/snappy.js', '#!/usr/bin/env node\n'],
    ['dist/snappy-full.cjs', 'export {};\n'],
    ['dist/snappy-quick.cjs', 'export {};\n'],
  ] as const;
  for (const [file, text] of [...files, ...programs]) {
    if (text === undefined) continue;
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return { seed: path.join(root, 'seed'), dist: path.join(root, 'dist'), version };
}
