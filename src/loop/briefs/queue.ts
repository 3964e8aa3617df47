import fs from 'node:fs';
import path from 'node:path';
import { isBriefText, parseBrief } from '../../../seed/state/lib/brief.ts';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { actionKinds } from '../../../seed/state/lib/log.ts';
import type { ActionKind } from '../../../seed/state/lib/log.ts';
import { layout } from '../../core/paths.ts';

/** A larger file is not read, in bytes: a brief is a page. */
const maxBytes = 256 * 1024;

/** An open brief: a file `<skill>.<kind>.md` of the queue. */
export interface OpenBrief {
  readonly skill: string;
  readonly kind: ActionKind;
  /** Relative to the tree. */
  readonly path: string;
  /** Whether a drain has made it, and may change or remove it; another one is a person's own. */
  readonly isOurs: boolean;
  /** `undefined` for a person's own, or one that was damaged. */
  readonly brief: Brief | undefined;
  /** The first line without its mark: what the hook shows. */
  readonly headline: string;
}

/** Where the brief of a skill and kind is, relative to the tree. */
export function briefPath(skill: string, kind: ActionKind): string {
  return `${layout.queue}/${skill}.${kind}.md`;
}

/** Where the marker of a skill with open briefs is, relative to the tree. */
export function readyPath(skill: string): string {
  return `${layout.queue}/${skill}.ready`;
}

/** The names in the queue's folder; none where there is no such folder. */
function namesIn(tree: string): string[] {
  try {
    return fs.readdirSync(path.join(tree, layout.queue)).toSorted();
  } catch {
    return [];
  }
}

function readOpen(tree: string, skill: string, kind: ActionKind): OpenBrief | undefined {
  const file = briefPath(skill, kind);
  let text: string;
  try {
    const stat = fs.statSync(path.join(tree, file));
    if (!stat.isFile()) return undefined;
    text = stat.size > maxBytes ? '' : fs.readFileSync(path.join(tree, file), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = parseBrief(text);
  const brief = parsed?.skill === skill && parsed.kind === kind ? parsed : undefined;
  const headline = /[^#\s][^\r\n]*/.exec(text)?.[0].trim() ?? '';
  return { skill, kind, path: file, isOurs: isBriefText(text), brief, headline };
}

/** The open briefs of a tree, or of one skill, by the names of their files. */
export function readBriefs(tree: string, skill?: string): OpenBrief[] {
  return namesIn(tree).flatMap((name) => {
    const kind = actionKinds.find((known) => name.endsWith(`.${known}.md`));
    const owner = kind === undefined ? '' : name.slice(0, -`.${kind}.md`.length);
    if (kind === undefined || owner === '' || (skill !== undefined && skill !== owner)) return [];
    return readOpen(tree, owner, kind) ?? [];
  });
}

/** The skills that have a marker. */
export function readReady(tree: string): string[] {
  return namesIn(tree).flatMap((name) => (name.endsWith('.ready') && name !== '.ready' ? [name.slice(0, -6)] : []));
}
