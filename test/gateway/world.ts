import { randomBytes } from 'node:crypto';
import { makeKey } from '../../src/sync/wire/key-strength.ts';
import { Client } from './client.ts';
import type { Answer } from './client.ts';
import type { RunningHome } from './homes.ts';

export interface Tenant {
  readonly client: Client;
  readonly key: string;
  readonly id: string;
}

export interface Invite {
  readonly code: string;
  readonly url: string;
}

/** What a push is answered with. */
export interface Head {
  readonly head: { readonly rev: number; readonly digest: string };
  readonly repeated: boolean;
}

/** A gateway with people: what most tests begin with. */
export class World {
  readonly home: RunningHome;
  readonly operator: Client;
  readonly stranger: Client;

  constructor(home: RunningHome) {
    this.home = home;
    this.operator = new Client(home, home.operatorKey);
    this.stranger = new Client(home);
  }

  async mint(more: Record<string, unknown> = {}, by = this.operator): Promise<Invite> {
    const wanted = { label: 'Ann', subscriber: false, teams: [], expires_in: 3_600, uses: 1, ...more };
    return fine(await by.json<Invite>('POST', '/invite/mint', wanted));
  }

  /** A tenant that has joined by an invite. */
  async join(more: Record<string, unknown> = {}, by = this.operator): Promise<Tenant> {
    const { code } = await this.mint(more, by);
    const key = makeKey(randomBytes(32));
    const { tenant } = fine(await this.stranger.json<{ tenant: string }>('POST', '/invite/redeem', { code, key }));
    return { client: new Client(this.home, key), key, id: tenant };
  }
}

function fine<T>({ status, body }: Answer<T>): T {
  if (status === 200) return body;
  throw new Error(`answered with ${status}: ${JSON.stringify(body)}`);
}

/** The one file of a small skill. */
export function skill(name: string, text = name): Record<string, string> {
  return { [`state/skills/${name}/SKILL.md`]: text };
}
