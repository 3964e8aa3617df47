import fs from 'node:fs';
import path from 'node:path';
import { parseManifest } from '../../../seed/state/lib/seed-manifest.ts';
import { layout } from '../../core/paths.ts';
import type { SyncRules } from '../wire/messages.ts';
import { defaultRules, parseRules } from '../wire/rules.ts';

/** The rules of a tree for what travels; those of the seed where it has none. Throws where they cannot be followed. */
export function readTreeRules(tree: string): SyncRules {
  try {
    return parseRules(fs.readFileSync(path.join(tree, layout.syncRules), 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return defaultRules;
    throw cause;
  }
}

/** The files of a tree as the seed has laid them: sha256 by path; none where there is no such list, or it is damaged. */
export function readLaidFiles(root: string): Readonly<Record<string, string>> {
  try {
    return parseManifest(fs.readFileSync(path.join(root, layout.manifest), 'utf8')).files;
  } catch {
    // Then every file counts as somebody's own.
    return {};
  }
}
