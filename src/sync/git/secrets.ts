import { findCredentials } from '../../core/credentials.ts';
import { SnappyError } from '../../core/errors.ts';
import { addedLines } from './added-lines.ts';
import { differences } from './entries.ts';
import type { Differences, Entry } from './entries.ts';
import { blobSize, must, readBlob } from './git-calls.ts';
import { mergeKindOf } from '../files/own-paths.ts';
import type { Repository } from './repository.ts';

/** A file larger than this is no text of a skill, in bytes: it is not looked through. */
const maxBytes = 4 * 1024 * 1024;

/** A place where a credential is. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

async function placesIn(file: string, lines: readonly Line[]): Promise<Place[]> {
  const found = await findCredentials(lines.map(({ text }) => text).join('\n'));
  return found.map(({ line, kind }) => ({ file, line: lines[line - 1]?.number ?? line, kind }));
}

/** What of a file is looked through: nothing of what is no text, `undefined` where it is too much. */
function linesToRead(
  repository: Repository,
  file: string,
  before: Entry | undefined,
  after: Entry,
): Line[] | undefined {
  if (before?.mode.startsWith('100') === true) {
    const added = addedLines(repository, before.id, after.id, maxBytes);
    return added?.map(({ number, text }) => ({ number, text: Buffer.from(text, 'latin1').toString('utf8') }));
  }
  if (blobSize(repository, after.id) > maxBytes) return undefined;
  const bytes = readBlob(repository, after.id);
  // A log may be torn; any other file with zero bytes is no text.
  if (mergeKindOf(file) !== 'log' && bytes.includes(0)) return [];
  return bytes
    .toString('utf8')
    .split('\n')
    .map((text, at) => ({ number: at + 1, text }));
}

/** What was found in changes of files, and what could not be looked through. */
interface Findings {
  readonly places: readonly Place[];
  readonly unread: readonly string[];
}

async function lookThrough(repository: Repository, changes: Differences): Promise<Findings> {
  const places: Place[] = [];
  const unread: string[] = [];
  for (const [file, { before, after }] of changes) {
    if (after === undefined || !after.mode.startsWith('100') || after.id === before?.id) continue;
    const lines = linesToRead(repository, file, before, after);
    if (lines === undefined) unread.push(file);
    else places.push(...(await placesIn(file, lines)));
  }
  return { places, unread };
}

function refuse(places: readonly Place[], what: string, hint: string): void {
  if (places.length === 0) return;
  const named = places.slice(0, 10).map(({ file, line, kind }) => `${file}:${line} (${kind})`);
  const more = places.length > 10 ? ', …' : '';
  throw new SnappyError('refused', `a credential would be ${what}: ${named.join(', ')}${more}`, { hint });
}

/**
 * Refuses to commit what holds a credential, of which what was committed before is passed over. Gives the files that are too
 * large to be looked through. Throws `refused` and names each place, never the credential.
 */
export async function refuseSecrets(repository: Repository, changes: Differences): Promise<readonly string[]> {
  const { places, unread } = await lookThrough(repository, changes);
  const hint = 'nothing was changed; take it out (and make a new one, if it was ever shared), then run this again';
  refuse(places, 'committed', hint);
  return unread;
}

/** More commits than this are looked through as one change. */
const maxCommits = 100;

/**
 * As `refuseSecrets`, for the commits that are here and not at the remote: a person may have made them by hand. What a later
 * one takes out again would be pushed too, so each is looked at; of a branch that the remote does not have yet, what there
 * is at its end. `theirs` is the remote's commit.
 */
export async function refusePushedSecrets(
  repository: Repository,
  head: string,
  theirs: string | undefined,
): Promise<readonly string[]> {
  const nothing = must(repository, ['hash-object', '-t', 'tree', '--stdin'], { input: '' }).trim();
  let pairs: (readonly [before: string, after: string])[] = [[theirs ?? nothing, head]];
  if (theirs !== undefined) {
    const listed = must(repository, ['rev-list', '--no-merges', '--reverse', '--parents', `${theirs}..${head}`]);
    const commits = listed.split('\n').filter((line) => line !== '');
    if (commits.length <= maxCommits)
      pairs = commits.map((line) => line.split(' ')).map(([id = '', parent = nothing]) => [parent, id]);
  }
  const unread = new Set<string>();
  for (const [before, after] of pairs) {
    const found = await lookThrough(repository, differences(repository, before, after));
    for (const file of found.unread) unread.add(file);
    const where = after === head ? 'the last commit' : `the commit ${after.slice(0, 10)}`;
    refuse(
      found.places,
      `pushed with ${where}`,
      `nothing was changed; take it out of the commits that are not pushed yet: git -C ${repository.tree} rebase -i ${theirs ?? '--root'}; or push them by hand, if it is none`,
    );
  }
  return [...unread];
}
