import { limits } from '../../sync/wire/limits.ts';
import { emptyManifest, manifestText } from '../../sync/wire/manifest.ts';
import type { PushedFile } from '../../sync/wire/messages.ts';
import { nextManifest } from '../../sync/wire/next-manifest.ts';
import { compileRules, defaultRules, inScope, isSetting, judgePath } from '../../sync/wire/rules.ts';
import { collisions, faultOfPath } from '../../sync/wire/safe-path.ts';
import type { Home } from '../ports.ts';
import { commitRevision, storeManifest } from './commit.ts';
import { readHead } from './heads.ts';
import { legacyTeamPrefix, newPackKey } from './keys.ts';
import { FrameWriter } from './pack-writer.ts';
import type { RepoTier } from './reach.ts';

/** Files and bytes that one call reads: teams of that time were small, and a Worker has not much memory. */
const filesAtMost = 2_000;
const bytesAtMost = 32 * 1024 * 1024;
const readAtOnce = 6;

/**
 * Makes the first revision of a team of what lies under `snappy-os-clients/<slug>/`, where gateways kept the files of a client before
 * they had manifests. Does nothing where the team has a revision, or nothing lies there; two at once make one. The old files stay.
 */
export async function importLegacyTeam(home: Home, slug: string): Promise<void> {
  const place: RepoTier = { repo: 'os', tier: `team:${slug}` };
  const prefix = legacyTeamPrefix(slug);
  const keys = await home.store.list(prefix, filesAtMost);
  if (keys.length === 0 || (await readHead(home, place)).rev > 0) return;

  const paths = fitting(keys.map((key) => key.slice(prefix.length)));
  const writer = new FrameWriter(home, () => newPackKey(place.repo, place.tier, 1));
  const files = await readFiles(home, writer, prefix, paths);
  const frames = writer.finish();
  if (files.length === 0) return;
  const manifest = nextManifest(emptyManifest(place.repo, place.tier), {
    files,
    gone: [],
    frames,
    blobs: new Map(),
    rev: 1,
  });
  const digest = home.platform.sha256(new TextEncoder().encode(manifestText(manifest.files)));
  const stored = await storeManifest(home, place, manifest, writer.packs.stored());
  const committed = await commitRevision(
    home,
    place,
    {
      manifest,
      digest,
      // The same for each who tries, so that they are one push.
      pushId: home.platform.sha256(new TextEncoder().encode(prefix)).slice(0, 32),
      tenant: 'gateway',
      when: { sql: 'TRUE', values: [] },
      machineId: 'gateway',
      changes: files.length,
    },
    stored,
  );
  if (committed.outcome !== 'done') await writer.packs.discard();
}

/** Those that may travel at all, and beside each other. */
function fitting(paths: readonly string[]): string[] {
  const rules = compileRules(defaultRules);
  const mayTravel = (path: string): boolean =>
    inScope(path, 'all') && !isSetting(path, 'os') && judgePath(rules, path).verdict === 'carry';
  const good = paths.filter((path) => faultOfPath(path) === undefined && mayTravel(path));
  const clashing = new Set(collisions(good).map(([, path]) => path));
  return good.filter((path) => !clashing.has(path));
}

async function readFiles(
  home: Home,
  writer: FrameWriter,
  prefix: string,
  paths: readonly string[],
): Promise<readonly PushedFile[]> {
  const files: PushedFile[] = [];
  let total = 0;
  for (let from = 0; from < paths.length; from += readAtOnce) {
    const few = paths.slice(from, from + readAtOnce);
    const contents = await Promise.all(few.map((path) => readSmall(home, prefix + path)));
    for (const [index, path] of few.entries()) {
      const bytes = contents[index];
      if (bytes === undefined || total + bytes.length > bytesAtMost) continue;
      total += bytes.length;
      const sha256 = home.platform.sha256(bytes);
      files.push({ path, sha256, size: bytes.length, exec: false, ...writer.add(bytes) });
    }
  }
  return files;
}

async function readSmall(home: Home, key: string): Promise<Uint8Array | undefined> {
  const size = await home.store.size(key);
  return size !== undefined && size <= limits.framedFile ? home.store.get(key) : undefined;
}
