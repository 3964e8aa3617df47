import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { statThrough } from '../../seed/state/lib/revision.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { compileIndex } from '../skills/compile.ts';
import { renderIndexPage, updateIndexPage } from '../skills/index-page.ts';
import { readSkills } from '../skills/read.ts';
import type { Diagnosis } from './diagnosis.ts';

/** When the hook's index was last right, in milliseconds since 1970; `undefined` when there is none. */
export function indexTime(tree: string): number | undefined {
  return fs.statSync(path.join(tree, layout.index, 'current'), { throwIfNoEntry: false })?.mtimeMs;
}

/** A skill's file, or the folder of the skills, that is newer than the hook's index; `undefined` when none is. */
export function findNewer(tree: string, time: number): string | undefined {
  const files = readSkills(tree).flatMap(({ skillPath, loaderPath }) =>
    loaderPath === undefined ? [skillPath] : [skillPath, loaderPath],
  );
  return [layout.skills, ...files].find((file) => {
    const stat = statThrough(path.join(tree, file));
    // The index bears its time in whole milliseconds, files have finer ones.
    return stat !== undefined && Math.floor(stat.mtimeMs) > Math.ceil(time);
  });
}

/** Whether the index page and the hook's index are what the skills say. */
export function checkIndex(tree: string): Diagnosis {
  const findings: Finding[] = [];
  const add = (file: string, message: string, fix: string): void => {
    findings.push({ rule: 'index', path: file, line: 1, message, fix });
  };
  const page = path.join(tree, layout.indexPage);
  const text = fs.existsSync(page) ? fs.readFileSync(page, 'utf8') : '';
  if (renderIndexPage(tree, text) !== text)
    add(layout.indexPage, text === '' ? 'it is missing' : 'it is not what the tree holds', 'snappy doctor --fix');
  const time = indexTime(tree);
  const newer = time === undefined ? undefined : findNewer(tree, time);
  if (time === undefined) add(layout.index, 'the hook has no index, so no prompt gets a loader', 'snappy index');
  else if (newer !== undefined) add(newer, 'it is newer than the hook’s index', 'snappy index');
  return { findings };
}

/** Makes both anew. */
export function repairIndex(system: System, tree: string): void {
  compileIndex(tree);
  updateIndexPage(system, tree);
}
