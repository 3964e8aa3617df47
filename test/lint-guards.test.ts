// A guard can go blind (a renamed folder, a new version of the linter) and nobody notices, since a blind guard is green.
// So every rule that the project leans on is shown one violation, in a small copy, and has to go red on it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Each part and the parts it may import, as docs/architecture.md draws them; all other pairs are forbidden. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'seed/state/lib': [],
  'seed/state/lint': ['seed/state/lib'],
  'src/core': ['seed/state/lib'],
  'src/skills': ['seed/state/lib', 'src/core'],
  'src/hook': ['seed/state/lib', 'src/core', 'src/skills'],
  'src/wiring': ['seed/state/lib', 'src/core'],
  'src/runtimes': ['seed/state/lib', 'src/core', 'src/skills', 'src/wiring'],
  'src/install': ['seed/state/lib', 'src/core', 'src/skills', 'src/hook', 'src/wiring', 'src/runtimes'],
  'src/loop': ['seed/state/lib', 'src/core', 'src/skills'],
  'src/sync': ['seed/state/lib', 'src/core', 'src/skills', 'src/loop'],
  'src/tree': [
    'seed/state/lib',
    'seed/state/lint',
    'src/core',
    'src/loop',
    'src/skills',
    'src/hook',
    'src/wiring',
    'src/runtimes',
    'src/install',
  ],
  'src/cli': [
    'seed/state/lib',
    'src/core',
    'src/skills',
    'src/hook',
    'src/wiring',
    'src/runtimes',
    'src/install',
    'src/loop',
    'src/sync',
    'src/tree',
  ],
};
const folders = Object.keys(arrows);

interface Plant {
  readonly file: string;
  readonly text: string;
  /** The rule that has to report this file; undefined where the file is allowed. */
  readonly rule?: string;
}

function importPlants(): Plant[] {
  return folders.flatMap((from) =>
    folders
      .filter((to) => to !== from)
      .map((to) => {
        const file = `${from}/knows-${to.replaceAll('/', '-')}.ts`;
        const text = `export { one } from '${path.posix.relative(from, to)}/one.ts';\n`;
        // src/cli is the top and is not restricted; it has no reason to import seed/state/lint, which is a program.
        const allowed = from === 'src/cli' || arrows[from]?.includes(to) === true;
        return allowed ? { file, text } : { file, text, rule: 'no-restricted-imports' };
      }),
  );
}

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

const plants: readonly Plant[] = [
  ...folders.map((folder) => ({ file: `${folder}/one.ts`, text: 'export const one = 1;\n' })),
  ...importPlants(),
  {
    file: 'src/core/late.ts',
    text: "export const late = async (): Promise<unknown> => import('../cli/one.ts');\n",
    rule: 'no-restricted-imports',
  },
  {
    file: 'src/core/only-type.ts',
    text: "import type { one } from '../cli/one.ts';\nexport type One = typeof one;\n",
    rule: 'no-restricted-imports',
  },
  { file: 'seed/state/lib/skill-rules-x.ts', text: "export { EOL } from 'node:os';\n", rule: 'no-restricted-imports' },
  { file: 'src/core/merge/units.ts', text: "export { EOL } from 'node:os';\n", rule: 'no-restricted-imports' },
  { file: 'seed/state/lib/eval.ts', text: "export { EOL } from 'node:os';\n" },
  { file: 'seed/state/lib/package.ts', text: "export { parse } from 'yaml';\n", rule: 'no-restricted-imports' },
  { file: 'seed/state/lint/package.ts', text: "export { z } from 'zod/mini';\n", rule: 'no-restricted-imports' },
  { file: 'src/core/prompt.ts', text: "export { confirm } from '@clack/prompts';\n", rule: 'no-restricted-imports' },
  { file: 'src/core/a.ts', text: "export { b } from './b.ts';\nexport const a = 1;\n", rule: 'no-cycle' },
  { file: 'src/core/b.ts', text: "export { a } from './a.ts';\nexport const b = 1;\n", rule: 'no-cycle' },
  { file: 'src/core/log.ts', text: "console.log('x');\n", rule: 'no-console' },
  { file: 'src/core/print.ts', text: "process.stdout.write('x');\n", rule: 'no-restricted-properties' },
  { file: 'src/core/leave.ts', text: 'process.exit(1);\n', rule: 'no-restricted-properties' },
  { file: 'src/cli/leave.ts', text: 'process.exit(1);\n', rule: 'no-restricted-properties' },
  { file: 'src/cli/print.ts', text: "process.stdout.write('x');\nprocess.exitCode = 1;\n" },
  { file: 'src/core/default.ts', text: 'const one = 1;\nexport default one;\n', rule: 'no-default-export' },
  { file: 'src/core/extension.ts', text: "export { one } from './one';\n", rule: 'extensions' },
  { file: 'src/core/any.ts', text: 'export const one: any = 1;\n', rule: 'no-explicit-any' },
  {
    file: 'src/core/sure.ts',
    text: 'export const sure = (x?: string): string => x!;\n',
    rule: 'no-non-null-assertion',
  },
  {
    file: 'src/core/ignore.ts',
    text: '// @ts-ignore\nexport const one: string = 1;\n',
    rule: 'ban-ts-comment',
  },
  { file: 'src/core/promise.ts', text: 'Promise.resolve(1);\n', rule: 'no-floating-promises' },
  { file: 'src/core/long.ts', text: lines(401, 'export {};'), rule: 'max-lines' },
  {
    file: 'src/core/long-function.ts',
    text: `export function long(): void {\n${lines(60, '  Math.random();')}}\n`,
    rule: 'max-lines-per-function',
  },
  {
    file: 'src/core/skipped.test.ts',
    text: "import { expect, test } from 'vitest';\ntest.skip('x', () => { expect(1).toBe(1); });\n",
    rule: 'no-disabled-tests',
  },
  {
    file: 'src/core/only.test.ts',
    text: "import { expect, test } from 'vitest';\ntest.only('x', () => { expect(1).toBe(1); });\n",
    rule: 'no-focused-tests',
  },
];

interface Report {
  readonly diagnostics: readonly { readonly filename: string; readonly code: string }[];
}

let copy: string;
let found: Map<string, string[]>;

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
  writeFileSync(path.join(copy, file), text);
}

function node(script: string, args: readonly string[]): string {
  const result = spawnSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: copy,
    encoding: 'utf8',
  });
  return result.stdout + result.stderr;
}

beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'snappy-lint-'));
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  for (const file of ['oxlint.config.ts', 'tsconfig.json', 'tsconfig.web.json']) {
    copyFileSync(path.join(root, file), path.join(copy, file));
  }
  for (const plant of plants) write(plant.file, plant.text);
  const report = JSON.parse(node('oxlint/bin/oxlint', ['--format', 'json', 'src', 'seed'])) as Report;
  found = new Map(plants.map((plant) => [plant.file, []]));
  for (const { filename, code } of report.diagnostics) {
    found.get(filename.replaceAll('\\', '/'))?.push(/\((.+)\)/.exec(code)?.[1] ?? code);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the linter goes red on', () => {
  test.each(plants.filter((plant) => plant.rule !== undefined))('$rule in $file', ({ file, rule }) => {
    expect(found.get(file)).toContain(rule);
  });
});

test('the linter leaves the arrows that are drawn alone', () => {
  const allowed = plants.filter((plant) => plant.rule === undefined);
  expect(allowed.length).toBeGreaterThan(20);
  expect(allowed.filter(({ file }) => found.get(file)?.length !== 0)).toEqual([]);
});

test('the compiler refuses what only Node has in a web-standard file', () => {
  write('seed/state/lib/skill-rules-y.ts', 'export const folder = process.cwd();\n');
  expect(node('typescript/bin/tsc', ['-p', 'tsconfig.web.json'])).toMatch(/skill-rules-y\.ts.*process/);
});
