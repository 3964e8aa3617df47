import type { EditRow } from '../../../seed/state/lib/edit.ts';

const ways: Readonly<Record<EditRow['how'], string>> = {
  tool: 'with its edit tool',
  watched: 'by a command',
  found: '',
  drain: 'in the background',
  revert: 'an earlier revision put back',
  merge: 'lost lines put back',
};

/** An edit in one line for a person: when it was noticed, who made it as far as that is known, and how. */
export function describeEdit({
  ts,
  runtime,
  session,
  how,
}: Pick<EditRow, 'ts' | 'runtime' | 'session' | 'how'>): string {
  const who = runtime === 'none' ? 'a person' : `${runtime}${session === '' ? '' : ` ${session.slice(0, 8)}`}`;
  const when = `${ts.slice(0, 16).replace('T', ' ')}Z`;
  if (how === 'found') return `${when} by whom is not known${runtime === 'none' ? '' : `; ${who} came upon it`}`;
  return `${when} by ${who}, ${ways[how]}`;
}
