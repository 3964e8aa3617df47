import { isUtf8 } from 'node:buffer';
import { formatFeedbackRow, appendRow } from '../../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import path from 'node:path';
import type { SkillFile, SkillFiles } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { mergeMarkdown } from '../../core/merge/markdown.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { inBackground } from '../controller/inline-fixes.ts';
import { editSkill } from '../edits/edit-skill.ts';
import type { SkillPatch } from '../edits/own-edit.ts';
import { isSkillText } from './check-result.ts';
import type { WorkCopy } from './work-copy.ts';

/**
 * A text as it is now with what was changed in the copy of it. Throws `refused` where both changed the same place, and
 * where one of the three is no UTF-8: an agent, and a merge, write other bytes for those that they cannot read.
 */
function merged(file: string, base: SkillFile | undefined, result: SkillFile, live: SkillFile | undefined): SkillFile {
  if (![base, result, live].every((one) => one === undefined || isUtf8(one.bytes))) {
    throw new SnappyError('refused', `${file} is no UTF-8, or was none when the agent began`, {
      hint: 'save it as UTF-8; its brief can be worked off then',
    });
  }
  if (base === undefined && live === undefined) return result;
  if (base === undefined || live === undefined) {
    throw new SnappyError('refused', `${file} came or went while the agent was at work`);
  }
  // The mode is none of the agent's business.
  if (live.bytes.equals(base.bytes)) return { bytes: result.bytes, mode: live.mode };
  const [was, wanted, is] = [base, result, live].map(({ bytes }) => bytes.toString('utf8')) as [string, string, string];
  const { text, conflicts } = mergeMarkdown(was, wanted, is);
  if (conflicts.length > 0) {
    throw new SnappyError('refused', `${file} was changed in the same place while the agent was at work`);
  }
  return { bytes: Buffer.from(text), mode: live.mode };
}

/** What takes the result over into the skill as it is now. */
function patchOf({ skill, base }: WorkCopy, result: SkillFiles, live: SkillFiles | undefined): SkillPatch {
  const patch = new Map<string, SkillFile>();
  for (const [name, file] of result) {
    if (!isSkillText(skill, name) || base.get(name)?.bytes.equals(file.bytes) === true) continue;
    patch.set(name, merged(name, base.get(name), file, live?.get(name)));
  }
  return patch;
}

/** The feedback row that answers a brief. Brackets in the headline would be read as the row's own. */
function answerOf({ skill, kind, reasons }: Brief, now: Date): FeedbackRow {
  const headline = (reasons[0]?.headline ?? kind).replace(/[[\]]/g, '').slice(0, 300);
  return {
    ts: now.toISOString(),
    slug: skill,
    what: inBackground + headline,
    outcome: 'FIXED',
    actionKind: kind,
  };
}

/**
 * Merges what was changed in a copy into the skill, notes that as an edit of the runtime's session, and answers the brief.
 * Throws `refused`, with nothing changed, where somebody has changed the same place meanwhile, or a text is no UTF-8. Lock
 * held.
 */
export async function takeResult(
  system: System,
  tree: string,
  work: {
    readonly copy: WorkCopy;
    readonly result: SkillFiles;
    readonly brief: Brief;
    readonly by: { readonly runtime: string; readonly session: string };
  },
  now: Date,
): Promise<void> {
  const { copy, result, brief, by } = work;
  const edit = await editSkill(
    system,
    tree,
    { skill: copy.skill, patch: (look) => patchOf(copy, result, look?.files), by: { ...by, how: 'drain' } },
    now,
  );
  if (edit === undefined) throw new SnappyError('refused', 'somebody else has made the same change meanwhile');
  appendRow(path.join(tree, layout.feedback), formatFeedbackRow(answerOf(brief, new Date())));
}
