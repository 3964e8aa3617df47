import path from 'node:path';
import { actionKinds, appendRow, formatFeedbackRow, isAnswer, parseFeedbackRow } from '../../../seed/state/lib/log.ts';
import type { ActionKind, FeedbackRow } from '../../../seed/state/lib/log.ts';
import { findCredentials } from '../../core/credentials.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { readBriefs } from '../../loop/briefs/queue.ts';
import { hasSkill } from '../../loop/briefs/state.ts';
import { isGap } from '../../loop/briefs/rules/gap-logged.ts';
import { readSkills } from '../../skills/read.ts';
import type { Invocation, Outcome } from '../command.ts';
import { nearNames } from '../near-names.ts';

/** A row is one line that others read in passing, in characters. */
const maxWhat = 500;

function unknownSkill(tree: string, name: string): SnappyError {
  const near = nearNames(
    name,
    readSkills(tree).map((entry) => entry.name),
  );
  const meant = near.length === 0 ? '' : `did you mean ${near.join(', or ')}? `;
  return new SnappyError('usage', `there is no skill ${JSON.stringify(name.slice(0, 80))} in ${layout.skills}/`, {
    hint: `${meant}see their names with: snappy skill list`,
  });
}

/** The text as it goes into the row: one line without control characters. */
function readWhat(given: string): string {
  const what = given.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  const length = [...what].length;
  if (length === 0) {
    throw new SnappyError('usage', 'there is no text that says what the loader lacked', {
      hint: 'such as: snappy log deploy "the staging host needs --region eu" --fixed',
    });
  }
  if (length > maxWhat) {
    throw new SnappyError('usage', `the text has ${length} characters; a feedback row takes ${maxWhat} at most`, {
      hint: 'say in one sentence what was missing; what is longer belongs into the loader or SKILL.md',
    });
  }
  return what;
}

function readKind(flags: Invocation['flags'], outcome: FeedbackRow['outcome']): ActionKind | undefined {
  const given = flags['actionKind'];
  if (given === undefined) return outcome === 'FIXED' ? 'loader-rewritten' : undefined;
  const kind = actionKinds.find((known) => known === given);
  if (kind !== undefined) return kind;
  throw new SnappyError(
    'usage',
    `--action-kind ${JSON.stringify(String(given).slice(0, 40))} is none of ${actionKinds.join(', ')}`,
    {
      hint: 'loader-rewritten: the loader was changed; the others answer the brief that names them',
    },
  );
}

/** Throws `refused` with the place, and never the credential itself. */
async function refuseCredentials(given: string): Promise<void> {
  const [found] = await findCredentials(given);
  if (found === undefined) return;
  throw new SnappyError(
    'refused',
    `the text holds a credential (${found.kind}) at line ${found.line}, column ${found.column}; nothing was written`,
    { hint: 'feedback rows are synced: say where the credential is kept instead, and revoke one that has been shown' },
  );
}

function readRow(slug: string, { args, flags }: Invocation): FeedbackRow {
  if (flags['fixed'] === true && flags['logged'] === true) {
    throw new SnappyError('usage', '--fixed and --logged exclude each other', {
      hint: '--fixed: the loader was changed; --logged: it was not, and somebody should',
    });
  }
  const outcome = flags['fixed'] === true ? 'FIXED' : 'LOGGED';
  const actionKind = readKind(flags, outcome);
  const what = readWhat(args[1] ?? '');
  return { ts: new Date().toISOString(), slug, what, outcome, ...(actionKind === undefined ? {} : { actionKind }) };
}

/** The row as a line. Throws `usage` on one that would not be read as it was meant. */
function formatRow(row: FeedbackRow): string {
  let line: string | undefined;
  try {
    line = formatFeedbackRow(row);
  } catch {
    line = undefined;
  }
  if (line !== undefined && JSON.stringify(parseFeedbackRow(line)) === JSON.stringify(row)) return line;
  const isName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(row.slug);
  throw isName
    ? new SnappyError('usage', 'the text cannot be told from the end of a feedback row', {
        hint: 'leave out what looks like [FIXED] or [LOGGED] in it',
      })
    : new SnappyError('usage', `${JSON.stringify(row.slug)} cannot stand in a feedback row`, {
        hint: `rename the folder ${layout.skills}/${row.slug} to a name of a-z, 0-9 and hyphens`,
      });
}

/** The open briefs of the skill that a row answers in full. */
function answered(tree: string, row: FeedbackRow): string[] {
  const open = readBriefs(tree, row.slug).flatMap(({ brief }) => brief ?? []);
  return open
    .filter(({ skill, kind, reasons }) =>
      reasons.every(({ since, fixed }) =>
        isAnswer(row, { skill, kind, since, ...(fixed === undefined ? {} : { fixed }) }, Date.parse(row.ts)),
      ),
    )
    .map(({ skill, kind }) => `${skill}.${kind}`);
}

/** `snappy log <skill> "<what>"`: one feedback row, as an agent may also append it with `echo`. */
export async function log(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const slug = args[0] ?? '';
  if (!hasSkill(tree, slug)) throw unknownSkill(tree, slug);
  const row = readRow(slug, invocation);
  await refuseCredentials(args[1] ?? '');
  await refuseCredentials(row.what);
  const line = formatRow(row);
  const answers = answered(tree, row);
  const dry = flags['dry'] === true;
  if (!dry) {
    try {
      appendRow(path.join(tree, layout.feedback), line);
    } catch (cause) {
      throw explainDiskError(cause, 'the row is lost; mend this, then give the command again', layout.feedback);
    }
  }
  const follows = [
    ...(answers.length === 0 ? [] : [`It answers ${answers.join(', ')}: the next drain closes that brief.`]),
    ...(isGap(row)
      ? [`It becomes a brief: whoever works with ${slug} next is told of it, until one has mended it.`]
      : []),
  ];
  return {
    text: [line, ...follows].join('\n'),
    data: { tree, row, line, answers, dry },
    ok: true,
    changed: dry ? undefined : `${layout.feedback} has one row more`,
    unchanged: 'this is the row that would be written',
  };
}
