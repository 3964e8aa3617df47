import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { SnappyError } from './errors.ts';

/** Whether `file` lies in `folder`, at any depth. Both absolute; nothing is read, so links must be resolved before. */
export function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

/** Where things are inside a tree, relative to its root; the one place that spells these names. */
export const layout = {
  program: 'program.md',
  manifest: '.seed-manifest.json',
  cli: 'bin/snappy.js',
  /** What `cli` loads: one for the quick commands, one with all. */
  quickCli: 'bin/snappy-quick.cjs',
  fullCli: 'bin/snappy-full.cjs',
  skills: 'state/skills',
  indexPage: 'state/index.md',
  index: 'state/.index',
  hook: 'state/hooks/snappy-os-inject.sh',
  footer: 'state/regen/footer.md',
  evals: 'state/log/evals.ndjson',
  feedback: 'state/log/loader-feedback.log',
  oldFeedback: 'state/log/agents-md-feedback.log',
  /** Edits that are not drained (`<skill>.<id>.edit.json`), open briefs (`<skill>.<kind>.md`), markers (`<skill>.ready`). */
  queue: 'state/log/regen-queue',
  edits: 'state/log/edits.ndjson',
  /** The revisions of skills that were seen here, by content; nothing of it is synced. */
  revisions: 'state/log/revisions',
  regenLock: 'state/log/regen.lock',
  regenConfig: 'state/log/regen.json',
  dispatch: 'state/config/dispatch.json',
  conflicts: 'state/regen/conflicts',
  migrations: 'state/log/migrations.ndjson',
  machineId: 'state/log/.machine_id',
  installs: 'state/log/installs.json',
  installJournal: 'state/log/install-journal',
  installLock: 'state/log/install.lock',
  versions: 'state/log/versions.json',
  links: 'state/config/links.json',
  backups: '_backups',
  sessions: 'state/log/sessions',
  hookLog: 'state/log/hook.log',
  alerts: 'state/log/alerts.log',
  syncRules: 'state/config/sync-rules.json',
  syncEvents: 'state/log/sync-events.ndjson',
  /** What this machine knows of its gateway: pinned key, what was last seen there, what is being put in place. */
  gateway: 'state/log/gateway',
  gatewayLock: 'state/log/gateway.lock',
} as const;

/** The folder `init` makes when none is named: `~/snappy-os`. */
export function defaultTree(): string {
  return path.join(homedir(), 'snappy-os');
}

/** Whether a folder is a tree: it holds the contract and the skills. */
export function isTree(dir: string): boolean {
  return existsSync(path.join(dir, layout.program)) && existsSync(path.join(dir, layout.skills));
}

/** Where a tree is looked for. */
export interface TreeSearch {
  readonly tree?: string | undefined;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Whether a tree is named, or found without one being named. */
export function hasTree(options: TreeSearch): boolean {
  const named = options.tree ?? (options.env ?? process.env)['SNAPPY_TREE'];
  return (named !== undefined && named !== '') || searchTree(options) !== undefined;
}

function searchTree({ cwd = process.cwd() }: TreeSearch): string | undefined {
  for (let dir = path.resolve(cwd); ; dir = path.dirname(dir)) {
    if (isTree(dir)) return dir;
    if (isTree(path.join(dir, 'my-snappy'))) return path.join(dir, 'my-snappy');
    if (dir === path.dirname(dir)) break;
  }
  return isTree(defaultTree()) ? defaultTree() : undefined;
}

/**
 * The tree a command works on: the one named by `--tree`, else `SNAPPY_TREE`, else the nearest folder at or above
 * `cwd` that is a tree (or has one in `my-snappy`), else `~/snappy-os`. Throws `usage` when there is none.
 */
export function findTree(options: TreeSearch = {}): string {
  const env = options.env ?? process.env;
  const named = options.tree ?? env['SNAPPY_TREE'];
  if (named !== undefined && named !== '') {
    const dir = path.resolve(options.cwd ?? process.cwd(), named);
    if (isTree(dir)) return dir;
    throw new SnappyError(
      'usage',
      `${dir} is not a snappy-os tree: it has no ${layout.program} with ${layout.skills}/`,
      {
        hint: `make one with: snappy init ${named}`,
      },
    );
  }
  const found = searchTree(options);
  if (found !== undefined) return found;
  throw new SnappyError('usage', 'no snappy-os tree here, above here, or at ~/snappy-os', {
    hint: 'make one with: snappy init   (or name one with --tree DIR)',
  });
}
