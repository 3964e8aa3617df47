import type { Finding } from '../../seed/state/lib/finding.ts';
import { findCredentials } from '../core/credentials.ts';
import { readSkills } from './read.ts';

/**
 * The credentials in the texts of a tree's skills, all or those named: a skill travels to other machines and, once it is
 * shared, to other people. The findings name place and kind, never the credential.
 */
export async function lintCredentials(tree: string, names?: readonly string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { name, skillPath, skillMd, loaderPath, skill } of readSkills(tree)) {
    if (names?.includes(name) === false) continue;
    found.push(...(await lintText(skillPath, skillMd)), ...(await lintText(loaderPath ?? '', skill.loader)));
  }
  return found;
}

async function lintText(path: string, text: string | undefined): Promise<Finding[]> {
  const credentials = text === undefined ? [] : await findCredentials(text);
  return credentials.map(({ line, column, kind }) => ({
    rule: 'credential',
    path,
    line,
    message: `holds a credential (${kind}) from column ${column} on`,
    fix: 'take it out and revoke it where it was issued; let the text name the variable that holds it (.env.cache)',
  }));
}
