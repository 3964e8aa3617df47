import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { parseManifest, verifyManifest } from '../../seed/state/lib/seed-manifest.ts';
import type { SeedManifest } from '../../seed/state/lib/seed-manifest.ts';
import { layout } from '../core/paths.ts';
import type { Diagnosis } from './diagnosis.ts';
import { isSharpened } from './seed-files.ts';

const refresh = 'npx snappy-os@latest init --refresh-seed';

function readFile(tree: string, file: string): Buffer | undefined {
  try {
    return fs.readFileSync(path.join(tree, file));
  } catch {
    return undefined;
  }
}

function finding(file: string, message: string, fix: string): Finding {
  return { rule: 'manifest-verify', path: file, line: 1, message, fix };
}

/**
 * Compares the seed's files with what the manifest says was laid. A loader or a setting that was sharpened here is no
 * finding: that is what trees are for.
 */
export function verifySeed(tree: string): Diagnosis {
  let manifest: SeedManifest;
  try {
    manifest = parseManifest(readFile(tree, layout.manifest)?.toString('utf8') ?? '');
  } catch (cause) {
    const reason = cause instanceof TypeError ? cause.message : String(cause);
    return { findings: [finding(layout.manifest, reason, `${refresh} makes it anew`)] };
  }
  const { changed, missing } = verifyManifest(manifest, (file) => readFile(tree, file));
  const sharpened = changed.filter(isSharpened);
  const findings = [
    ...missing.map((file) => finding(file, 'it is missing', `${refresh} lays it again`)),
    ...changed
      .filter((file) => !isSharpened(file))
      .map((file) =>
        finding(
          file,
          'it is not as the seed laid it',
          `${refresh} shows what was changed; with --force it is restored`,
        ),
      ),
  ];
  const files =
    sharpened.length === 1 ? '1 file of the seed’s skills was' : `${sharpened.length} files of the seed’s skills were`;
  return sharpened.length === 0 ? { findings } : { findings, note: `${files} sharpened here` };
}
