import path from 'node:path';
import type { Differences, Entry } from './entries.ts';

const leadsOut = 'a link that leads out of the tree';

/** Whether an entry of git's is a link. */
function isLink(entry: { readonly mode: string } | undefined): entry is Entry {
  return entry?.mode === '120000';
}

/**
 * Why a link would be of no use, or of harm, on another machine; `undefined` where it stays inside the tree. In `state` links
 * are for what is in a skill: logs, settings and conflicts are written to, and what is written must not land elsewhere.
 */
export function linkProblem(file: string, target: string): string | undefined {
  if (path.posix.isAbsolute(target) || /^[a-z]:|\\/i.test(target)) return leadsOut;
  const joined = path.posix.join(path.posix.dirname(file), target).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../') || joined.split('/').includes('.git')) return leadsOut;
  if (joined === '.' || file === joined || file.startsWith(`${joined}/`)) return 'a link to a folder that it lies in';
  return /^state(?:$|\/(?!skills\/))/i.test(file)
    ? 'a link in a place of logs and settings, which must be files'
    : undefined;
}

/** How names are told apart where neither case nor the form of accents counts (APFS, NTFS). */
export function folded(file: string): string {
  return file.normalize('NFC').toLowerCase();
}

/** The first link that the way to a link's target goes through. What follows it is no longer what the text says. */
function linkOnTheWay(file: string, target: string, links: ReadonlyMap<string, string>): string | undefined {
  const at = file.split('/').slice(0, -1);
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts.slice(0, -1)) {
    if (part === '..') at.pop();
    else at.push(part);
    const through = links.get(folded(at.join('/')));
    if (through !== undefined) return through;
  }
  return undefined;
}

/**
 * What is wrong with the links that a change brings, by their paths; with those as well that were harmless until another one
 * came on their way. `all` are the files that there will be.
 */
export function linkProblems(
  changes: Differences,
  all: ReadonlyMap<string, Entry>,
  readLink: (id: string) => string,
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  if (![...changes.values()].some(({ after }) => isLink(after))) return problems;
  const found = [...all].filter(([, entry]) => isLink(entry));
  const links = new Map(found.map(([file]) => [folded(file), file]));
  for (const [file, { id }] of found) {
    const target = readLink(id);
    const through = linkOnTheWay(file, target, links);
    const why = changes.has(file) ? linkProblem(file, target) : undefined;
    if (why !== undefined) problems.set(file, why);
    else if (through !== undefined && (changes.has(file) || changes.has(through)))
      problems.set(changes.has(file) ? file : through, 'a link on the way of another link');
  }
  return problems;
}
