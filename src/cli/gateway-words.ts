import { SnappyError } from '../core/errors.ts';
import { findTree } from '../core/paths.ts';
import { findGateway } from '../sync/gateway/connection.ts';
import type { Gateway } from '../sync/gateway/connection.ts';
import { slugPattern, tenantIdPattern } from '../sync/wire/names.ts';
import type { Grants, TenantRow } from '../sync/wire/messages.ts';
import type { Invocation } from './command.ts';
import { oneLine } from './paint.ts';

/** The tree of a command, and the gateway it belongs to. Throws `usage` without either. */
export function gatewayOf({ flags, cwd, env }: Invocation): { readonly tree: string; readonly gateway: Gateway } {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  return { tree, gateway: findGateway(tree, env) };
}

/** A team's name from the command line. */
export function readSlug(text: string): string {
  if (slugPattern.test(text)) return text;
  throw new SnappyError('usage', `${JSON.stringify(text.slice(0, 60))} is no name of a team`, {
    hint: 'expected up to 40 small letters, digits and single hyphens, such as acme-web',
  });
}

/** A tenant's id from the command line. */
export function readTenant(text: string): string {
  if (tenantIdPattern.test(text)) return text;
  throw new SnappyError('usage', `${JSON.stringify(text.slice(0, 60))} is no id of a tenant`, {
    hint: 'expected 12 hex digits, as `snappy tenant list` shows them',
  });
}

/** The tenant with an id. Throws `usage` where the gateway has none. */
export function tenantIn(tenants: readonly TenantRow[], id: string): TenantRow {
  const found = tenants.find(({ tenant }) => tenant === id);
  if (found !== undefined) return found;
  throw new SnappyError('usage', `the gateway has no tenant ${id}`, { hint: 'see: snappy tenant list' });
}

/** A name for people, from the command line. */
export function readLabel(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text !== '' && [...text].length <= 80 && /^[^\p{Cc}\p{Cf}]*$/u.test(text)) return text;
  throw new SnappyError('usage', '--label is no name', { hint: 'expected 1 to 80 characters: --label "Ann, laptop"' });
}

/** `Ann, laptop (0123456789ab)`. */
export function nameOf({ label, tenant }: Pick<TenantRow, 'label' | 'tenant'>): string {
  return `${oneLine(label, 80)} (${tenant})`;
}

/** What a tenant reads beside its own and the public, in words. */
export function describeGrants({ subscriber, teams }: Grants): string {
  const words = [
    ...(subscriber ? ['what subscribers read'] : []),
    ...teams.map(({ slug, write }) => `team ${slug}${write ? '' : ' (reads only)'}`),
  ];
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** `2026-11-28 21:00 UTC`. */
export function atTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
