// Graded runs are written, never polled (rule 3 of a tree's contract): they are read when a person asks, when the hook shows
// the last three of a skill, and by the drain when a turn stops. A new reader goes on this list with its reason, or away.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-readers-'));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** Every program that names the file or imports its reader, and why it may. */
const known: Readonly<Record<string, string>> = {
  'seed/state/hooks/awk/loader.awk': 'the hook: the last three of a skill, on its turn',
  'seed/state/hooks/snappy-os-inject.sh': 'the hook: looks at its time alone, whether there is something to drain',
  'seed/state/lib/cron-rules.ts': 'looks for its name in crontabs',
  'seed/state/lib/eval-row.ts': 'names it in a comment',
  'seed/state/lib/eval.ts': 'appends',
  'seed/state/lint/eval-row-mandatory.ts': 'a lint: a person, the doctor who was asked, npm publish',
  'seed/state/lint/evals-polled.ts': 'looks for its name in programs',
  'src/cli/commands/eval-add.ts': 'a person’s command: says that a row was added',
  'src/cli/commands/eval-export.ts': 'a person’s command',
  'src/cli/commands/eval-run.ts': 'a person’s command: says that a row was added',
  'src/cli/commands/eval-tail.ts': 'a person’s command',
  'src/core/paths.ts': 'spells its name',
  'src/loop/briefs/drain.ts': 'the drain, on Stop',
  'src/loop/controller/revert-plan.ts': 'a person’s command: snappy regen revert',
  'src/loop/edits/blame.ts': 'a person’s command: snappy skill blame',
  'src/loop/evals/add.ts': 'a person’s command: appends, and asks whether a name was ever run',
  'src/loop/evals/read-evals.ts': 'the reader',
  'src/skills/index-page.ts': 'says in the index page what it is',
  'src/sync/files/own-paths.ts': 'keeps it from being sent',
  'src/sync/wire/never.ts': 'keeps it from being sent to a gateway, or taken by one',
  'src/sync/wire/rules.ts': 'denies it by the rules that a tree begins with',
  'src/tree/loop-status.ts': 'a person’s command: snappy status',
};

const traces = /evals\.ndjson|layout\.evals\b|\breadEvals\b/;

function programsBelow(dir: string): string[] {
  if (!fs.existsSync(dir)) return [];
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : programsBelow(file);
    return /\.(?:[cm]?[jt]s|awk|sh)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [file] : [];
  });
}

/** Programs below a folder that name graded runs or import their reader; paths are relative to it, with forward slashes. */
function readersIn(dir: string): string[] {
  return ['src', 'seed', 'bench', 'scripts']
    .flatMap((part) => programsBelow(path.join(dir, part)))
    .filter((file) => traces.test(fs.readFileSync(file, 'utf8')))
    .map((file) => path.relative(dir, file).replaceAll('\\', '/'));
}

test('graded runs are read by none but those that are listed, and each of these still does', () => {
  // The benchmark of the loop plays the auditor, and looks at what it has written.
  const found = readersIn(root).filter((file) => !file.startsWith('bench/loop'));
  expect(found.toSorted()).toEqual(Object.keys(known).toSorted());
});

test.each([
  ['src/sync/peek.ts', "import { readEvals } from '../loop/evals/read-evals.ts';\nexport { readEvals };\n"],
  ['src/tree/peek.ts', 'export const file = (tree: string) => `${tree}/${layout.evals}`;\n'],
  ['seed/state/hooks/peek.sh', 'wc -l state/log/evals.ndjson\n'],
  ['scripts/peek.mjs', "readFileSync('state/log/evals.ndjson');\n"],
])('a new reader %s is seen', (file, text) => {
  fs.mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
  fs.writeFileSync(path.join(scratch, file), text);
  expect(readersIn(scratch)).toContain(file);
});
