import fs from 'node:fs';
import path from 'node:path';
import { checkEnvFile, envFile, parseEnvFile } from '../../seed/state/lib/env.ts';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { maxFileSize } from '../../seed/state/lib/skill-files.ts';
import { lineOf } from '../../seed/state/lib/skill-facts.ts';
import { readSkills } from '../skills/read.ts';
import type { System } from '../core/system.ts';
import type { Diagnosis } from './diagnosis.ts';

/** A value that a skill cannot do without, and where it says so. */
interface Need {
  readonly name: string;
  /** Relative to the tree. */
  readonly path: string;
  readonly line: number;
}

const isCode = (file: string): boolean => /\.[cm]?[jt]s$/.test(file) && !/\.test\.[cm]?[jt]s$/.test(file);

/** Code below a folder of the tree, relative to the tree. Links are not followed, packages are nobody's skill. */
function codeBelow(tree: string, folder: string): string[] {
  const found: string[] = [];
  const walk = (dir: string, depth: number): void => {
    if (!fs.existsSync(path.join(tree, dir)) || depth > 8) return;
    for (const entry of fs.readdirSync(path.join(tree, dir), { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== 'node_modules') walk(`${dir}/${entry.name}`, depth + 1);
      else if (entry.isFile() && isCode(entry.name)) found.push(`${dir}/${entry.name}`);
    }
  };
  walk(folder, 0);
  return found;
}

function readText(file: string): string {
  try {
    return fs.statSync(file).size > maxFileSize ? '' : fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The names that a program requires by their literal; what it only reads, it can do without. */
function requiredBy(tree: string, file: string): Need[] {
  return readText(path.join(tree, file))
    .split('\n')
    .flatMap((line, index) =>
      /^\s*(?:\/\/|\*|\/\*)/.test(line)
        ? []
        : [...line.matchAll(/\brequireEnv\(\s*(['"`])([A-Za-z_][A-Za-z0-9_]*)\1/g)].map(([, , name = '']) => ({
            name,
            path: file,
            line: index + 1,
          })),
    );
}

/** What the skills of a tree need: `requireEnv` in their code, and names listed under `metadata`, `env`. */
function readNeeds(tree: string): Need[] {
  const skills = readSkills(tree);
  const code = [
    ...codeBelow(tree, 'state/lib'),
    ...codeBelow(tree, 'state/bin'),
    ...skills.flatMap(({ files }) => files.filter(isCode)),
  ];
  const listed = skills.flatMap(({ skill, skillPath }) =>
    (skill.metadata['env'] ?? '')
      .split(/[\s,]+/)
      .filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      .map((name) => ({ name, path: skillPath, line: lineOf(skill, 'metadata') })),
  );
  return [...listed, ...code.flatMap((file) => requiredBy(tree, file))];
}

function missing({ name, ...place }: Need, there: boolean): Finding {
  const where = there ? ` nor in ${envFile}` : `, and there is no ${envFile}`;
  return {
    rule: 'secrets',
    ...place,
    message: `needs ${name}, which is ${there ? 'neither' : 'not'} in the environment${where}`,
    fix: `add a line ${name}=… to ${envFile}, mode 0600`,
  };
}

/**
 * Whether the values that skills need can be found, and the file that holds them is its owner's alone. Tells names, never
 * values.
 */
export function checkSecrets(tree: string, env: NodeJS.ProcessEnv): Diagnosis {
  const mode = checkEnvFile(tree);
  const needs = readNeeds(tree);
  const file = path.join(tree, envFile);
  const values = parseEnvFile(readText(file));
  const given = (name: string): boolean => (env[name] ?? '') !== '' || (values.get(name) ?? '') !== '';
  const there = fs.existsSync(file);
  const found = needs.filter(({ name }) => !given(name)).map((need) => missing(need, there));
  const names = new Set(needs.map(({ name }) => name)).size;
  return {
    findings: [...mode, ...found],
    note: names === 0 ? 'no skill needs one' : `${names} ${names === 1 ? 'name is' : 'names are'} needed`,
  };
}

/** Takes the file of secrets from everybody but its owner. What is missing in it, a person has to know. */
export function repairSecrets(system: System, tree: string): void {
  if (checkEnvFile(tree).length === 0) return;
  const file = path.join(tree, envFile);
  if (!fs.statSync(file).isFile()) return;
  const text = system.read(file);
  if (text !== undefined) system.write(file, text, 0o600);
}
