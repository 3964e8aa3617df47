import { SnappyError } from '../../core/errors.ts';
import type { Differences, Entry } from './entries.ts';
import { folded, linkProblems } from './links.ts';
import { isOwnPath } from '../files/own-paths.ts';
import { isMachinePath } from '../wire/machine-places.ts';

/** Why a path is none that may be written here; `undefined` for a good one. Names are somebody else's text. */
function pathProblem(file: string): string | undefined {
  if (/[\u0000-\u001F\u007F\\]/.test(file)) return 'its name has control characters or backslashes';
  const parts = file.split('/');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'its name is too long';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'its path climbs';
  // git~1 is what Windows calls .git, and some letters that cannot be seen are none to macOS (CVE-2014-9390).
  if (
    parts.some((part) =>
      /^\.git$|^git~\d$/i.test(
        part.replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '').replace(/[. ]+$/, ''),
      ),
    )
  )
    return "its path leads into git's own folder";
  return isMachinePath(file) ? 'it is of one machine only, such as its consent and its id' : undefined;
}

function refused(file: string, why: string, hint: string): SnappyError {
  const name = JSON.stringify(file.slice(0, 200));
  return new SnappyError('refused', `the remote has ${name}, which is refused: ${why}`, { hint });
}

/**
 * Refuses what must not be written here, whoever put it into the remote: paths that climb, links that lead out of the tree or by way of each other,
 * a repository in the place of a skill, what is of one machine only, names that differ only in case from others. `all` are the files that there will be.
 * Throws `refused` and names the file; nothing was changed then.
 */
export function checkIncoming(
  changes: Differences,
  all: ReadonlyMap<string, Entry>,
  readLink: (id: string) => string,
): void {
  const mend = 'remove or rename it on the machine it came from, sync there, then run this again';
  const names = new Map<string, string>();
  for (const file of all.keys()) {
    const parts = file.split('/');
    for (let length = 1; length <= parts.length; length++) {
      const part = parts.slice(0, length).join('/');
      const other = names.get(folded(part));
      if (other === undefined) names.set(folded(part), part);
      else if (
        other !== part &&
        (changes.has(file) || [...changes.keys()].some((name) => name === other || name.startsWith(`${other}/`)))
      ) {
        throw refused(part, `its name differs from ${JSON.stringify(other)} only in case or accents`, mend);
      }
    }
  }
  const ofLinks = linkProblems(changes, all, readLink);
  for (const [file, { after }] of changes) {
    if (after === undefined) continue;
    const why = pathProblem(file) ?? ofLinks.get(file);
    if (why !== undefined) throw refused(file, why, mend);
    if (after.mode === '160000' && isOwnPath(file)) throw refused(file, 'it is a git repository of its own', mend);
  }
}
