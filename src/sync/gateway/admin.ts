import type * as z from 'zod/mini';
import { limits } from '../wire/limits.ts';
import { keysAnswer, mintAnswer, teamRow, teamsAnswer, tenantRow, tenantsAnswer } from '../wire/messages.ts';
import type { KeyRow, MintRequest, TeamRow, TenantRow } from '../wire/messages.ts';
import type { Gateway } from './connection.ts';
import { askJson } from './request.ts';

export type Minted = z.infer<typeof mintAnswer>;

/** Whose key this tree has. */
export function whoAmI(gateway: Gateway): Promise<TenantRow> {
  return askJson(gateway, { method: 'GET', path: '/tenants/me' }, tenantRow);
}

/** All tenants: for the operator. */
export async function listTenants(gateway: Gateway): Promise<readonly TenantRow[]> {
  return (await askJson(gateway, { method: 'GET', path: '/tenants' }, tenantsAnswer, limits.document)).tenants;
}

/** Lets a tenant read what subscribers read. */
export function grantSubscriber(gateway: Gateway, tenant: string): Promise<TenantRow> {
  const request = { method: 'POST', path: `/tenants/${tenant}/grant`, json: { subscriber: true } } as const;
  return askJson(gateway, request, tenantRow);
}

/** Takes every key of a tenant from it, or what it was granted alone. What it has pushed stays. */
export function revokeTenant(gateway: Gateway, tenant: string, grantOnly: boolean): Promise<TenantRow> {
  const request = { method: 'POST', path: `/tenants/${tenant}/revoke`, json: { grant_only: grantOnly } } as const;
  return askJson(gateway, request, tenantRow);
}

/** The keys of this tenant that work: for each of its machines. */
export async function listKeys(gateway: Gateway): Promise<readonly KeyRow[]> {
  return (await askJson(gateway, { method: 'GET', path: '/tenants/me/keys' }, keysAnswer, limits.document)).keys;
}

/** Ends one key of this tenant, and its open invites for further machines. */
export async function revokeKey(gateway: Gateway, key: string): Promise<readonly KeyRow[]> {
  const request = { method: 'DELETE', path: `/tenants/me/keys/${key}`, idempotent: true } as const;
  return (await askJson(gateway, request, keysAnswer, limits.document)).keys;
}

/** The teams that this key may see: all for the operator, else its own. */
export async function listTeams(gateway: Gateway): Promise<readonly TeamRow[]> {
  return (await askJson(gateway, { method: 'GET', path: '/teams' }, teamsAnswer, limits.document)).teams;
}

export function createTeam(gateway: Gateway, slug: string): Promise<TeamRow> {
  const request = { method: 'POST', path: '/teams', json: { slug } } as const;
  return askJson(gateway, request, teamRow, limits.document);
}

/** Takes a tenant into a team, or changes whether it may write there. */
export function addMember(gateway: Gateway, slug: string, tenant: string, write: boolean): Promise<TeamRow> {
  const request = { method: 'PUT', path: `/teams/${slug}/members/${tenant}`, json: { write } } as const;
  return askJson(gateway, request, teamRow, limits.document);
}

/** Takes a tenant out of a team. What it has pulled stays where it is. */
export function removeMember(gateway: Gateway, slug: string, tenant: string): Promise<TeamRow> {
  const request = { method: 'DELETE', path: `/teams/${slug}/members/${tenant}`, idempotent: true } as const;
  return askJson(gateway, request, teamRow, limits.document);
}

/** Makes an invite. Not repeated when the answer is lost: each request makes another one. */
export function mintInvite(gateway: Gateway, invite: MintRequest): Promise<Minted> {
  const request = { method: 'POST', path: '/invite/mint', json: invite } as const;
  return askJson(gateway, request, mintAnswer);
}
