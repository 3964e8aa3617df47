import type { Manifest, ManifestEntry } from '../../sync/wire/manifest.ts';
import { findFile } from './read-file.ts';

/** The file that a person finds under a path: of the first manifest that has it, where no earlier one stands in its way. */
export function shownFile(
  manifests: readonly Manifest[],
  path: string,
): { readonly index: number; readonly manifest: Manifest; readonly file: ManifestEntry } | undefined {
  for (const [index, manifest] of manifests.entries()) {
    const file = findFile(manifest, path);
    if (file !== undefined) return { index, manifest, file };
    if (inTheWay(manifest, path).length > 0) return undefined;
  }
  return undefined;
}

/**
 * Files of a manifest that cannot lie beside a file of this path: one whose name is that of a folder above it, or those in a
 * folder of its name.
 */
export function inTheWay(manifest: Manifest, path: string): readonly string[] {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const above = path.slice(0, end);
    if (findFile(manifest, above) !== undefined) return [above];
  }
  const folder = `${path}/`;
  const below: string[] = [];
  for (let at = firstFrom(manifest, folder); manifest.files[at]?.path.startsWith(folder) === true; at += 1) {
    below.push(manifest.files[at]?.path ?? '');
  }
  return below;
}

/** The number of the first file whose path is not before `path`. */
function firstFrom({ files }: Manifest, path: string): number {
  let from = 0;
  let to = files.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((files[middle]?.path ?? path) < path) from = middle + 1;
    else to = middle;
  }
  return from;
}
