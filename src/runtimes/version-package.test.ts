import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testPrograms } from '../core/test-programs.ts';
import { askVersions } from './version-ask.ts';
import { packageVersion } from './version-package.ts';

const programs = testPrograms();

/** A program as npm lays it: a link to a file of a package, and the package's own package.json. */
function lay(value: unknown): string {
  const program = programs.add('lib/node_modules/@maker/tool/dist/bin/tool.js', `touch '${programs.dir}/started'`);
  const link = path.join(programs.dir, 'bin/tool');
  fs.mkdirSync(path.dirname(link));
  fs.symlinkSync(path.relative(path.dirname(link), program), link);
  const root = path.join(programs.dir, 'lib/node_modules/@maker/tool');
  fs.writeFileSync(path.join(root, 'dist/package.json'), '{"type":"module","version":"9.9.9"}');
  fs.writeFileSync(path.join(root, 'package.json'), typeof value === 'string' ? value : JSON.stringify(value));
  return link;
}

test.each([
  ['one program', { version: '1.2.3', bin: 'dist/bin/tool.js' }],
  ['several programs', { version: '1.2.3', bin: { other: 'x.js', tool: './dist/bin/tool.js' } }],
])('the version is that of the package with %s, and the program is not started', async (_, value) => {
  const program = lay(value);
  expect(packageVersion(program)).toBe('1.2.3');
  const asked = [{ runtime: { id: 'tool', version: /never/ }, program }];
  const { answers, cache } = await askVersions(asked, { env: programs.env(), now: 0 });
  expect([answers.get('tool'), cache]).toEqual([{ version: '1.2.3' }, {}]);
  expect(fs.existsSync(path.join(programs.dir, 'started'))).toBe(false);
});

test.each([
  ['names another file', { version: '1.2.3', bin: { tool: 'other.js' } }],
  ['has no program', { version: '1.2.3' }],
  ['has no version', { bin: 'dist/bin/tool.js' }],
  ['has a word for a version', { version: 'workspace', bin: 'dist/bin/tool.js' }],
  ['is no object', 'null'],
  ['is damaged', '{'],
])('nothing is taken from a package that %s', (_, value) => {
  expect(packageVersion(lay(value))).toBeUndefined();
});

test('a program of no package has no such version', () => {
  expect(packageVersion(programs.add('tool', 'exit 0'))).toBeUndefined();
  expect(packageVersion(path.join(programs.dir, 'nowhere'))).toBeUndefined();
});
