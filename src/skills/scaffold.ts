import fs from 'node:fs';
import path from 'node:path';
import { runtimesThatUse } from '../../seed/state/lib/bundled-skills.ts';
import { isSkillName } from '../../seed/state/lib/skill-rules.ts';
import { appendSection, evalSection, loaderSections } from '../../seed/state/lib/skill-stubs.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';

/** A file of a skill to be: its path relative to the tree, and its text. */
export interface ScaffoldFile {
  readonly path: string;
  readonly text: string;
}

function skillMd(name: string): string {
  const head = [
    '---',
    `name: ${name}`,
    `description: "${name}: TODO, in one sentence what it does. Use it when TODO, in the words of the person who asks."`,
    '# Two to four words that people really type, such as "cut a release"; each brings the loader. `/' +
      name +
      '` always does.',
    'triggers: []',
    '# Phrases that veto, where the same words are meant otherwise.',
    'anti-triggers: []',
    '# Four to eight whole prompts; they teach the ranking what the skill is about.',
    'examples: []',
    'eval: manual',
    'graduation: prose',
    '---',
    `# ${name}`,
    '',
    'TODO: what the job is, and what is there when it is done.',
  ].join('\n');
  const sections = [
    {
      title: 'When to use',
      stub: '- TODO: the situation that calls for this, and the one that looks alike but does not.',
    },
    {
      title: 'Steps',
      stub: '1. TODO: the first thing to do, with the command as it is typed.\n2. TODO: how one can tell that it worked, and what to do when it did not.',
    },
    {
      title: 'Background',
      stub: '- TODO: tables, variants and reasons that the loader has no room for. Remove this section when there are none.',
    },
    evalSection('manual'),
  ];
  return sections.reduce(appendSection, head);
}

/** The two files of a new skill (`graduation: prose`, `eval: manual`), with prompts to the writer in every section. */
export function scaffoldFiles(name: string): ScaffoldFile[] {
  const dir = `${layout.skills}/${name}`;
  return [
    { path: `${dir}/SKILL.md`, text: skillMd(name) },
    { path: `${dir}/AGENTS.md`, text: loaderSections.reduce(appendSection, `# ${name}\n`) },
  ];
}

/**
 * Lays a new skill. Throws `usage` on a name that no skill may have or that a runtime answers to itself, and `refused`
 * when there already is something of that name: nothing is ever written over.
 */
export function scaffoldSkill(system: System, tree: string, name: string): ScaffoldFile[] {
  if (!isSkillName(name)) {
    throw new SnappyError(
      'usage',
      `"${name}" cannot be a skill's name; expected 1 to 64 of a-z, 0-9 and single hyphens`,
      {
        hint: 'for one: snappy skill new rotate-keys',
      },
    );
  }
  const runtimes = runtimesThatUse(name);
  if (runtimes.length > 0) {
    throw new SnappyError(
      'usage',
      `"${name}" is already a command or skill of ${runtimes.join(', ')}; one would hide the other`,
      {
        hint: `take another name, such as my-${name}`,
      },
    );
  }
  const dir = path.join(tree, layout.skills, name);
  const taken = [dir, `${dir}.md`, `${dir}.agents.md`].find(
    (file) => fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined,
  );
  if (taken !== undefined) {
    throw new SnappyError('refused', `there already is ${path.relative(tree, taken)}; it was left as it is`, {
      hint: `look at it with: snappy skill show ${name}`,
    });
  }
  const files = scaffoldFiles(name);
  for (const file of files) system.write(path.join(tree, file.path), file.text);
  return files;
}
