import { isSkillName } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';

/** Folders and files of a tree that a sync commits by itself. */
export const ownPlaces: readonly string[] = [
  layout.skills,
  'state/config',
  layout.conflicts,
  layout.indexPage,
  'program.local.md',
];

/**
 * Logs that travel, whatever the person's own ignore rules say of logs. Graded runs do not: they name sessions and are of
 * one machine.
 */
export const ownLogs: readonly string[] = [
  layout.edits,
  layout.feedback,
  layout.oldFeedback,
  layout.migrations,
  'state/log/evals.aggregate.ndjson',
  layout.syncEvents,
];

/** Whether a path is that of a log which travels: one of those above, or another one that a person has committed. */
export function isOwnLog(path: string): boolean {
  return path !== layout.evals && /^state\/log\/[^/]+\.(?:ndjson|log)$/.test(path);
}

/** Whether a path of the repository is one of those that a sync commits and merges by itself. */
export function isOwnPath(path: string): boolean {
  return isOwnLog(path) || ownPlaces.some((place) => path === place || path.startsWith(`${place}/`));
}

/** By what rules a file is merged. */
export type MergeKind = 'log' | 'markdown' | 'text';

/** By what rules two versions of a file are merged. */
export function mergeKindOf(path: string): MergeKind {
  if (path.startsWith('state/log/') && /\.(?:ndjson|log)$/.test(path)) return 'log';
  if (path.endsWith('.ndjson') && path.startsWith('state/')) return 'log';
  return path.endsWith('.md') && isOwnPath(path) ? 'markdown' : 'text';
}

/** The skill that a path belongs to; `undefined` for other files. Flat skills too: `x.md`, `x.agents.md`. */
export function skillOf(path: string): string | undefined {
  if (!path.startsWith(`${layout.skills}/`)) return undefined;
  const [name = '', ...rest] = path.slice(layout.skills.length + 1).split('/');
  const skill = rest.length > 0 ? name : name.replace(/(?:\.agents)?\.md$/, '');
  return isSkillName(skill) ? skill : undefined;
}

/** The path inside its skill's folder; the file's name for others. */
export function pathInSkill(path: string): string {
  const inner = path.startsWith(`${layout.skills}/`) ? path.slice(layout.skills.length + 1) : path;
  return inner === path ? path : inner.split('/').slice(1).join('/') || inner;
}

/** Whether a file that comes in is run here: a part of the machinery, or the list of commands that start agents. */
export function isProgram(file: string): boolean {
  return file === layout.dispatch || (!isOwnPath(file) && /^(?:bin|state\/(?:bin|hooks|lib|lint))\//.test(file));
}
