import { findCredentials } from '../core/credentials.ts';
import { SnappyError } from '../core/errors.ts';
import type { Differences } from './entries.ts';
import { readBlob } from './git-calls.ts';
import { mergeKindOf } from './own-paths.ts';
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

/**
 * Refuses to commit what holds a credential: texts of skills and rows of logs, of which what was committed before is passed
 * over. Throws `refused` and names each place, never the credential.
 */
export async function refuseSecrets(repository: Repository, changes: Differences): Promise<void> {
  const places: Place[] = [];
  for (const [file, { before, after }] of changes) {
    if (after === undefined || !after.mode.startsWith('100') || after.id === before?.id) continue;
    const bytes = readBlob(repository, after.id);
    const isLog = mergeKindOf(file) === 'log';
    if (!isLog && (bytes.length > maxBytes || bytes.includes(0))) continue;
    const old =
      isLog && before?.mode.startsWith('100') === true ? readBlob(repository, before.id).toString('utf8') : '';
    const known = new Set(old.split('\n'));
    const lines = bytes.toString('utf8').split('\n');
    places.push(
      ...(await placesIn(
        file,
        lines.flatMap((text, at) => (known.has(text) ? [] : [{ number: at + 1, text }])),
      )),
    );
  }
  if (places.length === 0) return;
  const named = places.slice(0, 10).map(({ file, line, kind }) => `${file}:${line} (${kind})`);
  throw new SnappyError(
    'refused',
    `a credential would be committed: ${named.join(', ')}${places.length > 10 ? ', …' : ''}`,
    {
      hint: 'nothing was changed; take it out (and make a new one, if it was ever shared), then run this again',
    },
  );
}
