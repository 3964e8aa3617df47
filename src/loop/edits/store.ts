import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { isSkillName, revisionOf } from '../../../seed/state/lib/revision.ts';
import type { SkillFile, SkillFiles } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';

/**
 * The revisions of skills that were seen on this machine: `objects/<sha256>` has each content once, and
 * `skills/<skill>/<rev_id>.json` says which files a revision has. Nothing of it leaves the machine.
 */
const objectsFolder = `${layout.revisions}/objects`;
const manifestsFolder = `${layout.revisions}/skills`;

const isoTime = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT/));
const manifestSchema = z.object({
  _v: z.literal(1),
  skill: z.string(),
  rev_id: z.string().check(z.regex(/^[0-9a-f]{12}$/)),
  /** When it was first seen, and when it last became the revision in use: ISO 8601, UTC. */
  ts: isoTime,
  at: isoTime,
  /** By path; pairs, since a path may be any name that an object has already. */
  files: z.array(z.object({ path: z.string(), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)), mode: z.int() })),
});

/** A stored revision, without its contents. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const manifestPath = (tree: string, skill: string, rev: string): string =>
  path.join(tree, manifestsFolder, skill, `${rev}.json`);
const objectPath = (tree: string, sha256: string): string => path.join(tree, objectsFolder, sha256);

/** Whether a path of a manifest stays below the folder it is put into. */
function isSafePath(name: string): boolean {
  return !/[\\\0]/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** `undefined` for a manifest that is not there, torn, or not of this form. */
function readManifest(tree: string, skill: string, rev: string): Manifest | undefined {
  if (!isSkillName(skill) || !/^[0-9a-f]{12}$/.test(rev)) return undefined;
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(fs.readFileSync(manifestPath(tree, skill, rev), 'utf8')));
    if (!parsed.success) return undefined;
    const { data } = parsed;
    const isRight = data.skill === skill && data.rev_id === rev && data.files.every((file) => isSafePath(file.path));
    return isRight ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a content once. A file of another length is what a power cut left of one. */
function saveObject(system: System, tree: string, bytes: Buffer): string {
  const sha256 = hashOf(bytes);
  const file = objectPath(tree, sha256);
  if (fs.statSync(file, { throwIfNoEntry: false })?.size !== bytes.length) system.write(file, bytes, 0o600);
  return sha256;
}

/** Keeps a revision, now in use, and gives its id. The manifest comes last, so that one that is there has its contents. */
export function saveRevision(system: System, tree: string, skill: string, files: SkillFiles, now: Date): string {
  const rev_id = revisionOf(files);
  const listed = [...files].map(([name, { bytes, mode }]) => ({
    path: name,
    sha256: saveObject(system, tree, bytes),
    mode,
  }));
  const at = now.toISOString();
  const manifest: Manifest = {
    _v: 1,
    skill,
    rev_id,
    ts: readManifest(tree, skill, rev_id)?.ts ?? at,
    at,
    files: listed.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
  system.write(manifestPath(tree, skill, rev_id), `${JSON.stringify(manifest)}\n`, 0o600);
  return rev_id;
}

/** The files of a revision; `undefined` when it is not kept here, or not whole. */
export function loadRevision(tree: string, skill: string, rev: string): SkillFiles | undefined {
  const manifest = readManifest(tree, skill, rev);
  if (manifest === undefined) return undefined;
  const files = new Map<string, SkillFile>();
  for (const { path: name, sha256, mode } of manifest.files) {
    try {
      files.set(name, { bytes: fs.readFileSync(objectPath(tree, sha256)), mode: mode & 0o777 });
    } catch {
      return undefined;
    }
  }
  return revisionOf(files) === rev ? files : undefined;
}

/** A content of any revision that is kept here; `undefined` where none is, or not whole. */
export function loadContent(tree: string, sha256: string): Buffer | undefined {
  try {
    const bytes = fs.readFileSync(objectPath(tree, sha256));
    return hashOf(bytes) === sha256 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The names in a folder that match; none where it is not there. */
function namesIn(folder: string, pattern: RegExp): string[] {
  try {
    return fs.readdirSync(folder).filter((name) => pattern.test(name));
  } catch {
    return [];
  }
}

/** Names of the skills of which a revision is kept, also those that are gone. */
export function storedSkills(tree: string): string[] {
  return namesIn(path.join(tree, manifestsFolder), /./).filter(isSkillName);
}

function storedRevisions(tree: string, skill: string): string[] {
  if (!isSkillName(skill)) return [];
  return namesIn(path.join(tree, manifestsFolder, skill), /^[0-9a-f]{12}\.json$/).map((name) => name.slice(0, 12));
}

/** How many revisions of a skill are kept. */
export function countRevisions(tree: string, skill: string): number {
  return storedRevisions(tree, skill).length;
}

/** The revisions of a skill that are kept, the one that last came into use first. */
export function listRevisions(tree: string, skill: string): Manifest[] {
  return storedRevisions(tree, skill)
    .flatMap((rev) => readManifest(tree, skill, rev) ?? [])
    .toSorted((a, b) => (a.at === b.at ? (a.rev_id < b.rev_id ? -1 : 1) : a.at > b.at ? -1 : 1));
}

/** How many revisions of one skill are kept. */
export const keptRevisions = 50;

/**
 * Removes the revisions of each skill beyond the newest `keptRevisions`, but for those that `isKept` asks for, and the
 * contents that no kept revision has or that were never written to their end. Lock held.
 */
export function pruneRevisions(
  system: System,
  tree: string,
  isKept: (skill: string, rev: string) => boolean = () => false,
): void {
  const named = new Set<string>();
  let isKnown = true;
  for (const skill of storedSkills(tree)) {
    const manifests = listRevisions(tree, skill);
    // What another version of this program has written keeps its contents: which they are cannot be told.
    if (manifests.length < countRevisions(tree, skill)) isKnown = false;
    for (const [at, { rev_id, files }] of manifests.entries()) {
      if (at < keptRevisions || isKept(skill, rev_id)) for (const { sha256 } of files) named.add(sha256);
      else system.remove(manifestPath(tree, skill, rev_id));
    }
  }
  const isNeeded = (name: string): boolean => named.has(name) || !isKnown;
  for (const name of namesIn(path.join(tree, objectsFolder), /^[0-9a-f]{64}(\.\d+\.[0-9a-f]{8}\.part)?$/))
    if (name.endsWith('.part') || !isNeeded(name)) system.remove(objectPath(tree, name));
}
