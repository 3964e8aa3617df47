import { limits } from '../../sync/wire/limits.ts';
import type { Frame } from '../../sync/wire/manifest.ts';

/** Frames that lie one behind the other in a pack: what is asked for in one go. */
export interface Run {
  readonly pack: string;
  readonly at: number;
  size: number;
  readonly frames: Frame[];
}

/** Frames in their order, as few runs of no more than `limits.range` bytes; a frame that is larger is one by itself. */
export function runsOf(frames: readonly Frame[]): Run[] {
  const runs: Run[] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    const follows = run?.pack === frame.pack && run.at + run.size === frame.at;
    if (run !== undefined && follows && run.size + frame.size <= limits.range) {
      run.frames.push(frame);
      run.size += frame.size;
    } else runs.push({ pack: frame.pack, at: frame.at, size: frame.size, frames: [frame] });
  }
  return runs;
}
