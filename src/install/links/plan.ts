import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import type { Change } from '../../core/system.ts';
import { Backups } from './backup.ts';
import { chooseSkills, type LinkRoot, type LinksMode } from './choice.ts';
import { copyMarker } from './copy.ts';
import { RootDraft } from './draft.ts';
import type { DraftContext } from './folder.ts';
import type { LinkRecord } from './record.ts';
import { lockedFolder, readRoot, type RootState } from './root.ts';
import { listSkills, type LinkFault, type SkillList } from './skill-list.ts';
import { realPath, targetOf } from './paths.ts';

export type { LinkRoot, LinksMode } from './choice.ts';
export type { LinkRecord } from './record.ts';
export type { LinkFault } from './skill-list.ts';

/** What is known of an earlier install, and where this one may keep things. */
export interface LinkPlace {
  /** Absolute, links resolved. */
  readonly tree: string;
  /** The record's entries, of these roots and of others. */
  readonly record: readonly LinkRecord[];
  /** The run's own folder for backups, absolute, below the tree's `_backups`. */
  readonly backups: string;
  /** The record was lost: links of exactly the form that install writes, and copies with a marker, count as ours. */
  readonly adopt?: boolean;
}

export interface LinkRequest extends LinkPlace {
  readonly roots: readonly LinkRoot[];
  /** `undefined` for as many as the listings hold. */
  readonly mode: LinksMode | undefined;
  /** Names of skills that are linked also where not all are. */
  readonly pinned: readonly string[];
  /** Whether the machine can make links; else skills are copied. */
  readonly symlinks: boolean;
}

/** How a root stands once the plan is carried out. */
export interface ServedRoot {
  readonly root: string;
  /** `own`: a link to the tree that the user has made; it is not touched. `failed`: see the faults. */
  readonly form: 'whole' | 'each' | 'own' | 'none' | 'failed';
  /** Names of the skills that runtimes see there. */
  readonly skills: readonly string[];
}

/** What would be done about skills; no changes where all is as asked. */
export interface LinksPlan {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** What is wrong with skills and roots. The rest of the plan holds all the same. */
  readonly faults: readonly LinkFault[];
  /** The record's entries as they shall be, those of other roots included. */
  readonly record: readonly LinkRecord[];
  readonly served: readonly ServedRoot[];
}

/** The plan for one root. */
interface RootPlan extends Pick<LinksPlan, 'changes' | 'notes' | 'faults'> {
  readonly record?: LinkRecord | undefined;
  readonly served: ServedRoot;
}

/**
 * Plans the links that show the tree's skills to runtimes: one for a root as a whole where it can be linked so and holds
 * nothing but ours, else one for each skill. What stands in the place of a link is moved to the backups. Reads only.
 */
export function planLinks(request: LinkRequest): LinksPlan {
  const { tree, roots, mode, record } = request;
  const skills = path.join(tree, layout.skills);
  const list = readList(tree, skills);
  if (typeof list === 'string') {
    const served = roots.map(({ root }): ServedRoot => ({ root, form: 'failed', skills: [] }));
    return { changes: [], notes: [], faults: [{ message: list }], record, served };
  }
  const context: DraftContext = { tree, skills, backups: new Backups(tree, request.backups) };
  const { once, same } = distinct(roots, skills);
  const names = list.skills.map(({ name }) => name);
  const plans = [
    ...once.map((root) => planRoot(request, context, list, root)),
    ...same.map(({ root }) => ({ ...nothing(root, 'own', names), record: recordOf(request, root, skills) })),
  ];
  const known = new Set(names);
  const unknown = mode === 'all' || mode === 'none' ? [] : request.pinned.filter((name) => !known.has(name));
  const notes = [
    ...unknown.map((name) => `${name} is pinned and is no skill of the tree that can be linked`),
    ...flatNotes(list.flat),
  ];
  return merge(record, plans, { notes, faults: list.faults });
}

/**
 * Plans to leave these roots as they were before the first install: what was moved comes back, links, copies and folders
 * of ours go, and nothing else does. `gone` are paths that other parts of the uninstall remove.
 */
export function planUnlink(
  request: LinkPlace & { readonly roots: readonly string[]; readonly gone?: readonly string[] },
): LinksPlan {
  const { tree, record } = request;
  const skills = path.join(tree, layout.skills);
  const context: DraftContext = { tree, skills, backups: new Backups(tree, request.backups) };
  const gone = new Set(request.gone);
  const plans = request.roots.flatMap((root): RootPlan[] => {
    const old = recordOf(request, root, skills);
    if (old === undefined) return [];
    const state = readRoot(root, tree, skills, old.skills);
    // What cannot be read any more holds nothing of ours; a link that is not ours is the user's.
    if (state.kind === 'unusable' || !isOurs(state, old)) {
      const kept = Object.values(old.moved).map((file) => `${root} is not ours any more: see ${path.join(tree, file)}`);
      return [{ ...nothing(root, 'none'), notes: kept }];
    }
    const draft = new RootDraft(context, root, state, old);
    draft.undo(gone);
    return [planOf(draft, { root, form: 'none', skills: [] })];
  });
  return merge(record, plans, { notes: [], faults: [] });
}

function planRoot(request: LinkRequest, context: DraftContext, list: SkillList, wanted: LinkRoot): RootPlan {
  const { tree, skills } = context;
  const { root } = wanted;
  const old = recordOf(request, root, skills);
  const state = readRoot(root, tree, skills, old?.skills);
  const all = list.skills.map(({ name }) => name);
  if (state.kind === 'unusable') {
    // Two folders of one kind are often one folder and a link to it, which may be still to be made.
    if (request.roots.some((other) => other.root !== root && linkAt(root) === other.root))
      return { ...nothing(root, 'own', all), record: old };
    return { ...nothing(root, 'failed'), faults: [{ message: `${state.why}: no skill is linked there` }], record: old };
  }
  if (!isOurs(state, old)) return { ...nothing(root, 'own', all), record: old };
  const choice = chooseSkills(wanted, list, request.mode, new Set(request.pinned));
  const isAll = choice.names.length === all.length && all.length > 0 && list.faults.length + list.flat.length === 0;
  const draft = new RootDraft(context, root, state, old);
  if (wanted.wholeLink && request.symlinks && isAll && draft.canBeWhole) draft.placeWhole();
  else draft.placeEach(choice.names, request.symlinks ? 'link' : 'copy');
  draft.notes.unshift(...choice.notes);
  const locked = draft.changes.length === 0 ? undefined : lockedFolder(root, state, draft.isWhole);
  if (locked !== undefined) {
    const message = `${root} is left alone: ${locked} may not be written to`;
    return { ...nothing(root, 'failed'), faults: [{ message }], record: old };
  }
  const form = draft.isWhole ? 'whole' : choice.names.length === 0 ? 'none' : 'each';
  return planOf(draft, { root, form, skills: choice.names });
}

/** The skills of the tree, or why none can be linked. */
function readList(tree: string, skills: string): SkillList | string {
  if (realPath(skills) !== skills) return `${skills} is not there, or is a link: no skill is linked`;
  try {
    return listSkills(tree, skills);
  } catch (cause) {
    return `${skills} cannot be listed, so no link is changed: ${cause instanceof Error ? cause.message : ''}`;
  }
}

/** What the record says of a root; where it was lost, what can be told from links and copies alone. */
function recordOf({ record, adopt, tree }: LinkPlace, root: string, skills: string): LinkRecord | undefined {
  const recorded = record.find((entry) => entry.root === root);
  if (recorded !== undefined || adopt !== true) return recorded;
  const state = readRoot(root, tree, skills);
  const entries = state.kind === 'folder' ? [...state.entries] : [];
  const links = entries.filter(([name, { target }]) => target === path.join(skills, name)).map(([name]) => name);
  const isCopy = (name: string): boolean => fs.existsSync(path.join(root, name, copyMarker));
  const copies = entries.filter(([name, { isFolder }]) => isFolder && isCopy(name)).map(([name]) => name);
  const isWhole = state.kind === 'whole' && state.target === skills;
  if (!isWhole && links.length + copies.length === 0) return undefined;
  return { root, skills, form: isWhole ? 'whole' : 'each', made: [], links, copies, moved: {} };
}

/** Whether a root that is a link as a whole is one that install made, as far as the record goes. */
function isOurs(state: RootState, old: LinkRecord | undefined): boolean {
  return state.kind !== 'whole' || (old?.form === 'whole' && state.target === old.skills);
}

/** Where a root that is a link leads; `undefined` for anything else. */
function linkAt(root: string): string | undefined {
  try {
    return targetOf(root, fs.readlinkSync(root));
  } catch {
    return undefined;
  }
}

/**
 * The roots to plan, folders before links to them, and those that are, by a link of the user's, the same folder as
 * another. Links to the tree itself are each a root of their own.
 */
function distinct(roots: readonly LinkRoot[], skills: string): { once: LinkRoot[]; same: LinkRoot[] } {
  const isLink = ({ root }: LinkRoot): boolean => linkAt(root) !== undefined;
  const once = new Map<string, LinkRoot>();
  const same: LinkRoot[] = [];
  for (const root of [...roots.filter((entry) => !isLink(entry)), ...roots.filter(isLink)]) {
    const real = realPath(root.root);
    const key = real === undefined || real === skills ? root.root : real;
    if (once.has(key)) same.push(root);
    else once.set(key, root);
  }
  return { once: [...once.values()], same };
}

function flatNotes(flat: readonly string[]): string[] {
  if (flat.length === 0) return [];
  const which = flat.length === 1 ? `${flat[0] ?? ''} has` : `${flat.length} skills have`;
  return [`${which} the older flat form, which cannot be linked: snappy migrate --apply`];
}

function nothing(root: string, form: ServedRoot['form'], skills: readonly string[] = []): RootPlan {
  return { changes: [], notes: [], faults: [], served: { root, form, skills } };
}

function planOf(draft: RootDraft, served: ServedRoot): RootPlan {
  const { changes, notes, faults } = draft;
  return { changes, notes, faults, record: draft.record(), served };
}

function merge(
  record: readonly LinkRecord[],
  plans: readonly RootPlan[],
  first: Pick<LinksPlan, 'notes' | 'faults'>,
): LinksPlan {
  const planned = new Set(plans.map(({ served }) => served.root));
  const others = record.filter(({ root }) => !planned.has(root));
  return {
    changes: plans.flatMap(({ changes }) => changes),
    notes: [...new Set([...first.notes, ...plans.flatMap(({ notes }) => notes)])],
    faults: [...first.faults, ...plans.flatMap(({ faults }) => faults)],
    record: [...others, ...plans.flatMap((plan) => plan.record ?? [])].toSorted((a, b) => (a.root < b.root ? -1 : 1)),
    served: plans.map(({ served }) => served),
  };
}
