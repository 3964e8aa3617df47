// How often the right skill is given, through the hook itself: every prompt of a data set is one run of the program
// that a runtime would run. `--data FILE` takes any file of the form {skills: {name: [example, …]}, prompts: [{text, skill}]};
// a prompt whose skill is not among the skills is out of scope.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { runHook } from '../src/hook/run.ts';
import { compileIndex } from '../src/skills/compile.ts';
import { layTree, scratch } from './corpus.ts';
import { atLeast, atMost, figure, report } from './report.ts';
import { plainEnv } from './timing.ts';

const shipped = path.join(path.dirname(fileURLToPath(import.meta.url)), 'data', 'clinc150-dev.json');
const dataset = z.object({
  skills: z.record(z.string(), z.array(z.string())),
  prompts: z.array(z.object({ text: z.string(), skill: z.optional(z.nullable(z.string())) })),
});

const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean' } } });
const { skills, prompts } = z.parse(dataset, JSON.parse(fs.readFileSync(values.data ?? shipped, 'utf8')));
const tree = scratch();
layTree(
  tree,
  Object.entries(skills).map(([name, examples]) => ({ name, description: '', examples, loader: `# ${name}\n` })),
);
compileIndex(tree);

/** The skills a prompt is given: loaders, or the one that a line points at. */
function given(prompt: string): string[] {
  const { stdout } = runHook(tree, 'prompt', { hook_event_name: 'UserPromptSubmit', prompt }, { env: plainEnv() });
  return [...stdout.matchAll(/\[snappy-os\] (?:Loader of the|The) skill `([^`]+)`/g)].flatMap(([, name]) => name ?? []);
}

let inScope = 0;
let found = 0;
let items = 0;
let rightItems = 0;
let outOfScope = 0;
let unwanted = 0;
for (const { text, skill } of prompts) {
  const names = given(text);
  items += names.length;
  if (typeof skill !== 'string' || !Object.hasOwn(skills, skill)) {
    outOfScope += 1;
    if (names.length > 0) unwanted += 1;
    continue;
  }
  inScope += 1;
  if (names.includes(skill)) {
    found += 1;
    rightItems += 1;
  }
}

report('match', [
  figure('skills', Object.keys(skills).length, ''),
  figure('prompts in scope', inScope, ''),
  figure('prompts out of scope', outOfScope, ''),
  atLeast('precision: of all that was given, the right skill', rightItems / items, '', 0.92),
  atLeast('recall: in-scope prompts given the right skill', found / inScope, '', 0.75),
  atMost('out-of-scope prompts given anything', unwanted / Math.max(1, outOfScope), '', 0.05),
]);
