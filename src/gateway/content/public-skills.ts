import { parseFrontmatter } from '../../../seed/state/lib/frontmatter.ts';
import { groupBy } from '../../core/group-by.ts';
import type { Manifest, ManifestEntry } from '../../sync/wire/manifest.ts';
import type { Home } from '../ports.ts';
import { readHead } from './heads.ts';
import { readManifest } from './manifests.ts';
import type { RepoTier } from './reach.ts';
import { findFile, FrameByFrame, openFile } from './read-file.ts';

const place: RepoTier = { repo: 'os', tier: 'public' };
const skillsFolder = 'state/skills/';

/** Something of the public tier, as it is served. */
export interface PublicFile {
  /** Bytes, or a stream where it is large. */
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  /** Of RFC 9110 8.8.3, with its quotes. */
  readonly etag: string;
  readonly mediaType: string;
}

/**
 * A file of the public tier: by its path in the tree, or by that below `state/skills/`; `index.json` is the list of skills.
 * `undefined` where the public tier has none of that name, whoever else has.
 */
export async function readPublic(home: Home, path: string): Promise<PublicFile | undefined> {
  const head = await readHead(home, place);
  const manifest = await readManifest(home, place, head.manifest);
  if (path === 'index.json') {
    return indexOf(home, head.manifest, manifest);
  }
  const file = findFile(manifest, path) ?? findFile(manifest, skillsFolder + path);
  if (file === undefined) return undefined;
  const body = await openFile(home, place, manifest, file);
  return { body, etag: `"${file.sha256}"`, mediaType: mediaTypeOf(file) };
}

// Nothing that a browser would run: text is shown; the rest is saved, and what comes as a stream.
const mediaTypes: Readonly<Record<string, string>> = {
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json',
};

function mediaTypeOf(file: ManifestEntry): string {
  const extension = 'blob' in file ? '' : (/\.(\w+)$/.exec(file.path)?.[1] ?? '');
  return mediaTypes[extension] ?? 'application/octet-stream';
}

/** A skill of the list: the form that agents look for below `/.well-known/skills/`. */
interface ListedSkill {
  readonly name: string;
  readonly description: string;
  /** Below the folder of its name, `SKILL.md` first. */
  readonly files: readonly string[];
}

/** The list of each store's newest manifest, by its key: anybody may ask for it without a key, so it is made once. */
const indexes = new WeakMap<Home['store'], { readonly key: string; readonly list: Promise<PublicFile> }>();

async function indexOf(home: Home, key: string, manifest: Manifest): Promise<PublicFile> {
  const known = indexes.get(home.store);
  if (known?.key === key) return known.list;
  const making = { key, list: readIndex(home, manifest) };
  indexes.set(home.store, making);
  try {
    return await making.list;
  } catch (error) {
    if (indexes.get(home.store) === making) indexes.delete(home.store);
    throw error;
  }
}

async function readIndex(home: Home, manifest: Manifest): Promise<PublicFile> {
  const filesOf = groupBy(manifest.files, ({ path }) => /^state\/skills\/([^/]+)\/./.exec(path)?.[1]);
  const contents = new FrameByFrame(home);
  const skills: ListedSkill[] = [];
  for (const [name, files] of filesOf) {
    const folder = `${skillsFolder}${name}/`;
    const main = files.find(({ path }) => path === `${folder}SKILL.md`);
    if (name === undefined || main === undefined) continue;
    // One that does not lie in a frame is far too large for a skill.
    const text = 'frame' in main ? new TextDecoder().decode(await contents.read(manifest, main)) : '';
    const { description } = parseFrontmatter(text).fields;
    const others = files.filter((file) => file !== main).map(({ path }) => path.slice(folder.length));
    skills.push({
      name,
      description: typeof description === 'string' ? description : '',
      files: ['SKILL.md', ...others],
    });
  }
  const body = new TextEncoder().encode(`${JSON.stringify({ skills }, undefined, 2)}\n`);
  return { body, etag: `"${home.platform.sha256(body)}"`, mediaType: 'application/json' };
}
