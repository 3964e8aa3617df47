import type { SkillList } from './skill-list.ts';

/** Which skills are linked: all, only the pinned ones, or none. */
export type LinksMode = 'all' | 'pinned' | 'none';

/** A folder that runtimes look for skills in, and how much of it they can show. */
export interface LinkRoot {
  /** Absolute. */
  readonly root: string;
  /** Names of the runtimes that read it, for sentences. */
  readonly runtimes: readonly string[];
  /** Whether all of them follow a link that stands for the folder as a whole. */
  readonly wholeLink: boolean;
  /** Characters of names and descriptions that the smallest of their listings shows. */
  readonly listing: number;
  /** Those of `runtimes` that no hook can give a loader to: what is not linked does not reach them at all. */
  readonly withoutInjection?: readonly string[];
}

/** What is to stand in one root. */
export interface Choice {
  /** In order. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/** `12345` -> `12,345`. Not by `toLocaleString`, whose first call costs tens of milliseconds. */
const count = (number: number): string => String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const plural = (number: number, what: string): string => `${count(number)} ${what}${number === 1 ? '' : 's'}`;

function only(names: readonly string[]): string {
  if (names.length === 0) return 'none is pinned, so none is linked';
  return names.length === 1
    ? `only the pinned ${names[0] ?? ''} is linked`
    : `only the ${names.length} pinned are linked`;
}

/**
 * Chooses the skills for a root. A native listing costs context on every turn and goes blind past its budget: without
 * a `mode` all skills are linked while they fit, and beyond that only the pinned ones, with a sentence that says so.
 */
export function chooseSkills(
  root: LinkRoot,
  { skills }: SkillList,
  mode: LinksMode | undefined,
  pinned: ReadonlySet<string>,
): Choice {
  const all = skills.map(({ name }) => name);
  const chosen = all.filter((name) => pinned.has(name));
  if (mode === 'none') return { names: [], notes: [] };
  if (mode === 'pinned') return { names: chosen, notes: [] };
  const characters = skills.reduce((sum, skill) => sum + skill.characters, 0);
  if (characters <= root.listing) return { names: all, notes: [] };
  const figures = `${plural(all.length, 'skill')} with ${count(characters)} characters of names and descriptions, and ${root.runtimes.join(', ')} may show ${count(root.listing)}`;
  if (mode === 'all') return { names: all, notes: [`${root.root}: ${figures}: some go unseen in the listing`] };
  const blind = root.withoutInjection ?? [];
  const rest =
    blind.length === 0 ? 'the hook serves the rest' : `the hook serves the rest, but not to ${blind.join(', ')}`;
  return { names: chosen, notes: [`${root.root}: ${figures}: ${only(chosen)}; ${rest} (--links all links every one)`] };
}
