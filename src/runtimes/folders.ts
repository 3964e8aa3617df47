import path from 'node:path';
import type { Place, Runtime } from './row.ts';

/** The skills folder that most runtimes read beside their own. */
export function sharedSkills({ home }: Place): string {
  return path.join(home, '.agents', 'skills');
}

/** The skills of a runtime that reads its own folder and the shared one; where no limit of its listing was met, 30,000. */
export function ownAndSharedSkills(folder: (place: Place) => string, listing = 30_000): Runtime['skills'] {
  return { roots: (place) => [path.join(folder(place), 'skills'), sharedSkills(place)], wholeLink: true, listing };
}

/** A folder below the home, or where an environment variable of the runtime has moved it to. */
export function movable({ home, env }: Place, variable: string, folder: string): string {
  const moved = env[variable];
  return moved === undefined || moved === '' ? path.join(home, folder) : path.resolve(home, moved);
}

/** What to say where the folder was moved: only sessions with the same variable read it. */
export function movedWarning(place: Place, variable: string, folder: string): string[] {
  const used = movable(place, variable, folder);
  return used === path.join(place.home, folder)
    ? []
    : [`${variable} is set: the hooks go to ${used}, and fire only in sessions that are started with it`];
}
