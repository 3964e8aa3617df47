import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../lib/finding.ts';
import { readTreeFile, runLint } from '../lib/lint-program.ts';
import { statThrough } from '../lib/revision.ts';

/** Where programs of a tree lie. In a skill's folder texts may speak of the file; only what runs is looked at. */
const folders = ['state/bin', 'state/lib', 'state/skills'];
const programs = /\.(?:[cm]?[jt]s|sh|bash|zsh|fish|py|rb|pl|php|lua|awk)$/;
const texts = /\.(?:md|txt|json|ya?ml|toml|csv|ndjson|log|html|css|svg)$/i;

/** The seed's own modules that may name the file, and why. */
export const ownReaders: Readonly<Record<string, string>> = {
  'state/lib/eval.ts': 'appends rows, and reads none',
  'state/lib/eval-row.ts': 'names it in its comment',
  'state/lib/cron-rules.ts': 'looks for its name in crontabs',
};

/** By these a program gets at graded runs: the file's name, or our commands that print them. */
const traces: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /evals\.ndjson/, message: 'names state/log/evals.ndjson' },
  {
    pattern: /\bsnappy(?:-os|\.js)?\b.{0,40}\beval\W{1,6}(?:tail|export)\b/,
    message: 'asks "snappy eval" for graded runs',
  },
];

const maxFiles = 5000;
const maxBytes = 1024 * 1024;

function listPrograms(tree: string): string[] {
  const found: string[] = [];
  const walk = (dir: string, depth: number): void => {
    for (const entry of readFolder(path.join(tree, dir))) {
      const file = `${dir}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < 8 && entry.name !== 'node_modules' && entry.name !== '.git') walk(file, depth + 1);
      } else if (entry.isFile() && found.length < maxFiles && isProgram(tree, file)) found.push(file);
    }
  };
  for (const folder of folders) walk(folder, 0);
  return found.toSorted();
}

function readFolder(dir: string): fs.Dirent[] {
  try {
    return fs.readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** By its name; a file without an ending is one where it begins with `#!`, or lies in `state/bin`. */
function isProgram(tree: string, file: string): boolean {
  if (programs.test(file)) return !/\.test\.[cm]?[jt]s$/.test(file);
  if (texts.test(file)) return false;
  return file.startsWith('state/bin/') || readTreeFile(tree, file).startsWith('#!');
}

/** What one program does to get at graded runs. Comments are passed over. */
export function checkProgram(file: string, text: string): Finding[] {
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*(?:#|\/\/|\/?\*)/.test(line) && !line.startsWith('#!')) return [];
    const trace = traces.find(({ pattern }) => pattern.test(line));
    if (trace === undefined) return [];
    return [
      {
        rule: 'evals-polled',
        path: file,
        line: at + 1,
        message: `${trace.message}; graded runs are written, never polled`,
        fix: 'to note a run call logEval of state/lib/eval.ts; to look at runs a person gives the command: snappy eval tail',
      },
    ];
  });
}

/** Programs of a tree (libraries, sidecars, scripts of skills) that read graded runs. The seed's own are known. */
export function evalsPolled(tree: string): Finding[] {
  return listPrograms(tree)
    .filter((file) => !Object.hasOwn(ownReaders, file))
    .filter((file) => (statThrough(path.join(tree, file))?.size ?? 0) <= maxBytes)
    .flatMap((file) => checkProgram(file, readTreeFile(tree, file)));
}

runLint(import.meta.url, 'evals-polled.ts', evalsPolled);
