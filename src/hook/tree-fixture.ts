import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layout } from '../core/paths.ts';

const seed = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../seed');

/** A skill for a test, as plain values. */
export interface TestSkill {
  readonly name: string;
  readonly description?: string;
  readonly triggers?: readonly string[];
  readonly antiTriggers?: readonly string[];
  readonly examples?: readonly string[];
  /** AGENTS.md; `null` for none. Default: one line that names the skill. */
  readonly loader?: string | null;
}

/** A new folder that the caller removes. */
export function throwaway(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-test-'));
}

/** Lays a tree with the seed's hook and these skills only; its index is not compiled. */
export function layTestTree(tree: string, skills: readonly TestSkill[]): void {
  fs.cpSync(path.join(seed, 'state/hooks'), path.join(tree, 'state/hooks'), { recursive: true });
  fs.mkdirSync(path.join(tree, layout.sessions), { recursive: true });
  fs.mkdirSync(path.join(tree, layout.skills), { recursive: true });
  fs.mkdirSync(path.join(tree, 'state/regen'), { recursive: true });
  // Somebody has looked at the skills before: no look in the background is due.
  fs.mkdirSync(path.join(tree, layout.revisions));
  fs.writeFileSync(path.join(tree, layout.revisions, 'seen.json'), '{}\n');
  fs.writeFileSync(path.join(tree, layout.program), '# Contract\n');
  fs.writeFileSync(path.join(tree, layout.footer), 'FOOTER: mend the loader.\n');
  for (const skill of skills) writeSkill(tree, skill);
}

/** Writes one skill's two files. */
export function writeSkill(tree: string, skill: TestSkill): void {
  const folder = path.join(tree, layout.skills, skill.name);
  fs.mkdirSync(folder, { recursive: true });
  const list = (key: string, phrases: readonly string[] = []): string =>
    phrases.length === 0 ? '' : `${key}: ${JSON.stringify(phrases)}\n`;
  const head = [
    `name: ${skill.name}\n`,
    `description: ${JSON.stringify(skill.description ?? '')}\n`,
    list('triggers', skill.triggers),
    list('anti-triggers', skill.antiTriggers),
    list('examples', skill.examples),
  ].join('');
  fs.writeFileSync(path.join(folder, 'SKILL.md'), `---\n${head}---\n# ${skill.name}\n\n## Eval\nA person.\n`);
  if (skill.loader !== null)
    fs.writeFileSync(path.join(folder, 'AGENTS.md'), skill.loader ?? `# ${skill.name}\nLOADER OF ${skill.name}\n`);
}
