import { sha256Of } from '../content/test-client.ts';
import type { Asked, Name, Seen, World } from './test-world.ts';

/** One thing that a route could tell of. */
export interface Probe {
  readonly what: string;
  /** Who may see it, and is answered with `seen`; all others are answered as by `nothing`, to the byte. */
  readonly sees: readonly Name[];
  readonly seen?: {
    readonly status?: number;
    readonly code?: string;
    readonly holds?: (seen: Seen, caller: Name) => boolean;
  };
  readonly hidden: Asked;
  /** The same for something that is not there. Without it there is nothing to compare: whoever may not see it is refused. */
  readonly nothing?: Asked;
  /** Texts of `hidden` with those that stand for them in `nothing`. */
  readonly swaps?: readonly (readonly [string, string])[];
}

/** The probes of routes, by the route as the OpenAPI document names it. */
export type Probes = Readonly<Record<string, (world: World) => readonly Probe[]>>;

export const unused = sha256Of('content that nobody has');
export const noTenant = 'ffffffffffff';
export const operator: readonly Name[] = ['operator'];
export const subscribers: readonly Name[] = ['subscriber', 'operator'];
