import { groupBy } from '../../core/group-by.ts';
import { limits } from '../../sync/wire/limits.ts';
import type { Frame, Manifest } from '../../sync/wire/manifest.ts';
import type { PushDocument, PushedFile } from '../../sync/wire/messages.ts';
import { compileRules, inScope, isSetting, judgePath } from '../../sync/wire/rules.ts';
import { collisions, faultOfPath } from '../../sync/wire/safe-path.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import { uncompress } from './intake.ts';
import type { Arrived } from './intake.ts';
import { framesOfPart, readPart } from './parts.ts';
import type { PushRoom } from './push-room.ts';
import type { RepoTier } from './reach.ts';
import { findFile } from './read-file.ts';

/** Paths that one problem names: a person mends some and asks again. */
const namedAtMost = 20;

interface RefusedPath {
  readonly path: string;
  readonly why: string;
  /** What the list `allow` of sync-rules.json lacks for it. */
  readonly line?: string;
}

/** Throws `refused_path` where a file of a push may not travel, or not under this name. */
export function checkPaths(document: PushDocument): void {
  const rules = compileRules(document.rules, limits.ruleSteps);
  const refused: RefusedPath[] = [];
  for (const { path } of document.files) {
    const fault = faultOfPath(path);
    if (fault !== undefined) refused.push({ path, why: fault });
    else if (!inScope(path, document.scope, document.repo))
      refused.push({ path, why: 'is beyond the scope of the push' });
    else if (document.tier !== 'private' && isSetting(path, document.repo))
      refused.push({ path, why: 'is a setting, which is of a tenant alone' });
    else {
      const verdict = judgePath(rules, path);
      if (verdict.verdict === 'leave') refused.push({ path, why: verdict.why });
      if (verdict.verdict === 'refuse') refused.push({ path, why: verdict.why, line: verdict.line });
    }
  }
  if (refused.length > 0) throw refusedPaths(refused);
}

/** Throws `mismatch` where a push removes what is not there: its client has seen another revision, or makes this one work. */
export function checkGone({ gone }: PushDocument, previous: Manifest): void {
  const unknown = gone.find((path) => findFile(previous, path) === undefined);
  if (unknown !== undefined) throw mismatch(`${unknown} is to be removed, and was not there`);
}

/** Throws `refused_path` where two files of a manifest cannot lie beside each other on every machine. */
export function checkBeside(manifest: Manifest): void {
  const pairs = collisions(manifest.files.map(({ path }) => path));
  if (pairs.length === 0) return;
  throw refusedPaths(pairs.map(([other, path]) => ({ path, why: `is the same name as ${other} on some machines` })));
}

function refusedPaths(refused: readonly RefusedPath[]): GatewayProblem {
  const [first] = refused;
  const others = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
  return new GatewayProblem('refused_path', `${first?.path ?? ''} ${first?.why ?? ''}${others}`, {
    more: { paths: refused.slice(0, namedAtMost), refused: refused.length },
  });
}

/**
 * Holds every file of a push that comes in a frame to its size and sha256, and gives the frames in the order in which the
 * document counts them: those of its parts, then those of the body. One part at a time is in memory; each becomes a pack of
 * this push, as where it has waited it does not stay.
 */
export async function checkContents(
  home: Home,
  place: RepoTier,
  { files, parts = [] }: PushDocument,
  { arrived, room }: { readonly arrived: Pick<Arrived, 'frames' | 'putPart'>; readonly room: PushRoom },
): Promise<Frame[]> {
  const filesOf = groupBy(files, ({ frame = -1 }) => frame);
  const frames: Frame[] = [];
  for (const part of parts) {
    const body = await readPart(home, place, part);
    const pack = arrived.putPart(body);
    for (const { frame, record } of framesOfPart(pack.key, body)) {
      const expected = filesOf.get(frames.length);
      if (expected !== undefined) {
        room.expand(record.header.rawSize);
        checkFrame(home, uncompress(home, record), expected);
      }
      frames.push(frame);
    }
    await pack.stored;
  }
  for (const own of arrived.frames) {
    const expected = filesOf.get(frames.length);
    if (expected !== undefined) checkFrame(home, own.raw(), expected);
    frames.push(own.frame);
  }
  for (const [frame, [file]] of filesOf) {
    if (frame >= frames.length) throw mismatch(`${file?.path ?? ''} is said to be in a frame that did not come`);
  }
  return frames;
}

function checkFrame(home: Home, raw: Uint8Array, files: readonly PushedFile[]): void {
  const known = new Map<string, string>();
  let left = raw.length;
  for (const { path, sha256, size, at } of files) {
    if (at === undefined || at + size > raw.length) throw mismatch(`${path} reaches beyond its frame`);
    const place = `${at} ${size}`;
    if (!known.has(place)) {
      // Files of one content share a place; else a small frame could be told to be hashed a thousand times over.
      left -= size;
      if (left < 0) throw mismatch(`${path} overlaps with another file of its frame`);
      known.set(place, home.platform.sha256(raw.subarray(at, at + size)));
    }
    if (known.get(place) !== sha256) throw mismatch(`${path} has another content`);
  }
}

function mismatch(detail: string): GatewayProblem {
  return new GatewayProblem('mismatch', detail);
}
