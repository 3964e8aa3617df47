import { limitsOf, makeRequestLimiter, tooMany } from '../access/limits.ts';
import type { RequestLimiter } from '../access/limits.ts';
import type { Home } from '../ports.ts';

/** Uncompressed bytes that the pushes of a process hold together, until their documents say which files they are. */
const heldAtMost = 64 * 1024 * 1024;

/** What all pushes of a process share. */
interface Shared {
  held: number;
  /** Bodies under way, by tenant. */
  readonly bodies: Map<string, number>;
  readonly limiter: RequestLimiter;
}
const sharedOf = new WeakMap<Home['store'], Shared>();

/** What one push may take of its process. */
export interface PushRoom {
  /** Whether these bytes may be held until the push is over; what may not is uncompressed once more. */
  hold(bytes: number): boolean;
  /** Throws `too_many` for a tenant whose documents were too large for one minute: each is judged while all others wait. */
  judge(documentBytes: number): void;
  /** Throws `too_many` for a tenant whose contents have too many bytes for one minute. Before they are uncompressed. */
  expand(contentBytes: number): void;
}

/**
 * Does `work` with the body of a push or of a part of one. Throws `too_many` for a tenant that has many of them open: each may
 * hold what has come of it in memory for as long as the rest takes.
 */
export async function inPushRoom<T>(home: Home, tenant: string, work: (room: PushRoom) => Promise<T>): Promise<T> {
  const shared = sharedFor(home);
  const { pushesAtOnce, tenantDocuments, tenantContents } = limitsOf(home);
  const count = (of: 'documents' | 'contents', n: number, atMost: number): void =>
    shared.limiter.count(`${of} ${tenant}`, atMost, home.platform.now(), { n, of: `bytes of ${of}` });
  const open = shared.bodies.get(tenant) ?? 0;
  if (open >= pushesAtOnce) throw tooMany(`this tenant has ${open} pushes under way`, 1);
  shared.bodies.set(tenant, open + 1);
  let held = 0;
  try {
    return await work({
      hold(bytes) {
        if (shared.held + bytes > heldAtMost) return false;
        shared.held += bytes;
        held += bytes;
        return true;
      },
      judge: (bytes) => count('documents', bytes, tenantDocuments),
      expand: (bytes) => count('contents', bytes, tenantContents),
    });
  } finally {
    shared.held -= held;
    const left = (shared.bodies.get(tenant) ?? 1) - 1;
    if (left === 0) shared.bodies.delete(tenant);
    else shared.bodies.set(tenant, left);
  }
}

function sharedFor(home: Home): Shared {
  const known = sharedOf.get(home.store);
  if (known !== undefined) return known;
  const made: Shared = { held: 0, bodies: new Map(), limiter: makeRequestLimiter() };
  sharedOf.set(home.store, made);
  return made;
}
