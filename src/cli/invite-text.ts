import { SnappyError } from '../core/errors.ts';
import { isLoopback } from '../sync/gateway/connection.ts';
import type { MintRequest, TeamRow } from '../sync/wire/messages.ts';
import { countOf } from './columns.ts';
import type { Invocation } from './command.ts';
import { readDuration } from './duration.ts';
import { readLabel, readSlug, readTenant } from './gateway-words.ts';
import { oneLine } from './paint.ts';

const longest = 90 * 86_400;

function readUses(text: string): number {
  const uses = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (uses >= 1 && uses <= 1_000) return uses;
  throw new SnappyError('usage', `--uses is ${JSON.stringify(text.slice(0, 40))}`, {
    hint: 'expected a number from 1 to 1000',
  });
}

function readExpiry(text: string): number {
  const seconds = readDuration(text, '--expires');
  if (seconds <= longest) return seconds;
  throw new SnappyError('usage', `--expires is ${text}`, { hint: 'an invite lasts 90 days at most' });
}

/** The invite that a command line asks for. Throws `usage`. */
export function readMintRequest({ flags }: Invocation): MintRequest {
  const text = (flag: string): string | undefined => (typeof flags[flag] === 'string' ? flags[flag] : undefined);
  const given = text('tenant');
  const tenant = given === undefined ? undefined : readTenant(given);
  const sameTenant = flags['sameTenant'] === true || tenant !== undefined;
  const teams = text('team');
  const label = readLabel(text('label'));
  if (sameTenant && teams !== undefined)
    throw new SnappyError('usage', `--team does not go with ${tenant === undefined ? '--same-tenant' : '--tenant'}`, {
      hint: 'another machine of a tenant reads what that tenant reads',
    });
  if (label === undefined && !sameTenant)
    throw new SnappyError('usage', 'the invite has no label', { hint: 'say who it is for: --label "Ann, laptop"' });
  return {
    label: label ?? 'another machine',
    subscriber: !sameTenant && flags['subscriber'] !== false,
    teams: [...new Set((teams ?? '').split(',').filter((word) => word !== ''))].map((word) => ({
      slug: readSlug(word.trim()),
      write: true,
    })),
    expires_in: readExpiry(text('expires') ?? '7d'),
    uses: readUses(text('uses') ?? '1'),
    ...(sameTenant ? { same_tenant: true } : {}),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

/** Teams of an invite that are not there yet. */
export function missingTeams(request: MintRequest, known: readonly TeamRow[]): string[] {
  return request.teams.map(({ slug }) => slug).filter((slug) => !known.some((team) => team.slug === slug));
}

/** `7 days`, `24 hours`, `90 minutes`. */
function describeTime(seconds: number): string {
  if (seconds % 86_400 === 0 && seconds > 86_400) return countOf(seconds / 86_400, 'day');
  return seconds % 3_600 === 0 ? countOf(seconds / 3_600, 'hour') : countOf(seconds / 60, 'minute');
}

/** What to know of a link before it is sent; no line where that is nothing. */
export function linkWarning(url: string): string[] {
  const { hostname, origin } = new URL(url);
  if (!isLoopback(hostname)) return [];
  return [
    '',
    `But ${origin} is an address of this machine alone. For others, serve it where they reach it: snappy gateway --public-url https://…`,
  ];
}

/** What an invite gives to whoever redeems it, in lines. */
export function describeInvite(request: MintRequest, gateway: string): string {
  const { label, subscriber, teams, uses, expires_in: seconds, same_tenant: sameTenant, tenant } = request;
  const whose = tenant === undefined ? 'your own tenant' : `tenant ${tenant}`;
  const reads = [
    'what is its own',
    ...teams.map(({ slug }) => `what team ${slug} has, and writes it`),
    ...(subscriber ? ['what subscribers read'] : []),
    'what is public',
  ];
  const once = uses === 1 ? 'once' : `${uses} times`;
  return [
    `An invite to ${gateway} for "${oneLine(label, 80)}"`,
    `  becomes     ${sameTenant === true ? `another machine of ${whose}, with a key of its own` : 'a tenant of its own'}`,
    `  reads       ${sameTenant === true ? `what ${tenant === undefined ? 'your tenant' : 'that tenant'} reads` : reads.join(', ')}`,
    `  redeemable  ${once}, for ${describeTime(seconds)}`,
  ].join('\n');
}
