import type { Skill } from '../../seed/state/lib/skill.ts';
export interface RankDocument { readonly text: string; readonly weight: number }
export function documentsOf(_skill: Skill): RankDocument[] { return []; }
export function fitRanking(_documents: readonly (readonly RankDocument[])[]): Map<string, string> { return new Map(); }
