import { actionKinds } from './log.ts';
import type { ActionKind } from './log.ts';

/** One thing that a brief asks for, and what it rests on. */
export interface BriefReason {
  /** The rule that found it: `[a-z0-9-]+`. */
  readonly rule: string;
  /** Tells two findings of one rule apart; the same finding has the same key at every look. */
  readonly key: string;
  /** One line; the hook shows that of the first reason on the next turn of the skill. */
  readonly headline: string;
  /** Since when it waits for an answer: ISO 8601, UTC. A feedback row from then on answers it. */
  readonly since: string;
  /** Only a FIXED row answers it. */
  readonly fixed?: true;
  /** It may be left as it is: a row whose text begins with "kept" answers it for good. */
  readonly mayStay?: true;
  /** The rows it rests on, each in one line for a person. */
  readonly evidence: readonly string[];
  /** What to do about it, in Markdown. */
  readonly todo: string;
}

/** A work order for a skill: `state/log/regen-queue/<skill>.<kind>.md`, there until it is answered. Made from rows; safe to delete. */
export interface Brief {
  readonly skill: string;
  /** The `action_kind` of the feedback row that answers it. */
  readonly kind: ActionKind;
  /** When it was first written: ISO 8601, UTC. */
  readonly opened: string;
  /** The most urgent one first; at least one. */
  readonly reasons: readonly BriefReason[];
}

const dataMark = '<!-- snappy-os:brief ';

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

function formatReason(reason: BriefReason): string {
  const rows = reason.evidence.map((row) => `- ${oneLine(row)}`);
  return [
    `## ${oneLine(reason.headline)}`,
    '',
    `Rule \`${reason.rule}\`, since ${reason.since}. It rests on:`,
    ...rows,
    '',
    reason.todo.trim(),
  ].join('\n');
}

/** What fits into the line that the hook shows, in characters. */
const titleLength = 200;

/** The first line: as many headlines as fit, since an agent may see no more than that. */
function titleOf([first, ...others]: readonly BriefReason[]): string {
  let title = oneLine(first?.headline ?? '');
  if (title.length > titleLength) title = `${title.slice(0, titleLength - 1).trimEnd()}…`;
  let shown = 1;
  for (const { headline } of others) {
    const longer = `${title}; ${oneLine(headline)}`;
    if (longer.length > titleLength) break;
    title = longer;
    shown++;
  }
  const left = 1 + others.length - shown;
  return left === 0 ? title : `${title} (and ${left} more)`;
}

/** The command that closes a brief. */
export function closingCommand({ skill, kind }: Pick<Brief, 'skill' | 'kind'>): string {
  return `snappy log ${skill} "<what>" --fixed --action-kind ${kind}`;
}

/** A brief as a file: Markdown for people and agents, and at its end the same as data. Throws a TypeError on one without reasons. */
export function formatBrief(brief: Brief): string {
  const { skill, kind, opened, reasons } = brief;
  if (reasons.length === 0) throw new TypeError('a brief has at least one reason');
  const outcome = reasons.some(({ fixed }) => fixed === true) ? 'FIXED' : 'FIXED|LOGGED';
  // What stands in a comment must neither end it nor look like the beginning of one.
  const data = JSON.stringify(brief).replace(/[<>]/g, (sign) => (sign === '<' ? '\\u003c' : '\\u003e'));
  return [
    `# ${titleOf(reasons)}`,
    '',
    `Work order for the skill \`${skill}\`, opened ${opened}. It is closed by one row in \`state/log/loader-feedback.log\``,
    `of this tree, or by \`${closingCommand(brief)}\`:`,
    '',
    `    [<ISO ts>] ${skill}: <what> [${outcome}] action_kind=${kind}`,
    '',
    'This file is made from what was noticed, and made anew: what is written into it is not kept.',
    '',
    ...reasons.flatMap((reason) => [formatReason(reason), '']),
    `${dataMark}${data} -->`,
    '',
  ].join('\n');
}

/** Whether a text is a brief of ours, also one that was damaged: it carries the data. */
export function isBriefText(text: string): boolean {
  return text.includes(dataMark);
}

/** Reads a brief that `formatBrief` wrote; `undefined` for any other text. */
export function parseBrief(text: string): Brief | undefined {
  const at = text.lastIndexOf(dataMark);
  if (at === -1) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(at + dataMark.length).replace(/ -->\s*$/, ''));
    return isBrief(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBrief(value: unknown): value is Brief {
  if (typeof value !== 'object' || value === null) return false;
  const { skill, kind, opened, reasons } = value as Record<string, unknown>;
  return (
    typeof skill === 'string' &&
    actionKinds.some((known) => known === kind) &&
    typeof opened === 'string' &&
    Array.isArray(reasons) &&
    reasons.length > 0 &&
    reasons.every(isReason)
  );
}

function isReason(value: unknown): value is BriefReason {
  if (typeof value !== 'object' || value === null) return false;
  const reason = value as Record<string, unknown>;
  const { evidence } = reason;
  return (
    ['rule', 'key', 'headline', 'since', 'todo'].every((key) => typeof reason[key] === 'string') &&
    Array.isArray(evidence) &&
    evidence.every((row) => typeof row === 'string')
  );
}
