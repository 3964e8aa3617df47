import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import type { System } from '../../core/system.ts';
import { readTextFile } from '../../wiring/text-block-file.ts';
import { entryAt, eventualPath } from './eventual-path.ts';
import { shownPath, type InstructionRequest } from './files.ts';
import { plainText } from './imports.ts';
import { faultOf, type InstructionFault } from './file-plan.ts';

/** The one CLAUDE.md that the blocks are made from. */
export interface InstructionSource {
  /** Its real path. */
  readonly file: string;
  /** As it is called in the blocks. */
  readonly origin: string;
  /** Line ends `\n`, and without a block of ours. */
  readonly text: string;
}

const atMost = 1024 * 1024;

/** Claude Code's own order: a project's CLAUDE.md, else the one in its `.claude`; the user's is in the user's folder. */
function candidates({ claudeFolder, project }: InstructionRequest): string[] {
  const folders = project === undefined ? [claudeFolder] : [project, path.join(project, '.claude')];
  return folders.map((folder) => path.join(folder, 'CLAUDE.md'));
}

/**
 * Reads the source; `undefined` when there is none. One that cannot be read whole is a fault: no block is touched then,
 * so that none loses its text.
 */
export function readSource(
  system: System,
  request: InstructionRequest,
): { readonly source?: InstructionSource; readonly fault?: InstructionFault } {
  const file = candidates(request).find((name) => entryAt(name) !== undefined);
  if (file === undefined) return {};
  try {
    const { text = '' } = readTextFile(system, file, 'read');
    if (text.length > atMost)
      throw new SnappyError('refused', `${file} has over ${atMost} characters`, { hint: 'is it really a CLAUDE.md?' });
    const { project } = request;
    const origin =
      project === undefined ? shownPath(file, request.home) : path.relative(project, file).split(path.sep).join('/');
    return { source: { file: eventualPath(file), origin, text: plainText(text) } };
  } catch (cause) {
    return { fault: faultOf(file, cause) };
  }
}
