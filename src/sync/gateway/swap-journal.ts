import fs from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../core/atomic.ts';
import { faultOfPath } from '../wire/safe-path.ts';
import { sha256 } from './fetch-pull-codec.ts';

/** One step of a swap. Paths are relative to the root; `was` and `is` are sha256 of contents, `null` for none. */
export type SwapStep =
  /** A file goes. */
  | { readonly kind: 'delete'; readonly path: string; readonly was: string }
  /** A folder that is new comes with all that is in it. */
  | { readonly kind: 'folder'; readonly path: string; readonly files: readonly (readonly [path: string, is: string])[] }
  /** A file comes, or takes the place of another. */
  | { readonly kind: 'put'; readonly path: string; readonly was: string | null; readonly is: string };

const fileName = 'journal';
const firstLine = 'snappy swap v1';

/**
 * Writes what is about to be done beside what was laid aside for it, and waits until it is on the disk. From then on the swap
 * is ended by whoever comes next; before, it has not begun.
 */
export function writeSwapJournal(folder: string, steps: readonly SwapStep[]): void {
  const body = `${firstLine}\n${steps.map((step) => `${JSON.stringify(step)}\n`).join('')}`;
  const part = path.join(folder, `${fileName}.part`);
  // Where files only go, nothing was laid aside.
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fd = fs.openSync(part, 'wx', 0o600);
  try {
    fs.writeFileSync(fd, `${body}${sha256(Buffer.from(body, 'utf8'))}\n`);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(part, path.join(folder, fileName));
  syncFolder(folder);
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isPath = (value: unknown): value is string => typeof value === 'string' && faultOfPath(value) === undefined;

function readStep(line: string): SwapStep | undefined {
  const value = JSON.parse(line) as Record<string, unknown>;
  const { kind, path: file, was, is, files } = value;
  if (!isPath(file)) return undefined;
  if (kind === 'delete' && isHash(was)) return { kind, path: file, was };
  if (kind === 'put' && isHash(is) && (was === null || isHash(was))) return { kind, path: file, was, is };
  if (kind !== 'folder' || !Array.isArray(files)) return undefined;
  const pairs: (readonly [string, string])[] = [];
  for (const pair of files as unknown[]) {
    const [inner, hash] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (!isPath(inner) || !inner.startsWith(`${file}/`) || !isHash(hash)) return undefined;
    pairs.push([inner, hash]);
  }
  return { kind, path: file, files: pairs };
}

/** The steps of a swap that was begun; `undefined` where none was, or its journal was not finished or is damaged. */
export function readSwapJournal(folder: string): readonly SwapStep[] | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path.join(folder, fileName), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  if (text.slice(end) !== `${sha256(Buffer.from(body, 'utf8'))}\n`) return undefined;
  const [first, ...lines] = body.trimEnd().split('\n');
  if (first !== firstLine) return undefined;
  const steps = lines.map(readStep);
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

/** The swap is over: without its journal, what is left of the folder is rubbish. */
export function removeSwapJournal(folder: string): void {
  fs.rmSync(path.join(folder, fileName), { force: true });
}
