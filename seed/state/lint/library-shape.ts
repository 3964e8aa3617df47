import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../lib/finding.ts';
import { readTreeFile, runLint } from '../lib/lint-program.ts';

const folder = 'state/lib';

/** What a line of a library file may not be. Libraries run as they are: types are stripped, nothing is compiled. */
const refusedLines: readonly { readonly pattern: RegExp; readonly message: string; readonly fix: string }[] = [
  {
    pattern: /^export default\b/,
    message: 'a default export; a library exports by name',
    fix: 'export it by its name',
  },
  {
    pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/,
    message: 'an enum; Node strips types and cannot run one',
    fix: 'use an object "as const" or a union of strings',
  },
  {
    pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:namespace|module)\s+[\w.]+\s*\{/,
    message: 'a namespace; Node strips types and cannot run one',
    fix: 'use a module of its own',
  },
  {
    pattern: /^\s*import\s+\w+\s*=\s*require\(/,
    message: 'an "import x = require()"; Node cannot run it',
    fix: 'use "import … from"',
  },
  {
    pattern: /^\s*constructor\(.*\b(?:public|private|protected|readonly)\s+\w/,
    message: 'a parameter property; Node strips types and cannot run one',
    fix: 'declare the field and assign it',
  },
];

const importPattern =
  /^\s*import\s*['"]([^'"]+)['"]|^\s*(?:import|export|\})[^'"]*\bfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/;

function checkImport(from: string): string | undefined {
  if (from.startsWith('node:')) return undefined;
  if (from.startsWith('./') && !from.slice(2).includes('/')) {
    return from.endsWith('.ts') ? undefined : `imports ${from} without its ending .ts`;
  }
  return `imports ${from}; a library uses node: built-ins and its neighbours alone`;
}

/** What is wrong with one file of `state/lib`; `name` is the file's name. */
export function checkLibrary(name: string, text: string): Finding[] {
  const found: Finding[] = [];
  const add = (line: number, message: string, fix: string): void => {
    found.push({ rule: 'library-shape', path: `${folder}/${name}`, line, message, fix });
  };
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(name))
    add(1, `the file name ${name} is not lower case words with hyphens and .ts`, 'rename it');
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => line.startsWith('export ')))
    add(1, 'exports nothing, and its exports are what a skill can do', 'export its functions by name');
  for (const [at, line] of lines.entries()) {
    for (const { pattern, message, fix } of refusedLines) if (pattern.test(line)) add(at + 1, message, fix);
    const match = importPattern.exec(line);
    const refusal = match === null ? undefined : checkImport(match[1] ?? match[2] ?? match[3] ?? '');
    if (refusal !== undefined) add(at + 1, refusal, 'import node: built-ins, or "./name.ts" beside it');
    if (/^export (?:async )?function\b/.test(line) && !/\*\/\s*$/.test(lines[at - 1] ?? '')) {
      add(
        at + 1,
        `${/function\*?\s+(\w+)/.exec(line)?.[1] ?? 'a function'} is exported without a comment that says what it does`,
        'put /** one line */ above it',
      );
    }
  }
  return found;
}

/** Every library of a tree; tests beside them are none. */
export function libraryShape(tree: string): Finding[] {
  const dir = path.join(tree, folder);
  const names = fs.existsSync(dir) ? fs.readdirSync(dir).toSorted() : [];
  return names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => checkLibrary(name, readTreeFile(tree, `${folder}/${name}`)));
}

runLint(import.meta.url, 'library-shape.ts', libraryShape);
